using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Morphology;

/// <summary>One step of a separable operation; an instance serves one thread.</summary>
internal interface ILineKernel
{
    /// <summary>Replaces the values of one line of voxels.</summary>
    void Apply(Span<float> line);
}

/// <summary>Runs a kernel over every line of a grid along one axis, in parallel.</summary>
internal static class Lines
{
    // A cache line of floats: lines across the memory order are fetched and stored this many at a time.
    private const int Block = 16;

    /// <summary>Applies the kernel in place.</summary>
    public static void ForEach(
        float[] values, GridShape shape, GridAxis axis, Func<ILineKernel> create, CancellationToken ct)
    {
        var options = new ParallelOptions { CancellationToken = ct };
        if (axis == GridAxis.Columns)
        {
            Parallel.For(0, shape.Slices, options, create, (slice, _, kernel) =>
            {
                for (var row = 0; row < shape.Rows; row++)
                {
                    kernel.Apply(values.AsSpan(shape.Index(0, row, slice), shape.Columns));
                }

                return kernel;
            }, static _ => { });
            return;
        }

        var (length, stride) = (shape.Length(axis), shape.Stride(axis));
        var planes = axis == GridAxis.Rows ? shape.Slices : shape.Rows;
        Parallel.For(0, planes, options, () => (Kernel: create(), Buffer: new float[Block * length]), (plane, _, own) =>
        {
            var start = axis == GridAxis.Rows ? shape.Index(0, 0, plane) : shape.Index(0, plane, 0);
            for (var column = 0; column < shape.Columns; column += Block)
            {
                var count = Math.Min(Block, shape.Columns - column);
                Fetch(values, start + column, stride, count, length, own.Buffer);
                for (var i = 0; i < count; i++)
                {
                    own.Kernel.Apply(own.Buffer.AsSpan(i * length, length));
                }

                Store(values, start + column, stride, count, length, own.Buffer);
            }

            return own;
        }, static _ => { });
    }

    private static void Fetch(float[] values, int start, int stride, int count, int length, float[] buffer)
    {
        for (var q = 0; q < length; q++)
        {
            var from = values.AsSpan(start + (q * stride), count);
            for (var i = 0; i < from.Length; i++)
            {
                buffer[(i * length) + q] = from[i];
            }
        }
    }

    private static void Store(float[] values, int start, int stride, int count, int length, float[] buffer)
    {
        for (var q = 0; q < length; q++)
        {
            var to = values.AsSpan(start + (q * stride), count);
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = buffer[(i * length) + q];
            }
        }
    }
}
