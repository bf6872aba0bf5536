using System.Collections.Concurrent;
using Defacer.Deidentify.Actions;
using Defacer.Deidentify.Objects;
using Defacer.Deidentify.Pixels;
using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging;

namespace Defacer.Deidentify;

/// <summary>
/// Takes the identity out of a file's headers as PS3.15 Annex E says, by a profile. The input is not changed; the
/// output shares its large values. The same input, profile and key give the same bytes. Safe to use from several
/// threads.
/// </summary>
public sealed class Deidentifier
{
    private readonly Profile _profile;
    private readonly SiteKey _key;
    private readonly ConcurrentDictionary<string, RulePlan> _plans = new(StringComparer.Ordinal);

    /// <summary>A de-identifier for a profile and a site's key.</summary>
    public Deidentifier(Profile profile, SiteKey key)
    {
        _profile = profile;
        _key = key;
    }

    /// <summary>De-identifies a file.</summary>
    /// <param name="input">The file, with the face already removed where there was one.</param>
    /// <param name="faceRemoved">Whether the face was removed from this instance, and that was verified: only then is
    /// it claimed.</param>
    /// <param name="cancellationToken">Looked at once a level of nesting.</param>
    public DeidentifyResult Apply(DicomFile input, bool faceRemoved, CancellationToken cancellationToken) =>
        Run(input, faceRemoved, null, cancellationToken);

    /// <summary>What <see cref="Apply"/> does with each attribute, and why; empty when the object is refused as a
    /// whole.</summary>
    public IReadOnlyList<ActionTrace> Explain(DicomFile input, CancellationToken cancellationToken)
    {
        var trace = new List<ActionTrace>();
        Run(input, faceRemoved: false, trace, cancellationToken);
        return trace;
    }

    private DeidentifyResult Run(DicomFile input, bool faceRemoved, List<ActionTrace>? trace,
        CancellationToken cancellationToken)
    {
        var source = input.Dataset;
        var sopClass = source.GetString(DicomTag.SOPClassUID);
        var iod = sopClass is null ? null : _profile.Tables.SopClasses.GetValueOrDefault(sopClass)?.Iod;
        if (Refuse(input, sopClass, iod) is { } refused)
        {
            return new DeidentifyResult(null, refused, []);
        }

        try
        {
            var plan = _plans.GetOrAdd(iod!, name => new RulePlan(_profile, _profile.Tables.IodTypes.TreeOf(name)));
            var instance = new InstanceContext(_key, PatientPseudonym(source), OwnIdentity.Collect(input));
            var walker = new DatasetWalker(instance) { Trace = trace };
            var dataset = walker.Walk(source, plan.Root, cancellationToken);
            if (EmbeddedOverlays.Clear(source, dataset) is { } unclear)
            {
                return new DeidentifyResult(null, unclear, []);
            }

            Markers.Add(dataset, _profile, faceRemoved);
            var output = new DicomFile(FileMetaInformation.For(dataset, input.TransferSyntax), dataset);
            return new DeidentifyResult(output, null, walker.Counts);
        }
        catch (DicomFormatException e)
        {
            return new DeidentifyResult(null,
                new Parked(ParkCause.Unreadable, e.Message,
                "Ask the source to send the object again; keep it for inspection."), []);
        }
    }

    private Parked? Refuse(DicomFile input, string? sopClass, string? iod)
    {
        if (input.FileMetaInfo.GetString(DicomTag.MediaStorageSOPClassUID) == DicomUID.MediaStorageDirectoryStorage.UID)
        {
            return ObjectPolicy.Refuse(input.Dataset, ObjectKind.Directory, _profile);
        }

        if (input.IsTruncated)
        {
            return new Parked(ParkCause.Unreadable, "The file ends early; the object is not whole.",
                "Ask the source to send it again.");
        }

        if (sopClass is null || input.Dataset.GetString(DicomTag.SOPInstanceUID) is null)
        {
            return new Parked(
                ParkCause.Deidentification,
                "The data set names no SOP class (0008,0016) or no instance (0008,0018).",
                "The source must send complete objects.");
        }

        return ObjectPolicy.Refuse(input.Dataset, ObjectKinds.Of(iod), _profile);
    }

    // Where the patient has no number, what else there is keeps unlike patients apart.
    private string PatientPseudonym(DicomDataset source)
    {
        var id = source.GetString(DicomTag.PatientID);
        if (id is not null)
        {
            return _key.Pseudonym(source.GetString(DicomTag.IssuerOfPatientID) ?? string.Empty, id);
        }

        var name = source.GetString(DicomTag.PatientName);
        var born = source.GetString(DicomTag.PatientBirthDate);
        return name is null || born is null
            ? _key.Pseudonym("study",
                source.GetString(DicomTag.StudyInstanceUID) ?? source.GetString(DicomTag.SOPInstanceUID)!)
            : _key.Pseudonym("name", $"{name}\0{born}");
    }
}
