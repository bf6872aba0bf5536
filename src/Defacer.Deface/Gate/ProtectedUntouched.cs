namespace Defacer.Deface.Gate;

/// <summary>What the method took for brain is as it was.</summary>
internal sealed class ProtectedUntouched : IStackCheck
{
    public string Name => "protected-changed";

    public IEnumerable<GateFigure> Measure(GateStack stack, CancellationToken cancellationToken)
    {
        if (stack.Part.Protected is not { } kept)
        {
            yield break;
        }

        var changed = 0;
        for (var i = 0; i < kept.Labels.Length; i++)
        {
            changed += kept.Labels[i] != 0 && stack.Original.Voxels[i] != stack.Output.Voxels[i] ? 1 : 0;
        }

        yield return GateFigure.AtMost(Name, changed, 0, "voxels");
    }
}
