using System.Globalization;
using Defacer.Dicom.Data;

namespace Defacer.Cli;

/// <summary>
/// A data set as lines: tag, VR, length in bytes, keyword, value. Items are indented; control characters of a value are
/// shown as dots, so that a file cannot command the terminal.
/// </summary>
internal sealed class DumpText(int width, Action<string> line, CancellationToken cancellationToken)
{
    // Deeper nesting than any object has; the reader's own limit comes first.
    private const int MaxIndent = 40;
    private const int MaxBinaryBytes = 16;

    /// <summary>Writes a data set and all that is in it.</summary>
    internal void Write(DicomDataset dataset)
    {
        var pending = new Stack<(DicomDataset Dataset, int Index, int Depth)>();
        pending.Push((dataset, 0, 0));
        while (pending.TryPop(out var at))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (at.Index == at.Dataset.Count)
            {
                continue;
            }

            pending.Push((at.Dataset, at.Index + 1, at.Depth));
            var item = at.Dataset[at.Index];
            WriteLine(at.Dataset, item, at.Depth);
            if (item is DicomSequence sequence)
            {
                for (var i = sequence.Items.Count - 1; i >= 0; i--)
                {
                    pending.Push((sequence.Items[i], 0, at.Depth + 1));
                }
            }
        }
    }

    private void WriteLine(DicomDataset dataset, DicomItem item, int depth)
    {
        var name = item.Tag.IsPrivate ? dataset.GetPrivateCreator(item.Tag) ?? "private" : item.Tag.Keyword;
        var indent = new string(' ', 2 * Math.Min(depth, MaxIndent));
        var (length, value) = item switch
        {
            DicomSequence sequence => ("-", $"{sequence.Items.Count} items"),
            DicomFragmentSequence fragments => (
                Number(fragments.Fragments.Sum(f => f.Length)), $"{fragments.Fragments.Count} fragments"),
            DicomElement element => (Number(element.Length), Value(dataset, element)),
            _ => ("-", string.Empty),
        };
        line($"{indent}{item.Tag} {item.VR.Code} {length,9} {Printable(name)} {Short(Printable(value))}".TrimEnd());
    }

    private static string Value(DicomDataset dataset, DicomElement element)
    {
        if (element.Length == 0)
        {
            return string.Empty;
        }

        if (element.VR == DicomVR.AT)
        {
            return string.Join('\\', dataset.GetTags(element.Tag));
        }

        // Binary: the first bytes say what it is, all of them help nobody.
        var isBinary = element.VR.HasLongLength && !element.VR.IsText;
        if (!isBinary && dataset.GetStrings(element.Tag) is { Count: > 0 } values)
        {
            return string.Join('\\', values);
        }

        var bytes = new byte[Math.Min(element.Length, MaxBinaryBytes)];
        element.Read(0, bytes);
        return Convert.ToHexString(bytes) + (element.Length > MaxBinaryBytes ? "..." : string.Empty);
    }

    private string Short(string value) => width > 0 && value.Length > width ? value[..width] + "..." : value;

    private static string Printable(string value) => string.Concat(value.Select(c => char.IsControl(c) ? '.' : c));

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
