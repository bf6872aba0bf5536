namespace Defacer.Deface.Gate;

/// <summary>Every check of the gate.</summary>
internal static class Checks
{
    /// <summary>On files.</summary>
    internal static IReadOnlyList<ISeriesCheck> OfSeries { get; } =
    [
        new InstancesPresent(), new GeometryUnchanged(), new OutsideUntouched(), new PicturesGone(), new ExtentAgrees(),
    ];

    /// <summary>On voxels.</summary>
    internal static IReadOnlyList<IStackCheck> OfStack { get; } =
    [
        new MaskPresent(), new MaskPlacement(), new SlicesChanged(), new SkinCovered(), new SkinDistance(), new NothingAhead(),
        new NoseGone(), new EarsCovered(), new BrainCoreUntouched(), new ProtectedUntouched(), new ContentDestroyed(),
    ];
}
