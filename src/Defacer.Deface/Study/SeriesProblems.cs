using Defacer.Imaging;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Study;

/// <summary>From what is wrong with the slices of a series to why it is parked and what a person can do.</summary>
internal static class SeriesProblems
{
    internal static Parked ToParked(IReadOnlyList<SeriesProblem> problems)
    {
        var first = problems[0];
        var (cause, remedy) = first.Cause switch
        {
            SeriesCause.Gap => (ParkCause.Gap, "Send the missing slices and retry the job."),
            SeriesCause.UndecodableSyntax => (ParkCause.TransferSyntax, "Let the sender transcode the series to an accepted transfer syntax."),
            SeriesCause.PixelData or SeriesCause.UnsupportedPixels => (ParkCause.PixelData, "Send the original grey images of the series."),
            SeriesCause.NotAnImage => (ParkCause.UnsupportedObject, "Route such objects elsewhere; they may outline the face."),
            SeriesCause.NoGeometry or SeriesCause.MixedOrientation or SeriesCause.DuplicatePosition =>
                (ParkCause.Geometry, "Send the original images with position and orientation."),
            SeriesCause.Mosaic => (ParkCause.Geometry, "Export the series as single slices or as an enhanced object."),
            _ => (ParkCause.UnsupportedObject, "Treat the series by hand."),
        };
        var more = problems.Count > 1 ? $" {problems.Count - 1} further problems." : string.Empty;
        return new Parked(cause, first.Detail + more, remedy);
    }
}
