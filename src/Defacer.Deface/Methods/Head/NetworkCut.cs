using Defacer.Deface.Models;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// What the fine network calls face and ears, as a cut of the same form as that of geometry: smooth surfaces in the head's
/// axes from which everything goes outward to the border of the field of view.
/// </summary>
/// <param name="cells">The network's classes.</param>
/// <param name="pose">Gives the axes.</param>
/// <param name="extraMm">Added to every depth and edge.</param>
internal sealed class NetworkCut(NetworkCells cells, HeadPose pose, double extraMm)
{
    // A column of the face is followed from the front over gaps of so many mm, and no deeper than a nose and its cavity.
    private const double StepMm = 2;
    private const int MostGap = 3, MostDepth = 18;

    // The network's border is uncertain by about a voxel.
    private const double BorderMm = 2;

    // How far a voxel of an ear stands for its neighbours, and what is too little to be an ear, ml.
    private const double EarReachMm = 5, SmallestEarMl = 0.5;

    // No ear is nearer to the middle plane of a head of the mean size.
    private const double InnermostEarMm = 45;

    /// <summary>A map of where the face goes, on a plane of the head's axes; NaN where the network sees none.</summary>
    /// <param name="plane">Gives the places.</param>
    internal DepthMap Face(DepthMap plane)
    {
        var face = HeadPlaces(LargestFace()).ToList();
        // The foremost place of the cube in the head's axes that a face can reach: 64 steps from here hold every face.
        var first = face.Select(h => h.Y).DefaultIfEmpty(0).Min() - 0.5;
        var columns = new ulong[plane.Values.Length];
        face.ForEach(h =>
        {
            var (column, row) = ((int)Math.Round((h.X - plane.U(0)) / plane.StepMm), (int)Math.Round((h.Z - plane.V(0)) / plane.StepMm));
            var bin = (int)((h.Y - first) / StepMm);
            if ((uint)column < (uint)plane.Columns && (uint)row < (uint)plane.Rows && (uint)bin < 64)
            {
                columns[(row * plane.Columns) + column] |= 1UL << bin;
            }
        });
        var depths = Array.ConvertAll(columns, bits => bits == 0 ? float.NaN : (float)(first + (Deepest(bits) * StepMm)));
        var smooth = plane.With(depths).Filled(6).Smoothed(3);
        return smooth.With(Array.ConvertAll(smooth.Values, y => (float)(y + BorderMm + extraMm)));
    }

    /// <summary>A map of how far out an ear begins; +infinity where the network sees none.</summary>
    /// <param name="plane">Gives the places, (y, z).</param>
    /// <param name="side">-1 right, 1 left.</param>
    internal DepthMap Ear(DepthMap plane, int side)
    {
        var values = new float[plane.Values.Length];
        Array.Fill(values, float.NaN);
        var ear = Largest(c => c == (side < 0 ? HeadClass.RightEar : HeadClass.LeftEar));
        if (ear.VolumeMm3 >= SmallestEarMl * 1000)
        {
            ForEach(ear, h =>
            {
                var (column, row) = ((int)Math.Round((h.Y - plane.U(0)) / plane.StepMm), (int)Math.Round((h.Z - plane.V(0)) / plane.StepMm));
                var width = side * h.X;
                if ((uint)column < (uint)plane.Columns && (uint)row < (uint)plane.Rows && width >= InnermostEarMm * pose.Scale.X)
                {
                    ref var value = ref values[(row * plane.Columns) + column];
                    value = float.IsNaN(value) ? (float)width : Math.Min(value, (float)width);
                }
            });
        }

        var spread = plane.With(values).Extreme(EarReachMm + extraMm, largest: false);
        return spread.With(Array.ConvertAll(spread.Values, x => float.IsNaN(x) ? float.PositiveInfinity : (float)(x - BorderMm - extraMm)));
    }

    /// <summary>Face and eyes in one piece; specks elsewhere are none.</summary>
    internal BinaryGrid LargestFace() => Largest(c => c is HeadClass.Face or HeadClass.Eyes);

    /// <summary>The largest piece of some classes, on the cube.</summary>
    internal BinaryGrid Largest(Func<HeadClass, bool> wanted) => ConnectedComponents.Of(
        new BinaryGrid(cells.Shape, Array.ConvertAll(cells.Classes, c => wanted(c))), Connectivity.Sides).Largest();

    private static int Deepest(ulong bits)
    {
        var first = System.Numerics.BitOperations.TrailingZeroCount(bits);
        var (deepest, gap) = (first, 0);
        for (var bin = first + 1; bin < Math.Min(64, first + MostDepth) && gap <= MostGap; bin++)
        {
            var isSet = (bits >> bin & 1) != 0;
            (deepest, gap) = isSet ? (bin, 0) : (deepest, gap + 1);
        }

        return deepest;
    }

    private void ForEach(BinaryGrid set, Action<Vector3> action)
    {
        foreach (var place in HeadPlaces(set))
        {
            action(place);
        }
    }

    private IEnumerable<Vector3> HeadPlaces(BinaryGrid set)
    {
        for (var i = 0; i < set.Voxels.Length; i++)
        {
            if (set.Voxels[i])
            {
                var (line, x) = Math.DivRem(i, cells.Size);
                yield return pose.ToHead(cells.ToPatient(x, line % cells.Size, line / cells.Size));
            }
        }
    }
}
