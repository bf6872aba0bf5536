using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;

namespace Defacer.Deface.Methods.Head;

/// <summary>The body against the air, closed and without holes.</summary>
internal static class BodyEnvelope
{
    // HU. Skin begins at about -300 after partial volume; foam and clothes lie lower.
    private const float SkinHU = -300;

    // Deviations of air above its mode; wrapped signal and ghosts reach three or four.
    private const double MRDeviations = 6;

    // A ball that fits into the neck of a child and into no frame; and how far pinna and nose stand out from such
    // balls.
    private const double BulkMm = 26, PinnaMm = 16, NoseMm = 30;

    /// <summary>The largest connected body.</summary>
    /// <param name="values">On the grid; NaN outside the field of view.</param>
    /// <param name="shape">Of the grid.</param>
    /// <param name="modality">Decides how air and body part.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    internal static BinaryGrid Find(float[] values, GridShape shape, string modality, CancellationToken cancellationToken)
    {
        var raw = BinaryGrid.Above(shape, values, Threshold(values, modality));
        // Sheets thinner than 6 mm (table tops, holders) go before they can join with the body.
        var thinMm = modality == "CT" ? 4 : 3;
        var body = ConnectedComponents.Of(raw.Open(thinMm, cancellationToken), Connectivity.Sides).Largest();
        // What the opening took of nose tip and pinna comes back where it touches the body.
        body = body.Dilate(thinMm + shape.ColumnMm, cancellationToken).And(raw).Or(body);
        body = modality == "CT" ? WithoutTable(body, cancellationToken) : body;
        return ConnectedComponents.Of(body.Close(6, cancellationToken), Connectivity.Sides).Largest()
            .FillHolesAcrossAll(cancellationToken);
    }

    // Tables and frames that touch the body would enclose air with it, which the filling would take for body. Balls
    // find the
    // bulk; around it everything near stays, and in front of it what a nose and a chin stand out.
    private static BinaryGrid WithoutTable(BinaryGrid body, CancellationToken cancellationToken)
    {
        // Closed first: the airways would keep the balls out of the middle of the face.
        var bulk = body.Close(12, cancellationToken).FillHoles().OpenCoarsely(BulkMm, cancellationToken);
        if (bulk.Count == 0)
        {
            return body;
        }

        var near = bulk.Dilate(PinnaMm, cancellationToken);
        var shape = body.Shape;
        var forward = (int)(NoseMm / shape.RowMm);
        var result = new BinaryGrid(shape);
        for (var i = 0; i < result.Voxels.Length; i++)
        {
            var (row, rest) = (i / shape.Columns % shape.Rows, i);
            var kept = near.Voxels[i];
            for (var step = 1; step <= forward && row + step < shape.Rows && !kept; step++)
            {
                kept = near.Voxels[rest + (step * shape.Columns)];
            }

            result.Voxels[i] = kept && body.Voxels[i];
        }

        return result;
    }

    /// <summary>What is brighter than this is body.</summary>
    internal static float Threshold(float[] values, string modality)
    {
        switch (modality)
        {
            case "CT":
                return SkinHU;
            case "PT":
                return (float)(IntensityStatistics.Otsu(values) * 0.25);
            default:
                var air = IntensityStatistics.Background(values);
                return (float)Math.Max(air.Above(MRDeviations), air.Otsu * 0.15);
        }
    }
}
