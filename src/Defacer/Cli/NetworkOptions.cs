using System.CommandLine;
using Defacer.Deface.Models;

namespace Defacer.Cli;

/// <summary>Which weights the deface verbs use, and where they run.</summary>
internal sealed class NetworkOptions
{
    internal Option<string> Models { get; } = new("--models")
    {
        Description = "The folder with the weights (gate and segmenter, .onnx and .json).",
        DefaultValueFactory = _ => HeadNetworks.DefaultFolder,
    };

    internal Option<ComputeProvider> Provider { get; } = new("--provider")
    {
        Description = "Where networks run: Auto, Cpu, DirectML or Cuda; the processor when a device does not agree with it.",
        DefaultValueFactory = _ => ComputeProvider.Auto,
    };

    /// <summary>The networks; null where the folder holds none and none was named.</summary>
    /// <exception cref="ModelException">They are there, and cannot be used.</exception>
    internal HeadNetworks? Load(ParseResult parsed)
    {
        // A command leaves no core to a receiver: there is none.
        var networks = HeadNetworks.Load(parsed.GetValue(Models)!, new ComputeOptions(parsed.GetValue(Provider), Environment.ProcessorCount));
        if (networks is null && parsed.GetResult(Models) is { Implicit: false })
        {
            throw new ModelException($"There are no weights in '{parsed.GetValue(Models)}'.");
        }

        if (networks?.Choice.Reason is not null)
        {
            Terminal.Error(networks.Choice.ToString());
        }

        return networks;
    }
}
