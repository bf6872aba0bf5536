namespace Defacer.Deface.Gate;

/// <summary>The inside of the vault, 30 mm and more from any air, is no face: nothing of it was removed.</summary>
internal sealed class BrainCoreUntouched : IStackCheck
{
    private const double DeepMm = 30;

    // Down to the level of the base of the frontal lobes of a small head.
    private const double VaultMm = 85;

    public string Name => "brain-core-removed";

    public IEnumerable<GateFigure> Measure(GateStack stack, CancellationToken cancellationToken)
    {
        var shape = stack.Grid.Shape;
        var plane = shape.Columns * shape.Rows;
        var (core, removed) = (0, 0);
        for (var slice = 0; slice < shape.Slices; slice++)
        {
            if (stack.Grid.ToPatient(0, 0, slice).Z < stack.TopMm - VaultMm)
            {
                continue;
            }

            for (var i = slice * plane; i < (slice + 1) * plane; i++)
            {
                if (stack.Body.Voxels[i] && stack.DepthMm[i] >= DeepMm)
                {
                    core++;
                    removed += stack.Mask.Voxels[i] ? 1 : 0;
                }
            }
        }

        yield return core == 0
            ? GateFigure.Failed(Name, 0, "ml")
            : GateFigure.AtMost(Name, removed * shape.VoxelMm3 / 1000, 0, "ml");
    }
}
