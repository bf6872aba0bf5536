namespace Defacer.Deface.Gate;

/// <summary>A check on the voxels of one stack.</summary>
internal interface IStackCheck
{
    /// <summary>The name of its first figure, for when it cannot be computed.</summary>
    string Name { get; }

    IEnumerable<GateFigure> Measure(GateStack stack, CancellationToken cancellationToken);
}
