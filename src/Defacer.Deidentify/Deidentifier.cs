using System.Collections.Concurrent;
using Defacer.Deidentify.Actions;
using Defacer.Deidentify.Objects;
using Defacer.Deidentify.Pixels;
using Defacer.Deidentify.Pixels.BurntIn;
using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Standard;
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
    private readonly bool _cleansPixels;
    private readonly KnowledgeCache _knowledge;
    private readonly ConcurrentDictionary<string, RulePlan> _plans = new(StringComparer.Ordinal);

    /// <summary>A de-identifier for a profile and a site's key.</summary>
    public Deidentifier(Profile profile, SiteKey key)
    {
        _profile = profile;
        _key = key;
        _cleansPixels = profile.Retains("clean-pixel-data");
        _knowledge = new KnowledgeCache(profile.Tables.Words.With(profile.KeepWords));
    }

    /// <summary>The profile in force.</summary>
    public Profile Profile => _profile;

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
    /// it claimed. Of a structure set or a dose grid: whether it was clipped where the face was.</param>
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

    /// <summary>What happens to an attribute at the top level of an object of a class when its value allows
    /// it.</summary>
    public ActionTrace Explain(DicomTag tag, string sopClass)
    {
        var iod = _profile.Tables.SopClasses.GetValueOrDefault(sopClass)?.Iod ?? string.Empty;
        if (tag.IsPrivate)
        {
            return new ActionTrace($"{tag}", tag.Keyword, ActionCode.Remove, RuleSource.Table,
                _profile.Retains("retain-safe-private") ? "C where PS3.15 Table E.3.10-1 has it, else X" : "X",
                "Type3");
        }

        var rule = PlanOf(iod, ObjectKinds.Of(iod)).Root.For(tag);
        var isKept = rule.Judged is { } judged && judged != UnlistedKind.Unsafe;
        return new ActionTrace($"{tag}", tag.Keyword, isKept ? ActionCode.Keep : rule.Action, rule.Source, rule.Code,
            $"{rule.Type}");
    }

    private RulePlan PlanOf(string iod, ObjectKind kind) =>
        _plans.GetOrAdd(iod, name => new RulePlan(_profile, _profile.Tables.IodTypes.TreeOf(name), kind));

    private DeidentifyResult Run(DicomFile input, bool faceRemoved, StudyKnowledge? study, List<ActionTrace>? trace,
        CancellationToken cancellationToken)
    {
        var source = input.Dataset;
        var sopClass = source.GetString(DicomTag.SOPClassUID);
        var iod = sopClass is null ? null : _profile.Tables.SopClasses.GetValueOrDefault(sopClass)?.Iod;
        var kind = ObjectKinds.Of(iod);
        if ((Refuse(input, sopClass, kind, faceRemoved) ?? ObjectTreatment.Prepare(kind, faceRemoved, ref source))
            is { } refused)
        {
            return new DeidentifyResult(null, refused, []);
        }

        try
        {
            var plan = PlanOf(iod!, kind);
            var (issuer, id) = PatientBasis(source);
            var subject = _profile.Trial?.Subjects.Find(source);
            if (_profile.Trial is not null && subject is null)
            {
                return new DeidentifyResult(null, _profile.Trial.UnknownSubject(), []);
            }

            var instance = new InstanceContext(_key, subject?.SubjectId ?? _key.Pseudonym(issuer, id),
                _profile.Dates == DateTreatment.Shifted ? _key.ShiftOf(issuer, id, _profile.DateShift) : default,
                study?.Cleaner ?? _knowledge.Of(input));
            var walker = new DatasetWalker(_profile, instance) { Trace = trace };
            var dataset = walker.Walk(source, plan.Root, cancellationToken);
            if (EmbeddedOverlays.Clear(source, dataset) is { } unclear)
            {
                return new DeidentifyResult(null, unclear, []);
            }

            PixelTail.Cut(dataset, input.TransferSyntax, instance.Identity);
            CompressedComments.Blank(dataset, instance.Identity);
            if (_profile.WritesUtf8)
            {
                dataset.AddOrUpdate(DicomTag.SpecificCharacterSet, DicomVR.CS, "ISO_IR 192");
            }

            if (subject is not null)
            {
                _profile.Trial!.Write(dataset, subject);
            }

            var pixels = CleanPixels(kind, source, dataset, input.TransferSyntax, cancellationToken);
            if (pixels.Parked is { } shown)
            {
                return new DeidentifyResult(null, shown, []);
            }

            var waived = walker.Waived | (pixels.IsCleaned ? 0 : ProfileOption.Find("clean-pixel-data")!.Bit);
            Markers.Add(dataset, _profile, waived, faceRemoved);
            var output = new DicomFile(FileMetaInformation.For(dataset, pixels.Syntax), dataset);
            return new DeidentifyResult(output, null, walker.Counts);
        }
        catch (DicomFormatException e)
        {
            return new DeidentifyResult(null,
                new Parked(ParkCause.Unreadable, e.Message,
                "Ask the source to send the object again; keep it for inspection."), []);
        }
        catch (Exception e) when (_profile.Trial is not null && e is InvalidDataException or IOException)
        {
            return new DeidentifyResult(null, new Parked(ParkCause.Deidentification,
                $"The mapping of subjects cannot be used: {e.Message}", "Correct the file, then retry the job."), []);
        }
    }

    private PixelOutcome CleanPixels(ObjectKind kind, DicomDataset source, DicomDataset dataset,
        DicomTransferSyntax syntax, CancellationToken cancellationToken) =>
        _cleansPixels && kind is (ObjectKind.Image or ObjectKind.ImageAtRisk)
            ? new PixelCleaner(_profile.Tables.DeviceRules).Clean(
                source, dataset, syntax, kind == ObjectKind.ImageAtRisk, cancellationToken)
            : new PixelOutcome(null, false, syntax);

    private Parked? Refuse(DicomFile input, string? sopClass, ObjectKind kind, bool faceRemoved)
    {
        if (input.FileMetaInfo.GetString(DicomTag.MediaStorageSOPClassUID) == DicomUID.MediaStorageDirectoryStorage.UID)
        {
            return ObjectPolicy.Refuse(input.Dataset, ObjectKind.Directory, _profile, faceRemoved);
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

        return ObjectPolicy.Refuse(input.Dataset, kind, _profile, faceRemoved);
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
