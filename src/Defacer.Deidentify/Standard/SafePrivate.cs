using System.Globalization;
using System.Text.Json;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Standard;

/// <summary>What a safe private element may still carry.</summary>
internal enum PrivateRisk
{
    /// <summary>Numbers and codes.</summary>
    None,

    /// <summary>UIDs.</summary>
    Uid,

    /// <summary>Text.</summary>
    Text,

    /// <summary>Items that are judged one by one.</summary>
    Nested,

    /// <summary>Bytes that nobody can look into, copies of pixels among them: never kept.</summary>
    Bulk,
}

/// <summary>
/// PS3.15 Table E.3.10-1: private elements that are known to be safe, by creator, group and low byte; the block is the
/// sender's choice (PS3.5 §7.8.1).
/// </summary>
internal sealed class SafePrivate
{
    private readonly Dictionary<(string Creator, uint Element), (DicomVR? VR, PrivateRisk Risk)> _rows = [];

    internal int Count => _rows.Count;

    /// <summary>The VR and risk of an element; null when it is not in the table.</summary>
    internal (DicomVR? VR, PrivateRisk Risk)? Find(string creator, DicomTag tag) =>
        _rows.TryGetValue((creator, Key(tag.Group, (byte)tag.Element)), out var row) ? row : null;

    internal static SafePrivate Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var table = new SafePrivate();
        foreach (var row in document.RootElement.GetProperty("rows").EnumerateArray())
        {
            var group = ushort.Parse(row[1].GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var element = byte.Parse(row[2].GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var vr = row[3].GetString() is { Length: 2 } code ? DicomVR.Find(code) : null;
            table._rows[(row[0].GetString()!, Key(group, element))] = (vr, row[4].GetString() switch
            {
                "uid" => PrivateRisk.Uid,
                "free-text" => PrivateRisk.Text,
                "nested" => PrivateRisk.Nested,
                "bulk" => PrivateRisk.Bulk,
                _ => PrivateRisk.None,
            });
        }

        return table;
    }

    private static uint Key(ushort group, byte element) => ((uint)group << 8) | element;
}
