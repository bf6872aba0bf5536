using System.Text.Json;

namespace Defacer.Deface.Models;

/// <summary>
/// What a network takes and gives, as written beside its weights (models/README.md). Another order of classes or another
/// normalisation than the program knows is refused: it would give a mask, and a wrong one.
/// </summary>
/// <param name="Name">gate or segmenter.</param>
/// <param name="Version">Of the weights.</param>
/// <param name="File">The weights, beside the manifest.</param>
/// <param name="Sha256">Of the weights, lower case.</param>
/// <param name="Input">The picture.</param>
/// <param name="Outputs">Class probabilities, then presence.</param>
public sealed record ModelManifest(
    string Name, string Version, string File, string Sha256, ModelInput Input, IReadOnlyList<ModelOutput> Outputs)
{
    /// <summary>The classes in the order of the first output.</summary>
    internal static readonly IReadOnlyList<string> Classes =
        ["outside", "head", "brain", "eyes", "face", "right-ear", "left-ear"];

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>Reads a manifest and compares it with what the program can run.</summary>
    /// <exception cref="ModelException">It cannot be read, or asks for something else.</exception>
    public static ModelManifest Read(string path)
    {
        ModelManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<ModelManifest>(System.IO.File.ReadAllBytes(path), s_json)
                ?? throw new JsonException("It is empty.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"The manifest '{path}' cannot be read: {e.Message} Install the models anew.", e);
        }

        if (manifest.WhyNot() is { } reason)
        {
            throw new ModelException(
                $"The manifest '{path}' {reason}. This version cannot run it: install the models of this release.");
        }

        return manifest;
    }

    private string? WhyNot()
    {
        if (string.IsNullOrEmpty(Name) || string.IsNullOrEmpty(File) || Sha256 is not { Length: 64 } || Path.GetFileName(File) != File)
        {
            return "lacks name, file or SHA-256";
        }

        if (Input is not { Shape: [1, 1, var z, var y, var x], SpacingMm: > 0 and <= 20, Type: "float32", Name: not null }
            || z != y || y != x || z is < 16 or > 160 || z % 16 != 0)
        {
            return "has an input that is no cube of 16 to 160 float32 voxels";
        }

        if (Input.Normalisation is not { Kind: "percentile", Low: >= 0 and < 50, High: > 50 and <= 100, OutsideFieldOfView: 0 })
        {
            return "asks for a normalisation other than by percentiles";
        }

        if (Outputs is not [{ Shape: [1, var classes, var oz, _, _], Classes: not null, Name: not null } first, { Name: not null }]
            || classes != Classes.Count || oz * 2 != z || !first.Classes.SequenceEqual(Classes, StringComparer.Ordinal))
        {
            return $"does not give the classes {string.Join(", ", Classes)} on half the grid, and presence";
        }

        return null;
    }
}

/// <summary>The picture that a network takes.</summary>
/// <param name="Name">Of the tensor.</param>
/// <param name="Shape">[1, 1, z, y, x].</param>
/// <param name="Type">float32.</param>
/// <param name="SpacingMm">Edge of a voxel, mm.</param>
/// <param name="Normalisation">From values to 0..1.</param>
public sealed record ModelInput(
    string Name, IReadOnlyList<int> Shape, string Type, double SpacingMm, ModelNormalisation Normalisation)
{
    /// <summary>Voxels along an edge of the cube.</summary>
    public int Size => Shape[^1];
}

/// <summary>Two percentiles of the voxels in view become 0 and 1.</summary>
/// <param name="Kind">percentile.</param>
/// <param name="Low">Percent.</param>
/// <param name="High">Percent.</param>
/// <param name="OutsideFieldOfView">The value there, 0.</param>
/// <param name="MinimumHounsfield">Lower values of CT become this before.</param>
public sealed record ModelNormalisation(string Kind, double Low, double High, double OutsideFieldOfView, double MinimumHounsfield);

/// <summary>What a network gives.</summary>
/// <param name="Name">Of the tensor.</param>
/// <param name="Shape">[1, classes, z, y, x] or [1, 1].</param>
/// <param name="Classes">Names of the classes; null for presence.</param>
public sealed record ModelOutput(string Name, IReadOnlyList<int> Shape, IReadOnlyList<string>? Classes);
