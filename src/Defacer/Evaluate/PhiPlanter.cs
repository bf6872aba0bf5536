using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Evaluate;

/// <summary>
/// Puts an invented person into a real file, at the top, nested, in private blocks and in free text, and writes down
/// what a de-identifier must do with each. The file in memory is changed.
/// </summary>
internal sealed partial class PhiPlanter
{
    private static readonly DicomTag[] s_mustStay =
    [
        DicomTag.Rows, DicomTag.Columns, DicomTag.BitsAllocated, DicomTag.BitsStored, DicomTag.HighBit,
        DicomTag.PixelRepresentation, DicomTag.SamplesPerPixel, DicomTag.PhotometricInterpretation,
        DicomTag.SOPClassUID, DicomTag.Modality,
    ];

    private static readonly DicomTag[] s_uids =
        [DicomTag.SOPInstanceUID, DicomTag.StudyInstanceUID, DicomTag.SeriesInstanceUID, DicomTag.FrameOfReferenceUID];

    private static readonly string[] s_blanked =
    [
        DicomUID.UltrasoundImageStorage.UID, DicomUID.UltrasoundMultiFrameImageStorage.UID,
        "1.2.840.10008.5.1.4.1.1.6", "1.2.840.10008.5.1.4.1.1.3",
    ];

    private static readonly string[] s_anywhere =
    [
        "family", "given", "maiden", "doctor", "operator", "city", "hospital", "street", "id", "idbare", "accession",
        "serial", "mail", "phone", "born", "born.", "visit/",
    ];

    // Of the lines of PlantedTexts.
    private const string DeviceCategory = "HIPAA-M";
    private readonly InventedPerson _person;
    private readonly HashSet<string> _options;
    private readonly bool _retainsDevice;
    private readonly List<PlantedCheck> _checks = [];
    private readonly string _uidRoot;

    /// <param name="person">Who is planted.</param>
    /// <param name="number">Of the file, for its planted UIDs.</param>
    /// <param name="options">The options of PS3.15 E.3 in force: they change what must stay.</param>
    internal PhiPlanter(InventedPerson person, int number, IEnumerable<string> options)
    {
        _person = person;
        _options = [.. options];
        _retainsDevice = _options.Contains("retain-device-identity");
        _uidRoot = $"1.2.826.0.1.3680043.10.{100000 + number}";
    }

    /// <summary>Plants everything; gives the answer key of the file.</summary>
    internal IReadOnlyList<PlantedCheck> Plant(DicomFile file)
    {
        var dataset = file.Dataset;
        if (!dataset.Contains(DicomTag.SpecificCharacterSet))
        {
            dataset.AddOrUpdate(DicomTag.SpecificCharacterSet, DicomVR.CS, "ISO_IR 192");
        }

        foreach (var line in PlantedTexts.Lines.Split('\n'))
        {
            PlantText(dataset, line.TrimEnd('\r'));
        }

        foreach (var line in PlantedTexts.Kept.Split('\n'))
        {
            var text = line.TrimEnd('\r');
            var path = new[] { DicomTag.Parse(text[..9]) };
            dataset.AddOrUpdate(path[0], DicomVR.Find(text[10..12])!, text[13..]);
            Expect(path, CheckAction.TextRetained, text[13..], "TCIA-RETAIN");
        }

        PlantDates(dataset);
        PlantSafePrivate(dataset);
        ExpectOfTheObject(dataset);
        return _checks;
    }

    // Path, VR, category, text with fields, and after a bar what stays.
    private void PlantText(DicomDataset dataset, string line)
    {
        var parts = line.Split(' ', 4);
        var path = parts[0].Split('/').Select(DicomTag.Parse).ToArray();
        var bar = parts[3].IndexOf('|', StringComparison.Ordinal);
        var template = bar < 0 ? parts[3] : parts[3][..bar];
        var vr = DicomVR.Find(parts[1])!;
        if (vr == DicomVR.UI)
        {
            PlantUid(dataset, path, template);
            return;
        }

        var text = Field().Replace(template, m => _person[m.Groups["field"].Value]);
        var holder = HolderOf(dataset, path);
        holder.AddOrUpdate(vr == DicomVR.UN ? Bytes(path[^1], text) : Text(holder, path[^1], vr, text));
        // An application's title is cleaned (PS3.15 Table E.1-1: C), the rest kept.
        var isRetained = parts[2] == DeviceCategory && _retainsDevice && vr != DicomVR.AE;
        foreach (var field in Field().Matches(template).Select(m => m.Groups["field"].Value).Distinct(StringComparer.Ordinal))
        {
            Expect(path, isRetained ? CheckAction.TextRetained : CheckAction.TextRemoved, _person[field], parts[2]);
        }

        // A word that is also the patient's name must go.
        if (bar >= 0 && _options.Contains("clean-descriptors") && !Is(_person.Family, parts[3][(bar + 1)..]))
        {
            Expect(path, CheckAction.TextRetained, parts[3][(bar + 1)..], "TCIA-RETAIN");
        }
    }

    private static bool Is(string name, string word) => name.Equals(word, StringComparison.OrdinalIgnoreCase);

    private void PlantUid(DicomDataset dataset, DicomTag[] path, string template)
    {
        var holder = HolderOf(dataset, path);
        var uid = template == "{self}" ? dataset.GetString(DicomTag.SOPInstanceUID) ?? _uidRoot : $"{_uidRoot}.{template[4]}";
        holder.AddOrUpdate(DicomTag.ReferencedSOPClassUID, DicomVR.UI, dataset.GetString(DicomTag.SOPClassUID) ?? string.Empty);
        holder.AddOrUpdate(DicomElement.FromText(path[^1], DicomVR.UI, uid));
        ExpectUid(path, uid);
    }

    private void PlantDates(DicomDataset dataset)
    {
        foreach (var tag in PlantedTexts.Dates.Select(DicomTag.Parse))
        {
            var isLong = tag == DicomTag.AcquisitionDateTime;
            var value = _person["visit"] + (isLong ? "101112.5" : string.Empty);
            dataset.AddOrUpdate(tag, isLong ? DicomVR.DT : DicomVR.DA, value);
            if (_options.Contains("retain-longitudinal-full-dates"))
            {
                Expect([tag], CheckAction.TextRetained, value, "HIPAA-C");
                continue;
            }

            Expect([tag], CheckAction.TextRemoved, _person["visit"], "HIPAA-C");
            if (_options.Contains("retain-longitudinal-modified-dates"))
            {
                Expect([tag], CheckAction.DateShifted, _person["visit"], "DICOM-P15-DATES");
                Expect([tag], CheckAction.TextNotNull, string.Empty, "DICOM-P15-DATES");
            }
        }
    }

    // PS3.15 Table E.3.10-1, in another block than usual: the creator decides, not the number.
    private void PlantSafePrivate(DicomDataset dataset)
    {
        var (creator, value) = (new DicomTag(0x0043, 0x0077), new DicomTag(0x0043, 0x7739));
        dataset.AddOrUpdate(creator, DicomVR.LO, "GEMS_PARM_01");
        dataset.AddOrUpdate(value, DicomVR.IS, "1000");
        dataset.AddOrUpdate(Text(dataset, new DicomTag(0x0043, 0x7702), DicomVR.LO, _person.Given));
        Expect([new DicomTag(0x0043, 0x7702)], CheckAction.TextRemoved, _person.Given, "DICOM-P15-PRIVATE");
        if (_options.Contains("retain-safe-private"))
        {
            Expect([value], CheckAction.TagRetained, "1000", "DICOM-P15-PRIVATE");
        }
    }

    private void ExpectOfTheObject(DicomDataset dataset)
    {
        foreach (var tag in s_mustStay.Where(t => dataset.GetElement(t) is { Length: > 0 }))
        {
            Expect([tag], CheckAction.TextNotNull, string.Empty, "DICOM-IOD");
            Expect([tag], CheckAction.TextRetained, string.Join('\\', dataset.GetStrings(tag)), "DICOM-IOD");
        }

        foreach (var tag in s_uids)
        {
            if (dataset.GetString(tag) is { } uid && !uid.StartsWith("1.2.840.10008.", StringComparison.Ordinal))
            {
                ExpectUid([tag], uid);
            }
        }

        Expect([DicomTag.PatientID], CheckAction.PatIdConsistent, _person.Id, "HIPAA-H");
        // A broken file may hold them twice; ultrasound is blanked around its regions, where names stand, and secondary
        // images of some devices where these write.
        if (dataset.Count(i => i.Tag == DicomTag.PixelData) == 1
            && !s_blanked.Contains(dataset.GetString(DicomTag.SOPClassUID), StringComparer.Ordinal)
            && !dataset.GetStrings(DicomTag.ImageType).Contains("SECONDARY", StringComparer.Ordinal))
        {
            Expect([DicomTag.PixelData], CheckAction.PixelsRetained, Digest(dataset), "TCIA-RETAIN");
        }

        // Anywhere in the file, whatever held it.
        foreach (var field in s_anywhere.Where(f => f == "family" ? !_person.IsOrdinaryWord : f != "serial" || !_retainsDevice))
        {
            Expect([], CheckAction.TextRemoved, _person[field], "WHOLE-FILE");
        }
    }

    /// <summary>SHA-256 of pixel data as stored.</summary>
    internal static string Digest(DicomDataset dataset)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        switch (dataset.FirstOrDefault(i => i.Tag == DicomTag.PixelData))
        {
            case DicomElement element:
                // A pad byte that was missing is added.
                hash.AppendData(element.Value.Span);
                hash.AppendData(element.Length % 2 == 1 ? [0] : ReadOnlySpan<byte>.Empty);
                break;
            case DicomFragmentSequence fragments:
                foreach (var fragment in fragments.Fragments)
                {
                    hash.AppendData(fragment.Value.Span);
                    hash.AppendData(fragment.Length % 2 == 1 ? [0] : ReadOnlySpan<byte>.Empty);
                }

                break;
            default:
                break;
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private void ExpectUid(DicomTag[] path, string uid)
    {
        if (!_options.Contains("retain-uids"))
        {
            Expect(path, CheckAction.UidChanged, uid, "DICOM-P15-U");
            Expect(path, CheckAction.UidConsistent, uid, "DICOM-P15-U");
        }
    }

    private void Expect(DicomTag[] path, CheckAction action, string text, string category) =>
        _checks.Add(new PlantedCheck(path, action, text, category));

    private static DicomDataset HolderOf(DicomDataset dataset, DicomTag[] path)
    {
        foreach (var tag in path[..^1])
        {
            if (dataset.GetItems(tag) is not { Count: > 0 })
            {
                dataset.AddOrUpdate(new DicomSequence(tag, new DicomDataset()));
            }

            dataset = dataset.GetItems(tag)[0];
        }

        return dataset;
    }

    private static DicomElement Bytes(DicomTag tag, string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text + (text.Length % 2 == 1 ? " " : string.Empty));
        return new DicomElement(tag, DicomVR.UN, bytes.Length % 2 == 1 ? [.. bytes, 0x20] : bytes);
    }

    // In the character set of the file; where that lacks a letter, as UTF-8 bytes, as careless senders do.
    private static DicomElement Text(DicomDataset holder, DicomTag tag, DicomVR vr, string text)
    {
        try
        {
            var encoded = holder.CharacterSet.Encode(text, vr);
            return new DicomElement(tag, vr, encoded.Length % 2 == 1 ? [.. encoded, 0x20] : encoded);
        }
        catch (ArgumentException)
        {
            return new DicomElement(tag, vr, Bytes(tag, text).Value);
        }
    }

    [GeneratedRegex(@"\{(?<field>[^}]+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Field();
}
