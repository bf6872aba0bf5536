using System.Buffers;
using System.Globalization;

namespace Defacer.Deface.Models;

/// <summary>Where the networks run. A device is used only after it has given what the processor gives.</summary>
/// <param name="Wanted">By the configuration.</param>
/// <param name="Used">In fact.</param>
/// <param name="Reason">Why another one is used than wanted; null when it is as wanted.</param>
public sealed record ProviderChoice(ComputeProvider Wanted, ComputeProvider Used, string? Reason)
{
    // Devices round differently: this much per probability, and so many cells in which another class wins.
    private const float MostDifference = 0.02f;
    private const double MostOther = 0.001;

    /// <summary>One line for log and console.</summary>
    public override string ToString() =>
        $"Networks run on {Used}{(Reason is null ? string.Empty : $", not on {Wanted}: {Reason}")}.";

    /// <summary>Makes the sessions of all models on one provider.</summary>
    /// <exception cref="ModelException">They cannot be run on the processor either.</exception>
    internal static (IReadOnlyList<ModelSession> Sessions, ProviderChoice Choice) Make(
        IReadOnlyList<TrainedModel> models, ComputeOptions options)
    {
        var library = OnnxRuntimeLibrary.Load(options);
        var cpu = new List<ModelSession>();
        foreach (var model in models)
        {
            cpu.Add(ModelSession.Create(model, ComputeProvider.Cpu, options.ThreadCount));
        }

        var wanted = options.Provider == ComputeProvider.Auto ? library.Provider : options.Provider;
        if (wanted == ComputeProvider.Cpu)
        {
            // The note of the library is of whoever loaded it first, and may be about a device that nobody asked for here.
            return (cpu, new ProviderChoice(options.Provider, ComputeProvider.Cpu, null));
        }

        if (library.Provider != wanted)
        {
            return (cpu, new ProviderChoice(options.Provider, ComputeProvider.Cpu, library.Note ?? "another library is in use"));
        }

        var device = new List<ModelSession>();
        try
        {
            foreach (var (model, processor) in models.Zip(cpu))
            {
                var session = ModelSession.Create(model, wanted, options.ThreadCount);
                device.Add(session);
                Compare(processor, session);
            }
        }
        catch (ModelException e)
        {
            device.ForEach(s => s.Dispose());
            return (cpu, new ProviderChoice(options.Provider, ComputeProvider.Cpu, e.Message));
        }

        cpu.ForEach(s => s.Dispose());
        return (device, new ProviderChoice(options.Provider, wanted, null));
    }

    // Both run on the same picture; the device's first run is its warm-up too.
    private static void Compare(ModelSession processor, ModelSession device)
    {
        var image = WarmUpPicture.Make(processor.Manifest.Input.Size);
        var (a, b) = (ArrayPool<float>.Shared.Rent(processor.OutputLength), ArrayPool<float>.Shared.Rent(processor.OutputLength)); // Returned below.
        try
        {
            _ = processor.Run(image, a, CancellationToken.None);
            _ = device.Run(image, b, CancellationToken.None);
            if (WhyNot(a.AsSpan(0, processor.OutputLength), b.AsSpan(0, processor.OutputLength)) is { } reason)
            {
                throw new ModelException($"the device gives other results than the processor for '{processor.Manifest.Name}' ({reason})");
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(a);
            ArrayPool<float>.Shared.Return(b);
        }
    }

    /// <summary>Why results of a device cannot stand for those of the processor; null when they can.</summary>
    /// <param name="processor">Class probabilities, [class, cell].</param>
    /// <param name="device">The same of the device.</param>
    internal static string? WhyNot(ReadOnlySpan<float> processor, ReadOnlySpan<float> device)
    {
        var (most, other) = Difference(processor, device);
        return most <= MostDifference && other <= MostOther
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{most:F3} at most, another class in {other:P2} of the cells");
    }

    private static (float Most, double Other) Difference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var most = 0f;
        for (var i = 0; i < a.Length; i++)
        {
            // NaN must not pass: it is larger than nothing.
            most = float.IsFinite(b[i]) ? Math.Max(most, Math.Abs(a[i] - b[i])) : float.PositiveInfinity;
            if (float.IsPositiveInfinity(most))
            {
                return (most, 1);
            }
        }

        var (cells, other) = (a.Length / ModelManifest.Classes.Count, 0);
        for (var i = 0; i < cells; i++)
        {
            other += Best(a, i, cells) == Best(b, i, cells) ? 0 : 1;
        }

        return (most, other / (double)cells);
    }

    private static int Best(ReadOnlySpan<float> values, int at, int cells)
    {
        var best = 0;
        for (var c = 1; c < ModelManifest.Classes.Count; c++)
        {
            best = values[(c * cells) + at] > values[(best * cells) + at] ? c : best;
        }

        return best;
    }
}
