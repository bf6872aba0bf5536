using Defacer.Deidentify.Actions;
using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Standard;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify;

/// <summary>
/// Says in the object what was done to it (PS3.15 E.1.1, PS3.3 C.7.1.4 and C.12.1): only what was. Marks of an earlier
/// pass stay. All is ASCII, so that a missing (0008,0005) may stay missing.
/// </summary>
internal static class Markers
{
    /// <param name="dataset">The treated data set.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="waived">Codes that this instance may not claim, as bits of <see cref="ProfileOption.Bit"/>.</param>
    /// <param name="faceRemoved">Whether the face was removed, and that was verified.</param>
    internal static void Add(DicomDataset dataset, Profile profile, int waived, bool faceRemoved)
    {
        DropUndone(dataset, profile, faceRemoved);
        Set(dataset, DicomTag.PatientIdentityRemoved, DicomVR.CS, "YES");
        AddMethod(dataset, profile);
        if (profile.IsBasicComplete && (waived & ProfileOption.BasicBit) == 0)
        {
            AddCode(dataset, profile.Tables.MethodCodes["basic_profile"]);
        }

        foreach (var option in profile.ActiveOptions.Where(o => (waived & o.Bit) == 0))
        {
            AddCode(dataset, profile.Tables.MethodCodes[option.Column]);
        }

        if (faceRemoved)
        {
            AddCode(dataset, profile.Tables.MethodCodes["clean_recognizable_visual_features"]);
            Set(dataset, DicomTag.RecognizableVisualFeatures, DicomVR.CS, "NO");
        }

        SetTemporal(dataset, profile.Dates);
    }

    // Dates that an earlier pass moved or removed are not original because this one keeps them.
    private static void SetTemporal(DicomDataset dataset, DateTreatment dates)
    {
        var earlier = dataset.GetString(DicomTag.LongitudinalTemporalInformationModified);
        var state = dates switch
        {
            DateTreatment.Removed => "REMOVED",
            DateTreatment.Shifted => earlier == "REMOVED" ? earlier : "MODIFIED",
            _ => earlier is "REMOVED" or "MODIFIED" ? earlier : "UNMODIFIED",
        };
        Set(dataset, DicomTag.LongitudinalTemporalInformationModified, DicomVR.CS, state);
    }

    // An earlier pass may claim to retain what this one took out, and to have cleaned a face that the object does not
    // call clean.
    private static void DropUndone(DicomDataset dataset, Profile profile, bool faceRemoved)
    {
        var items = dataset.GetItems(DicomTag.DeidentificationMethodCodeSequence);
        if (items.Count == 0)
        {
            return;
        }

        var codes = profile.Tables.MethodCodes;
        var undone = codes
            .Where(c => c.Key.StartsWith("retain_", StringComparison.Ordinal))
            .Select(c => c.Value.Value)
            .ToHashSet();
        if (!faceRemoved && dataset.GetString(DicomTag.RecognizableVisualFeatures) != "NO")
        {
            undone.Add(codes["clean_recognizable_visual_features"].Value);
        }

        var left = items.Where(i => !undone.Contains(i.GetString(DicomTag.CodeValue) ?? string.Empty)).ToArray();
        dataset.AddOrUpdate(new DicomSequence(DicomTag.DeidentificationMethodCodeSequence, left));
    }

    // LO: at most 64 characters a value. What earlier passes wrote stays byte for byte.
    private static void AddMethod(DicomDataset dataset, Profile profile)
    {
        var text = $"Defacer: PS3.15 {profile.Tables.Edition} Basic Profile, {profile.Name}";
        text = text.Length > 64 ? text[..64] : text;
        if (dataset.GetElement(DicomTag.DeidentificationMethod) is not { Length: > 0 } earlier)
        {
            Set(dataset, DicomTag.DeidentificationMethod, DicomVR.LO, text);
        }
        else if (!dataset.GetStrings(DicomTag.DeidentificationMethod).Contains(text, StringComparer.Ordinal))
        {
            var ours = DummyValues.Element(earlier.Tag, DicomVR.LO, "\\" + text).Value.Span;
            byte[] both = [.. earlier.Value.Span.TrimEnd(" \0"u8), .. ours.TrimEnd((byte)' ')];
            dataset.AddOrUpdate(
                new DicomElement(earlier.Tag, DicomVR.LO, both.Length % 2 == 0 ? both : [.. both, (byte)' ']));
        }
    }

    private static void AddCode(DicomDataset dataset, MethodCode code)
    {
        var items = dataset.GetItems(DicomTag.DeidentificationMethodCodeSequence);
        if (items.Any(i =>
            i.GetString(DicomTag.CodeValue) == code.Value
            && i.GetString(DicomTag.CodingSchemeDesignator) == code.Scheme))
        {
            return;
        }

        var item = new DicomDataset(
            DummyValues.Element(DicomTag.CodeValue, DicomVR.SH, code.Value),
            DummyValues.Element(DicomTag.CodingSchemeDesignator, DicomVR.SH, code.Scheme),
            DummyValues.Element(DicomTag.CodeMeaning, DicomVR.LO, code.Meaning));
        dataset.AddOrUpdate(new DicomSequence(DicomTag.DeidentificationMethodCodeSequence, [.. items, item]));
    }

    private static void Set(DicomDataset dataset, DicomTag tag, DicomVR vr, string value) =>
        dataset.AddOrUpdate(DummyValues.Element(tag, vr, value));
}
