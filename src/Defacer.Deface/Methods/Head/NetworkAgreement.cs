using Defacer.Deface.Models;
using Defacer.Imaging.Geometry;

namespace Defacer.Deface.Methods.Head;

/// <summary>How far the network and the geometry of a head say the same.</summary>
internal sealed class NetworkAgreement
{
    /// <summary>Share of a cut that the network's brain may block before it is taken for a wrong brain.</summary>
    internal const double MostBlocked = 0.02;

    /// <summary>How far above the brows of geometry the network's face is believed, mm.</summary>
    internal const double AboveBrowMm = 14;

    // Below this the coarse network sees no head; from the second on it is sure of one.
    private const double LeastPresence = 0.5, SurePresence = 0.95;

    // ml: faces from an infant's to a large man's with beard; and what a sure head must show.
    private const double SmallestFace = 20, LargestFace = 800, SureFace = 60, SureBrain = 400;

    // Share of the network's face that must lie in front, below the vault of the head that geometry found; and of the
    // skin of geometry's face that the network must call face, nearby.
    private const double LeastInPlace = 0.7, LeastRecall = 0.5;

    // The mean head lies this near the skin where it is compared; noses and chins differ by more, so the network's face
    // is looked for a little farther.
    private const double NearMm = 6, FaceMm = 14;

    private readonly NetworkFinding _network;
    private readonly double _inPlace;
    private readonly double _recall;

    private NetworkAgreement(NetworkFinding network, double inPlace, double recall)
    {
        (_network, _inPlace, _recall) = (network, inPlace, recall);
    }

    /// <summary>Whether the network's face and ears may join the cut.</summary>
    internal bool IsPlausible => _network is { Presence: >= LeastPresence, Cells: not null }
        && FaceMl is >= SmallestFace and <= LargestFace && _inPlace >= LeastInPlace && _recall >= LeastRecall;

    /// <summary>The figures for the report.</summary>
    internal IReadOnlyList<EvidenceFigure> Figures =>
    [
        new("network-presence", _network.Presence, LeastPresence, _network.Presence >= LeastPresence, string.Empty),
        new("network-face", FaceMl, SmallestFace, FaceMl is >= SmallestFace and <= LargestFace, "ml"),
        new("network-face-in-place", _inPlace, LeastInPlace, _inPlace >= LeastInPlace, string.Empty),
        new("face-seen-by-network", _recall, LeastRecall, _recall >= LeastRecall, string.Empty),
        new("network-used", IsPlausible ? 1 : 0, 1, IsPlausible, string.Empty),
    ];

    private double FaceMl => _network.Cells is { } cells ? cells.Ml(HeadClass.Face) + cells.Ml(HeadClass.Eyes) : 0;

    internal static NetworkAgreement Of(HeadScene scene, NetworkFinding network) => scene.Fit is { } fit && network.Cells is { } cells
        ? new(network, InPlace(fit.Pose, cells), Recall(fit, cells))
        : new(network, 0, 0);

    /// <summary>
    /// Geometry's verdict, unless the network is sure of a head where geometry sees none, or of a face where geometry has
    /// none in view: then it is undecided, and parked whatever the route does with other things.
    /// </summary>
    internal HeadVerdict Verdict(HeadVerdict geometry)
    {
        var isSure = _network.Presence >= SurePresence && FaceMl >= SureFace && _network.Cells!.Ml(HeadClass.Brain) >= SureBrain;
        return isSure && geometry is HeadVerdict.NotAHead or HeadVerdict.NoFaceInView ? HeadVerdict.Undecided : geometry;
    }

    private static double InPlace(HeadPose pose, NetworkCells cells)
    {
        var (count, inside) = (0, 0);
        for (var i = 0; i < cells.Classes.Length; i++)
        {
            if (cells.Classes[i] is HeadClass.Face or HeadClass.Eyes)
            {
                var (line, x) = Math.DivRem(i, cells.Size);
                var place = pose.ToTemplate(cells.ToPatient(x, line % cells.Size, line / cells.Size));
                count++;
                inside += place is { Z: > -175 and < 20, Y: < -25 } ? 1 : 0;
            }
        }

        return count == 0 ? 0 : inside / (double)count;
    }

    // Of the mean head's face skin that is in view and near the real skin.
    private static double Recall(HeadFit fit, NetworkCells cells)
    {
        var (count, seen) = (0, 0);
        foreach (var point in HeadTemplate.Mean.SurfacePoints)
        {
            var patient = fit.Pose.FromTemplate(point);
            if (FaceRegion.IsFaceSkin(point) && point.Z < FaceRegion.OrbitTopZ && fit.Surface.IsInView(patient)
                && Math.Abs(fit.Surface.Distance.At(patient)) <= NearMm)
            {
                count++;
                seen += IsNearFace(cells, patient) ? 1 : 0;
            }
        }

        return count == 0 ? 0 : seen / (double)count;
    }

    private static bool IsNearFace(NetworkCells cells, Vector3 place)
    {
        for (var way = -FaceMm; way <= FaceMm; way += 2)
        {
            if (cells.At(place + new Vector3(0, way, 0)) is HeadClass.Face or HeadClass.Eyes)
            {
                return true;
            }
        }

        return false;
    }
}
