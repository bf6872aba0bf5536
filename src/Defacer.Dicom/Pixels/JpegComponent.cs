namespace Defacer.Dicom.Pixels;

/// <summary>A component of a DCT image: its sampling and its samples before upsampling (ITU-T T.81 §A.1.1).</summary>
internal sealed class JpegComponent
{
    internal required int Id { get; init; }

    /// <summary>Blocks of an MCU across.</summary>
    internal required int Horizontal { get; init; }

    /// <summary>Blocks of an MCU down.</summary>
    internal required int Vertical { get; init; }

    /// <summary>Quantization table, 0 to 3.</summary>
    internal required int Quantization { get; init; }

    /// <summary>Columns of the component.</summary>
    internal int Width { get; set; }

    /// <summary>Rows of the component.</summary>
    internal int Height { get; set; }

    /// <summary>Samples of a line of <see cref="Samples"/>: whole MCUs.</summary>
    internal int Stride { get; set; }

    /// <summary>[row, column], whole MCUs; empty until a scan has it.</summary>
    internal ushort[] Samples { get; set; } = [];

    /// <summary>Whether a scan decoded it.</summary>
    internal bool IsDecoded { get; set; }

    /// <summary>A line of the component; beyond the edges the nearest one.</summary>
    internal ReadOnlySpan<ushort> Line(int row) =>
        Samples.AsSpan(Math.Clamp(row, 0, Height - 1) * Stride, Width);
}
