using System.Text;
using System.Text.Json;
using Defacer.Dicom.Data;
using Defacer.Dicom.Text;

namespace Defacer.Dicom.Json;

/// <summary>
/// Reads data sets from the DICOM JSON model (PS3.18 Annex F). Texts become UTF-8, and where one needs it (0008,0005)
/// becomes ISO_IR 192.
/// </summary>
public sealed class DicomJsonReader
{
    // As deep as data sets may nest (DicomReadOptions.MaxDepth): each level is an object, its value array, its items.
    private const int MaxDepth = 64;
    private const int MaxJsonDepth = (MaxDepth * 3) + 8;
    private static readonly string[] s_nameGroups = ["Alphabetic", "Ideographic", "Phonetic"];
    private readonly Func<string, ReadOnlyMemory<byte>>? _bulkData;
    private bool _isAscii = true;

    private DicomJsonReader(Func<string, ReadOnlyMemory<byte>>? bulkData) => _bulkData = bulkData;

    /// <summary>Reads one data set: an object, or an array of one as DICOMweb answers.</summary>
    /// <param name="utf8Json">The text in UTF-8.</param>
    /// <param name="bulkData">Gives the bytes of a BulkDataURI; null refuses such values.</param>
    /// <exception cref="DicomFormatException">It is no JSON, or not of this model.</exception>
    public static DicomDataset Read(ReadOnlyMemory<byte> utf8Json, Func<string, ReadOnlyMemory<byte>>? bulkData = null) =>
        ReadAll(utf8Json, bulkData) is [var only]
            ? only
            : throw new DicomFormatException("The text holds no data set, or several.");

    /// <summary>Reads the data sets of an array, or the one of an object.</summary>
    /// <inheritdoc cref="Read"/>
    public static IReadOnlyList<DicomDataset> ReadAll(
        ReadOnlyMemory<byte> utf8Json, Func<string, ReadOnlyMemory<byte>>? bulkData = null)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8Json, new JsonDocumentOptions { MaxDepth = MaxJsonDepth });
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Array
                ? [.. root.EnumerateArray().Select(e => ReadRoot(e, bulkData))]
                : [ReadRoot(root, bulkData)];
        }
        catch (JsonException e)
        {
            throw new DicomFormatException($"The text is no JSON (line {e.LineNumber + 1}).", e);
        }
    }

    private static DicomDataset ReadRoot(JsonElement json, Func<string, ReadOnlyMemory<byte>>? bulkData)
    {
        var reader = new DicomJsonReader(bulkData);
        var dataset = reader.ReadDataset(json, string.Empty);
        if (!reader._isAscii)
        {
            dataset.AddOrUpdate(DicomTag.SpecificCharacterSet, DicomVR.CS, "ISO_IR 192");
        }

        return dataset;
    }

    private DicomDataset ReadDataset(JsonElement json, string path)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw Error("An object must stand here", path);
        }

        var dataset = new DicomDataset();
        foreach (var member in json.EnumerateObject())
        {
            if (member.Name.Length != 8 || !DicomTag.TryParse(member.Name, out var tag))
            {
                throw Error("A member's name is no tag of 8 hexadecimal digits", path);
            }

            var at = path.Length == 0 ? tag.ToString() : $"{path}.{tag}";
            if (member.Value.ValueKind != JsonValueKind.Object
                || !member.Value.TryGetProperty("vr", out var code) || code.ValueKind != JsonValueKind.String
                || DicomVR.Find(code.GetString()!) is not { } vr)
            {
                throw Error("The attribute has no VR of the standard", at);
            }

            dataset.AddOrUpdate(vr == DicomVR.SQ
                ? new DicomSequence(tag, Values(member.Value).Select(item => ReadDataset(item, at)))
                : new DicomElement(tag, vr, ReadValue(member.Value, vr, at)));
        }

        return dataset;
    }

    private ReadOnlyMemory<byte> ReadValue(JsonElement attribute, DicomVR vr, string path)
    {
        if (attribute.TryGetProperty("InlineBinary", out var inline))
        {
            return inline.ValueKind == JsonValueKind.String && inline.TryGetBytesFromBase64(out var bytes)
                ? Pad(bytes, vr)
                : throw Error("InlineBinary is no base64", path);
        }

        if (attribute.TryGetProperty("BulkDataURI", out var uri))
        {
            return _bulkData is not null && uri.ValueKind == JsonValueKind.String
                ? _bulkData(uri.GetString()!)
                : throw Error("The value lies elsewhere (BulkDataURI), and nothing was given that could fetch it", path);
        }

        try
        {
            return vr.IsText ? ReadTexts(attribute, vr) : ReadBinary(attribute, vr, path);
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidOperationException)
        {
            // The message of the platform may hold the value.
            throw Error($"A value is none of {vr}", path);
        }
    }

    private byte[] ReadTexts(JsonElement attribute, DicomVR vr)
    {
        var text = string.Join('\\', Values(attribute).Select(v => v.ValueKind switch
        {
            JsonValueKind.Null => string.Empty,
            JsonValueKind.Number => v.GetRawText(),
            JsonValueKind.Object when vr == DicomVR.PN => ReadName(v),
            _ => v.GetString()!,
        }));
        _isAscii &= Ascii.IsValid(text);
        return Pad(DicomCharacterSet.Utf8.Encode(text, vr), vr);
    }

    private static string ReadName(JsonElement name) => string.Join('=', s_nameGroups.Select(
        g => name.TryGetProperty(g, out var group) ? group.GetString() : string.Empty)).TrimEnd('=');

    private static byte[] ReadBinary(JsonElement attribute, DicomVR vr, string path)
    {
        using var bytes = new MemoryStream();
        foreach (var value in Values(attribute))
        {
            if (vr == DicomVR.AT)
            {
                if (!DicomTag.TryParse(value.GetString(), out var tag))
                {
                    throw Error("A value is no tag", path);
                }

                bytes.Write([(byte)tag.Group, (byte)(tag.Group >> 8), (byte)tag.Element, (byte)(tag.Element >> 8)]);
            }
            else
            {
                bytes.Write(vr.UnitBytes > 1 && !vr.HasLongLength || vr == DicomVR.SV || vr == DicomVR.UV
                    ? JsonNumbers.Read(vr, value)
                    : throw Error("Binary values stand in InlineBinary or BulkDataURI", path));
            }
        }

        return bytes.ToArray();
    }

    private static JsonElement.ArrayEnumerator Values(JsonElement attribute) =>
        attribute.TryGetProperty("Value", out var values) && values.ValueKind == JsonValueKind.Array
            ? values.EnumerateArray()
            : default;

    private static byte[] Pad(byte[] bytes, DicomVR vr)
    {
        if (bytes.Length % 2 == 1)
        {
            Array.Resize(ref bytes, bytes.Length + 1);
            bytes[^1] = vr.Padding;
        }

        return bytes;
    }

    private static DicomFormatException Error(string message, string path) => new(
        path.Length == 0 ? $"{message}." : $"{message} (at {path}).");
}
