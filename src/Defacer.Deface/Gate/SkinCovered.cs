using Defacer.Imaging.Morphology;

namespace Defacer.Deface.Gate;

/// <summary>
/// The mask has no holes over skin: what lies within its closing is covered, slices between others too.
/// </summary>
internal sealed class SkinCovered : IStackCheck
{
    // Half the width of the largest hole that is seen.
    private const double ClosingMm = 12;

    // The closing also fills the corners where face and ear cuts meet the skin.
    private const double LeastShare = 0.9;

    public string Name => "skin-covered";

    public IEnumerable<GateFigure> Measure(GateStack stack, CancellationToken cancellationToken)
    {
        var face = BinaryGrid.Labelled(stack.Grid.Shape, stack.Labels, 1);
        var closed = face.Close(ClosingMm, cancellationToken).And(stack.Skin);
        var covered = closed.And(stack.Mask);
        yield return closed.Count == 0
            ? GateFigure.Failed(Name, LeastShare)
            : GateFigure.AtLeast(Name, covered.Count / (double)closed.Count, LeastShare);
    }
}
