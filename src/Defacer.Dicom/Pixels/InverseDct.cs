namespace Defacer.Dicom.Pixels;

/// <summary>
/// The inverse DCT of 8 × 8 (ITU-T T.81 §A.3.3) in integers of 13 fractional bits, by the factorization of Loeffler,
/// Ligtenberg and Moschytz: columns, then rows, each with 12 multiplications. Rounded as the IJG's accurate integer
/// method rounds, so that pixels equal those of the decoders that hospitals use.
/// </summary>
internal static class InverseDct
{
    private const int Bits = 13;
    private const int C0298 = 2446;
    private const int C0390 = 3196;
    private const int C0541 = 4433;
    private const int C0765 = 6270;
    private const int C0899 = 7373;
    private const int C1175 = 9633;
    private const int C1501 = 12299;
    private const int C1847 = 15137;
    private const int C1961 = 16069;
    private const int C2053 = 16819;
    private const int C2562 = 20995;
    private const int C3072 = 25172;

    /// <summary>Transforms a block in place; the result is centred on zero.</summary>
    /// <param name="block">64 dequantized coefficients, row by row.</param>
    /// <param name="precision">8 or 12: how many fractional bits the first pass may keep.</param>
    internal static void Transform(Span<int> block, int precision)
    {
        var kept = precision > 8 ? 1 : 2;
        block = block[..64];
        for (var i = 0; i < 8; i++)
        {
            Pass(block, i, 8, Bits - kept);
        }

        for (var i = 0; i < 64; i += 8)
        {
            Pass(block, i, 1, Bits + kept + 3);
        }
    }

    private static void Pass(Span<int> b, int at, int step, int shift)
    {
        var half = 1 << (shift - 1);
        int i1 = at + step, i2 = i1 + step, i3 = i2 + step, i4 = i3 + step, i5 = i4 + step, i6 = i5 + step, i7 = i6 + step;
        if ((b[i1] | b[i2] | b[i3] | b[i4] | b[i5] | b[i6] | b[i7]) == 0)
        {
            var flat = ((b[at] << Bits) + half) >> shift;
            b[at] = b[i1] = b[i2] = b[i3] = b[i4] = b[i5] = b[i6] = b[i7] = flat;
            return;
        }

        // Even part.
        var z = (b[i2] + b[i6]) * C0541;
        var (even2, even3) = (z - (b[i6] * C1847), z + (b[i2] * C0765));
        var (sum, difference) = ((b[at] + b[i4]) << Bits, (b[at] - b[i4]) << Bits);
        var (e0, e3, e1, e2) = (sum + even3, sum - even3, difference + even2, difference - even2);

        // Odd part.
        var (o0, o1, o2, o3) = (b[i7], b[i5], b[i3], b[i1]);
        var all = (o0 + o2 + o1 + o3) * C1175;
        var (z1, z2) = ((o0 + o3) * -C0899, (o1 + o2) * -C2562);
        var (z3, z4) = (((o0 + o2) * -C1961) + all, ((o1 + o3) * -C0390) + all);
        o0 = (o0 * C0298) + z1 + z3;
        o1 = (o1 * C2053) + z2 + z4;
        o2 = (o2 * C3072) + z2 + z3;
        o3 = (o3 * C1501) + z1 + z4;

        b[at] = (e0 + o3 + half) >> shift;
        b[i7] = (e0 - o3 + half) >> shift;
        b[i1] = (e1 + o2 + half) >> shift;
        b[i6] = (e1 - o2 + half) >> shift;
        b[i2] = (e2 + o1 + half) >> shift;
        b[i5] = (e2 - o1 + half) >> shift;
        b[i3] = (e3 + o0 + half) >> shift;
        b[i4] = (e3 - o0 + half) >> shift;
    }
}
