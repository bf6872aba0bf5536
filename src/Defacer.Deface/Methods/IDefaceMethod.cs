using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Methods;

/// <summary>Maps a volume to what must be removed from it. Knows nothing of DICOM, fills or checks.</summary>
public interface IDefaceMethod
{
    /// <summary>The name in settings, report and command line.</summary>
    string Name { get; }

    /// <summary>Judges whether the volume shows a head and, if so, which voxels to remove.</summary>
    /// <param name="volume">One stack of one series.</param>
    /// <param name="margins">How much more than usual to take; a higher rung of the ladder asks for more.</param>
    /// <param name="cancellationToken">Looked at between steps and slices.</param>
    DefaceFinding Find(Volume volume, DefaceMargins margins, CancellationToken cancellationToken);
}
