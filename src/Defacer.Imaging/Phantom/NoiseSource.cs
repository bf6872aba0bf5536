namespace Defacer.Imaging.Phantom;

/// <summary>
/// Repeatable noise: a SplitMix64 generator (Steele, Lea, Flood 2014). One for each slice, so that the numbers do not
/// depend on how the work is shared between threads.
/// </summary>
internal struct NoiseSource(ulong seed, ulong stream)
{
    private ulong _state = (seed * 0x9E3779B97F4A7C15) ^ ((stream + 1) * 0xD1B54A32D192ED03);
    private float _kept = float.NaN;

    /// <summary>Uniform, above 0 and up to 1.</summary>
    public float Uniform() => ((Next() >> 40) + 1) * (1f / (1 << 24));

    /// <summary>Normal with deviation 1 (Box and Muller; every second one is kept).</summary>
    public float Normal()
    {
        if (!float.IsNaN(_kept))
        {
            var kept = _kept;
            _kept = float.NaN;
            return kept;
        }

        var radius = MathF.Sqrt(-2 * MathF.Log(Uniform()));
        var (sin, cos) = MathF.SinCos(MathF.Tau * Uniform());
        _kept = radius * sin;
        return radius * cos;
    }

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
