using System.Globalization;
using System.Text.Json;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Standard;

/// <summary>A row of PS3.15 Table E.1-1.</summary>
/// <param name="Tag">The tag as printed, <c>x</c> for the digits of a pattern; <c>private</c> for odd groups.</param>
/// <param name="Name">The attribute's name.</param>
/// <param name="Basic">The action code of the Basic Profile, such as X/Z/D.</param>
/// <param name="Options">The action of each option in the order of <see cref="ConfidentialityTable.Options"/>; empty:
/// no cell.</param>
internal sealed record ConfidentialityRow(string Tag, string Name, string Basic, string[] Options);

/// <summary>PS3.15 Table E.1-1: which action an attribute gets, at every depth.</summary>
internal sealed class ConfidentialityTable
{
    private readonly Dictionary<uint, ConfidentialityRow> _byTag;
    private readonly ConfidentialityRow _curves;
    private readonly ConfidentialityRow _overlayData;
    private readonly ConfidentialityRow _overlayComments;

    private ConfidentialityTable(string[] options, IReadOnlyList<ConfidentialityRow> rows)
    {
        Options = options;
        Rows = rows;
        _byTag = rows
            .Where(r => uint.TryParse(r.Tag, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out _))
            .ToDictionary(r => uint.Parse(r.Tag, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        _curves = rows.Single(r => r.Tag == "50xxxxxx");
        _overlayData = rows.Single(r => r.Tag == "60xx3000");
        _overlayComments = rows.Single(r => r.Tag == "60xx4000");
        Private = rows.Single(r => r.Tag == "private");
    }

    /// <summary>The names of the option columns, in the table's order.</summary>
    internal string[] Options { get; }

    internal IReadOnlyList<ConfidentialityRow> Rows { get; }

    /// <summary>The row of the attributes of odd groups.</summary>
    internal ConfidentialityRow Private { get; }

    /// <summary>The row of a tag, repeating groups and private ones included; null when the table does not name
    /// it.</summary>
    internal ConfidentialityRow? Find(DicomTag tag)
    {
        if (_byTag.TryGetValue(tag.Value, out var row))
        {
            return row;
        }

        if (tag.IsPrivate)
        {
            return Private;
        }

        // PS3.5 §7.6: repeating groups are the even ones up to xx1E.
        return tag.Group switch
        {
            >= 0x5000 and <= 0x501E => _curves,
            >= 0x6000 and <= 0x601E when tag.Element == 0x3000 => _overlayData,
            >= 0x6000 and <= 0x601E when tag.Element == 0x4000 => _overlayComments,
            _ => null,
        };
    }

    internal static ConfidentialityTable Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var columns =
            document.RootElement.GetProperty("columns").EnumerateArray().Select(c => c.GetString()!).ToArray();
        var rows = new List<ConfidentialityRow>(700);
        foreach (var row in document.RootElement.GetProperty("rows").EnumerateArray())
        {
            var options = new string[columns.Length - 3];
            for (var i = 0; i < options.Length; i++)
            {
                options[i] = row[i + 3].GetString()!;
            }

            rows.Add(new ConfidentialityRow(row[0].GetString()!, row[1].GetString()!, row[2].GetString()!, options));
        }

        return new ConfidentialityTable(columns[3..], rows);
    }
}
