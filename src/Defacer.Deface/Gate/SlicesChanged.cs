namespace Defacer.Deface.Gate;

/// <summary>In every slice with a mask, tissue under it has changed.</summary>
internal sealed class SlicesChanged : IStackCheck
{
    // Noise can hit the old value here and there.
    private const double MostUnchanged = 0.1;

    // Fewer voxels of tissue in a slice say nothing.
    private const int FewestVoxels = 10;

    public string Name => "slices-unchanged";

    public IEnumerable<GateFigure> Measure(GateStack stack, CancellationToken cancellationToken)
    {
        var geometry = stack.Original.Geometry;
        var plane = geometry.Rows * geometry.Columns;
        var unchanged = 0;
        for (var slice = 0; slice < geometry.Slices; slice++)
        {
            var (tissue, same) = (0, 0);
            for (var i = slice * plane; i < (slice + 1) * plane; i++)
            {
                if (stack.Part.Mask.Labels[i] != 0 && stack.Original.Voxels[i] > stack.Threshold)
                {
                    tissue++;
                    same += stack.Original.Voxels[i] == stack.Output.Voxels[i] ? 1 : 0;
                }
            }

            unchanged += tissue >= FewestVoxels && same > MostUnchanged * tissue ? 1 : 0;
        }

        yield return GateFigure.AtMost(Name, unchanged, 0, "slices");
    }
}
