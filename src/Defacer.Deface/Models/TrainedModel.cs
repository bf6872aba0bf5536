using System.Security.Cryptography;

namespace Defacer.Deface.Models;

/// <summary>A manifest with the bytes that it names. The bytes that were hashed are the bytes that run.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="Weights">The ONNX file.</param>
internal sealed record TrainedModel(ModelManifest Manifest, byte[] Weights)
{
    // A network of this kind has 5 MB; a file of another size is another thing.
    private const long LargestBytes = 64 << 20;

    /// <summary>Reads a model of a folder.</summary>
    /// <exception cref="ModelException">A file is missing or is not the one that the manifest names.</exception>
    internal static TrainedModel Load(string folder, string name)
    {
        var manifest = ModelManifest.Read(Path.Combine(folder, name + ".json"));
        if (manifest.Name != name)
        {
            throw new ModelException($"The manifest '{name}.json' in '{folder}' is that of '{manifest.Name}': install the models anew.");
        }

        var path = Path.Combine(folder, manifest.File);
        byte[] weights;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > LargestBytes })
            {
                throw new ModelException($"'{path}' is too large for a model of this program: install the models anew.");
            }

            weights = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"The weights '{path}' cannot be read: {e.Message} Install the models anew.", e);
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(weights));
        return string.Equals(hash, manifest.Sha256, StringComparison.OrdinalIgnoreCase)
            ? new TrainedModel(manifest, weights)
            : throw new ModelException(
                $"The weights '{path}' have the SHA-256 {hash}, not {manifest.Sha256} of their manifest: install the models anew.");
    }
}
