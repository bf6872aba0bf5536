using Defacer.Configuration;
using Defacer.Deidentify;
using Defacer.Dicom.Data;

namespace Defacer.Cli;

/// <summary>What the profiles of the routes do with an attribute, in the IODs that the node meets most.</summary>
internal static class AttributeTable
{
    private static readonly (string Name, string SopClass)[] s_iods =
    [
        ("CT", DicomUID.CTImageStorage.UID), ("MR", DicomUID.MRImageStorage.UID),
        ("PET", DicomUID.PositronEmissionTomographyImageStorage.UID),
        ("enhanced MR", DicomUID.EnhancedMRImageStorage.UID),
    ];

    internal static void Print(DefacerOptions options, IReadOnlyList<string> attributes)
    {
        if (attributes.Count == 0)
        {
            return;
        }

        var rows = new List<IReadOnlyList<string>>();
        foreach (var text in attributes)
        {
            if (!DicomTag.TryParse(text, out var tag))
            {
                Terminal.Error($"'{text}' is no keyword of PS3.6 and no tag gggg,eeee.");
                continue;
            }

            foreach (var profile in options.Routes.Select(r => r.Profile).Distinct(StringComparer.Ordinal))
            {
                var engine = new Deidentifier(DeidentifyProfiles.Load(profile), SiteKey.FromBytes(new byte[32]));
                rows.AddRange(s_iods.Select(iod => (iod.Name, Trace: engine.Explain(tag, iod.SopClass))).Select(r =>
                    (IReadOnlyList<string>)[$"{tag}", tag.Keyword, profile, r.Name, $"{r.Trace.Action}", r.Trace.Reason]));
            }
        }

        Terminal.Table(["Tag", "Keyword", "Profile", "In", "Action", "Reason"], rows);
    }
}
