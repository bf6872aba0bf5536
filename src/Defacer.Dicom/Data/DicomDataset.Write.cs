using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Defacer.Dicom.Dictionary;

namespace Defacer.Dicom.Data;

// Typed writing of values. What we write is checked against its VR and padded; what is passed on is moved as an
// element.
public sealed partial class DicomDataset
{
    /// <summary>Adds or replaces text values with the VR that the dictionary prefers.</summary>
    /// <exception cref="ArgumentException">
    /// The tag is private or unknown, or a value violates its VR or VM.
    /// </exception>
    public void AddOrUpdate(DicomTag tag, params ReadOnlySpan<string> values) =>
        AddOrUpdate(tag, DictionaryVR(tag), values);

    /// <summary>
    /// Adds or replaces text values, encoded in the character set in force and padded to even length; no value makes
    /// it empty.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A value violates the VR or the VM; the message does not hold it.
    /// </exception>
    public void AddOrUpdate(DicomTag tag, DicomVR vr, params ReadOnlySpan<string> values)
    {
        ValueRules.Check(tag, vr, values);
        var text = string.Join('\\', values);
        var bytes = vr.UsesCharacterSet ? CharacterSet.Encode(text, vr) : Encoding.ASCII.GetBytes(text);
        if (bytes.Length % 2 == 1)
        {
            Array.Resize(ref bytes, bytes.Length + 1);
            bytes[^1] = vr.Padding;
        }

        AddOrUpdate(new DicomElement(tag, vr, bytes));
    }

    /// <summary>
    /// Adds one text value after those that are there, whose bytes stay as they are even where they violate the VR;
    /// the VM is not
    /// checked.
    /// </summary>
    /// <exception cref="ArgumentException">The value violates the VR; the message does not hold it.</exception>
    public void AddValue(DicomTag tag, DicomVR vr, string value)
    {
        if (GetElement(tag) is not { } earlier || earlier.Value.Span.Trim(" \0"u8).Length == 0)
        {
            AddOrUpdate(tag, vr, value);
            return;
        }

        ValueRules.CheckValue(tag, vr, value);
        var added = vr.UsesCharacterSet ? CharacterSet.Encode(value, vr) : Encoding.ASCII.GetBytes(value);
        var kept = earlier.Value.Span.TrimEnd(" \0"u8);
        var length = kept.Length + 1 + added.Length;
        var bytes = new byte[length + (length & 1)];
        kept.CopyTo(bytes);
        bytes[kept.Length] = (byte)'\\';
        added.CopyTo(bytes, kept.Length + 1);
        if (bytes.Length > length)
        {
            bytes[^1] = vr.Padding;
        }

        AddOrUpdate(new DicomElement(tag, earlier.VR, bytes));
    }

    /// <summary>Adds or replaces DS values, each rounded to what 16 characters hold.</summary>
    public void AddOrUpdateDS(DicomTag tag, params ReadOnlySpan<double> values)
    {
        var texts = new string[values.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = FormatDS(values[i]);
        }

        AddOrUpdate(tag, DicomVR.DS, texts);
    }

    /// <summary>Adds or replaces IS values.</summary>
    public void AddOrUpdateIS(DicomTag tag, params ReadOnlySpan<int> values)
    {
        var texts = new string[values.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = values[i].ToString(CultureInfo.InvariantCulture);
        }

        AddOrUpdate(tag, DicomVR.IS, texts);
    }

    /// <summary>Adds or replaces UI values.</summary>
    public void AddOrUpdateUI(DicomTag tag, params ReadOnlySpan<DicomUID> values)
    {
        var texts = new string[values.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = values[i].UID;
        }

        AddOrUpdate(tag, DicomVR.UI, texts);
    }

    /// <summary>Adds or replaces a DA value.</summary>
    public void AddOrUpdateDA(DicomTag tag, DateOnly value) =>
        AddOrUpdate(tag, DicomVR.DA, value.ToString("yyyyMMdd", CultureInfo.InvariantCulture));

    /// <summary>Adds or replaces a TM value, to the microsecond.</summary>
    public void AddOrUpdateTM(DicomTag tag, TimeOnly value) =>
        AddOrUpdate(tag, DicomVR.TM, value.ToString("HHmmss.ffffff", CultureInfo.InvariantCulture));

    /// <summary>Adds or replaces a DT value with its offset from UTC, to the microsecond.</summary>
    public void AddOrUpdateDT(DicomTag tag, DateTimeOffset value) =>
        AddOrUpdate(tag, DicomVR.DT,
            value.ToString("yyyyMMddHHmmss.ffffffzzz", CultureInfo.InvariantCulture).Replace(":", string.Empty));

    /// <summary>Adds or replaces US values.</summary>
    public void AddOrUpdateUS(DicomTag tag, params ReadOnlySpan<ushort> values) =>
        AddBinary(tag, DicomVR.US, values, BinaryPrimitives.WriteUInt16LittleEndian);

    /// <summary>Adds or replaces SS values.</summary>
    public void AddOrUpdateSS(DicomTag tag, params ReadOnlySpan<short> values) =>
        AddBinary(tag, DicomVR.SS, values, BinaryPrimitives.WriteInt16LittleEndian);

    /// <summary>Adds or replaces UL values.</summary>
    public void AddOrUpdateUL(DicomTag tag, params ReadOnlySpan<uint> values) =>
        AddBinary(tag, DicomVR.UL, values, BinaryPrimitives.WriteUInt32LittleEndian);

    /// <summary>Adds or replaces SL values.</summary>
    public void AddOrUpdateSL(DicomTag tag, params ReadOnlySpan<int> values) =>
        AddBinary(tag, DicomVR.SL, values, BinaryPrimitives.WriteInt32LittleEndian);

    /// <summary>Adds or replaces UV values.</summary>
    public void AddOrUpdateUV(DicomTag tag, params ReadOnlySpan<ulong> values) =>
        AddBinary(tag, DicomVR.UV, values, BinaryPrimitives.WriteUInt64LittleEndian);

    /// <summary>Adds or replaces SV values.</summary>
    public void AddOrUpdateSV(DicomTag tag, params ReadOnlySpan<long> values) =>
        AddBinary(tag, DicomVR.SV, values, BinaryPrimitives.WriteInt64LittleEndian);

    /// <summary>Adds or replaces FL values.</summary>
    public void AddOrUpdateFL(DicomTag tag, params ReadOnlySpan<float> values) =>
        AddBinary(tag, DicomVR.FL, values, BinaryPrimitives.WriteSingleLittleEndian);

    /// <summary>Adds or replaces FD values.</summary>
    public void AddOrUpdateFD(DicomTag tag, params ReadOnlySpan<double> values) =>
        AddBinary(tag, DicomVR.FD, values, BinaryPrimitives.WriteDoubleLittleEndian);

    /// <summary>Adds or replaces AT values.</summary>
    public void AddOrUpdateAT(DicomTag tag, params ReadOnlySpan<DicomTag> values) =>
        AddBinary(tag, DicomVR.AT, values, (at, value) =>
        {
            BinaryPrimitives.WriteUInt16LittleEndian(at, value.Group);
            BinaryPrimitives.WriteUInt16LittleEndian(at[2..], value.Element);
        });

    private void AddBinary<T>(DicomTag tag, DicomVR vr, ReadOnlySpan<T> values, WriteValue<T> write)
    {
        ValueRules.CheckVM(tag, values.Length);
        var bytes = new byte[values.Length * (vr == DicomVR.AT ? 4 : vr.UnitBytes)];
        var unit = values.Length == 0 ? 0 : bytes.Length / values.Length;
        for (var i = 0; i < values.Length; i++)
        {
            write(bytes.AsSpan(i * unit), values[i]);
        }

        AddOrUpdate(new DicomElement(tag, vr, bytes));
    }

    // PS3.5 §6.2: at most 16 characters. The shortest form that reads back the same where it fits, else fewer digits.
    private static string FormatDS(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentException("A DS value must be a finite number.", nameof(value));
        }

        var text = value.ToString("R", CultureInfo.InvariantCulture);
        // Rounded up, the largest number of all would be none.
        var digits = 16;
        while (text.Length > 16 || !double.IsFinite(double.Parse(text, CultureInfo.InvariantCulture)))
        {
            text = value.ToString("G" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            digits--;
        }

        return text;
    }

    private static DicomVR DictionaryVR(DicomTag tag) =>
        DicomDictionary.Find(tag) is { VRs: [var vr, ..] }
            ? vr
            : throw new ArgumentException($"{tag} is not in the dictionary; name its VR.", nameof(tag));

    private delegate void WriteValue<in T>(Span<byte> at, T value);
}
