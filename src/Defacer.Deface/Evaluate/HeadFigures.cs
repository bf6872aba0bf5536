namespace Defacer.Deface.Evaluate;

/// <summary>What a mask took of a head, measured on the head's own surface without any method's pose.</summary>
public sealed record HeadFigures
{
    /// <summary>Voxels of the brain mask that the mask touches; null without a brain mask.</summary>
    public int? BrainVoxels { get; init; }

    /// <summary>
    /// Share of the columns of a window of 50 mm x 60 mm round the tip of the nose whose foremost skin goes; null where no
    /// nose is in view.
    /// </summary>
    public double? NoseWindow { get; init; }

    /// <summary>The same of the front from brow to chin: 80 mm wide, from 60 mm below the tip to 40 mm above it.</summary>
    public double? BrowToChin { get; init; }

    /// <summary>Share of the skin within 8 mm of the right ear's outermost point that goes; null where it is out of view.</summary>
    public double? RightEar { get; init; }

    /// <summary>The same for the left ear.</summary>
    public double? LeftEar { get; init; }

    /// <summary>Half of the removed front lies this far or farther from the surface that is left, mm.</summary>
    public double? MedianDepthMm { get; init; }

    /// <summary>Share of the front skin that is nearer than 3 mm to the surface that is left.</summary>
    public double? NearShare { get; init; }

    /// <summary>From the tip of the nose to the nearest surface that is left, mm.</summary>
    public double? NoseTipMm { get; init; }

    /// <summary>Share of the head above the chin that goes.</summary>
    public double RemovedShare { get; init; }
}
