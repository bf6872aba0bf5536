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
    private readonly KnowledgeCache _knowledge;
    private readonly ConcurrentDictionary<string, RulePlan> _plans = new(StringComparer.Ordinal);

    /// <summary>A de-identifier for a profile and a site's key.</summary>
    public Deidentifier(Profile profile, SiteKey key)
    {
        _profile = profile;
        _key = key;
        _knowledge = new KnowledgeCache(profile.Tables.Words.With(profile.KeepWords));
    }

    /// <summary>
    /// What the files of a study know together about persons and places, for cleaning the text of each: one object
    /// often names whom another describes.
    /// </summary>
    public StudyKnowledge Know(IEnumerable<DicomFile> study) =>
        new(new DescriptorCleaner(_profile.Tables.Words.With(_profile.KeepWords), OwnIdentity.Collect(study)));

    /// <summary>The options of PS3.15 E.3 in force, by name: what the verifier is told may stay.</summary>
    public IReadOnlyList<string> Options => _profile.Options;

    /// <summary>De-identifies a file.</summary>
    /// <param name="input">The file, with the face already removed where there was one.</param>
    /// <param name="faceRemoved">Whether the face was removed from this instance, and that was verified: only then is
    /// it claimed.</param>
    /// <param name="cancellationToken">Looked at once a level of nesting.</param>
    public DeidentifyResult Apply(DicomFile input, bool faceRemoved, CancellationToken cancellationToken) =>
        Run(input, faceRemoved, null, null, cancellationToken);

    /// <summary>De-identifies a file of a study.</summary>
    /// <param name="input">The file, with the face already removed where there was one.</param>
    /// <param name="faceRemoved">Whether the face was removed from this instance, and that was verified: only then is
    /// it claimed.</param>
    /// <param name="study">From <see cref="Know"/>.</param>
    /// <param name="cancellationToken">Looked at once a level of nesting.</param>
    public DeidentifyResult Apply(DicomFile input, bool faceRemoved, StudyKnowledge study,
        CancellationToken cancellationToken) => Run(input, faceRemoved, study, null, cancellationToken);

    /// <summary>What <see cref="Apply(DicomFile, bool, CancellationToken)"/> does with each attribute, and why; empty
    /// when the object is refused as a whole.</summary>
    public IReadOnlyList<ActionTrace> Explain(DicomFile input, CancellationToken cancellationToken)
    {
        var trace = new List<ActionTrace>();
        Run(input, faceRemoved: false, null, trace, cancellationToken);
        return trace;
    }

    private DeidentifyResult Run(DicomFile input, bool faceRemoved, StudyKnowledge? study, List<ActionTrace>? trace,
        CancellationToken cancellationToken)
    {
        var source = input.Dataset;
        var sopClass = source.GetString(DicomTag.SOPClassUID);
        var iod = sopClass is null ? null : _profile.Tables.SopClasses.GetValueOrDefault(sopClass)?.Iod;
        var kind = ObjectKinds.Of(iod);
        if ((Refuse(input, sopClass, kind) ?? ObjectTreatment.Prepare(kind, ref source)) is { } refused)
        {
            return new DeidentifyResult(null, refused, []);
        }

        try
        {
            var plan = _plans.GetOrAdd(iod!, name => new RulePlan(_profile, _profile.Tables.IodTypes.TreeOf(name),
                kind));
            var (issuer, id) = PatientBasis(source);
            var instance = new InstanceContext(_key, _key.Pseudonym(issuer, id),
                _profile.Dates == DateTreatment.Shifted ? _key.ShiftOf(issuer, id, _profile.DateShift) : default,
                study?.Cleaner ?? _knowledge.Of(input));
            var walker = new DatasetWalker(_profile, instance) { Trace = trace };
            var dataset = walker.Walk(source, plan.Root, cancellationToken);
            if (EmbeddedOverlays.Clear(source, dataset) is { } unclear)
            {
                return new DeidentifyResult(null, unclear, []);
            }

            if (_profile.WritesUtf8)
            {
                dataset.AddOrUpdate(DicomTag.SpecificCharacterSet, DicomVR.CS, "ISO_IR 192");
            }

            Markers.Add(dataset, _profile, walker.Waived, faceRemoved);
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

    private Parked? Refuse(DicomFile input, string? sopClass, ObjectKind kind)
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

        return ObjectPolicy.Refuse(input.Dataset, kind, _profile);
    }

    // Where the patient has no number, what else there is keeps unlike patients apart.
    private static (string Issuer, string Id) PatientBasis(DicomDataset source)
    {
        var id = source.GetString(DicomTag.PatientID);
        if (id is not null)
        {
            return (source.GetString(DicomTag.IssuerOfPatientID) ?? string.Empty, id);
        }

        var name = source.GetString(DicomTag.PatientName);
        var born = source.GetString(DicomTag.PatientBirthDate);
        return name is null || born is null
            ? ("study", source.GetString(DicomTag.StudyInstanceUID) ?? source.GetString(DicomTag.SOPInstanceUID)!)
            : ("name", $"{name}\0{born}");
    }
}

/// <summary>What the objects of a study know together about persons and places; from <see
/// cref="Deidentifier.Know"/>.</summary>
public sealed class StudyKnowledge
{
    internal StudyKnowledge(DescriptorCleaner cleaner) => Cleaner = cleaner;

    internal DescriptorCleaner Cleaner { get; }
}
