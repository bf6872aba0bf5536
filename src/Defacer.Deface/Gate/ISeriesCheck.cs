namespace Defacer.Deface.Gate;

/// <summary>A check on the files of a series.</summary>
internal interface ISeriesCheck
{
    /// <summary>The name of its first figure, for when it cannot be computed.</summary>
    string Name { get; }

    IEnumerable<GateFigure> Measure(GateSeries series, CancellationToken cancellationToken);
}
