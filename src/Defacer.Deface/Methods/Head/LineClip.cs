namespace Defacer.Deface.Methods.Head;

/// <summary>Which part of a row of voxels can lie in a region at all: most rows are left out at once.</summary>
internal static class LineClip
{
    /// <summary>Narrows [low, high] to where start + i * step lies in [from, to]; an empty part has high below low.</summary>
    internal static void Narrow(ref double low, ref double high, double start, double step, double from, double to)
    {
        if (Math.Abs(step) < 1e-9)
        {
            high = start >= from && start <= to ? high : -1;
            return;
        }

        var (a, b) = ((from - start) / step, (to - start) / step);
        low = Math.Max(low, Math.Min(a, b));
        high = Math.Min(high, Math.Max(a, b));
    }
}
