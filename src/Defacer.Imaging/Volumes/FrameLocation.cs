namespace Defacer.Imaging.Volumes;

/// <summary>Where a slice comes from.</summary>
/// <param name="Instance">Index in the list of instances that was given.</param>
/// <param name="Frame">Frame of that instance, from 0.</param>
public readonly record struct FrameLocation(int Instance, int Frame);
