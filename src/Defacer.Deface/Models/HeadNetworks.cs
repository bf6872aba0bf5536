using System.Buffers;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Resample;

namespace Defacer.Deface.Models;

/// <summary>
/// The two networks in a row: a coarse one finds head, face and ears anywhere in a volume, a fine one works on the cube
/// round them (models/README.md). Safe to be used by several threads.
/// </summary>
public sealed class HeadNetworks : IDisposable
{
    // A scan higher than the coarse network's cube is searched from its upper end in steps of half a cube.
    private const double SearchStep = 0.5;

    // From the middle of the face's box to the middle of the box of face and ears, in an upright adult.
    private const double EarsBehindMm = 45;

    // Share of the cells that may stray at either end of the box.
    private const double Stray = 0.02;

    private static readonly HeadClass[] s_boxClasses = [HeadClass.Eyes, HeadClass.Face, HeadClass.RightEar, HeadClass.LeftEar];

    private readonly ModelSession _gate;
    private readonly ModelSession _segmenter;

    private HeadNetworks(ModelSession gate, ModelSession segmenter, ProviderChoice choice)
    {
        (_gate, _segmenter, Choice) = (gate, segmenter, choice);
    }

    /// <summary>Where the networks run, and why.</summary>
    public ProviderChoice Choice { get; }

    /// <summary>The manifests in use.</summary>
    public IReadOnlyList<ModelManifest> Manifests => [_gate.Manifest, _segmenter.Manifest];

    /// <summary>Names, versions and hashes of the weights, for reports.</summary>
    public string Identity => string.Join(", ", Manifests.Select(m => $"{m.Name} {m.Version} {m.Sha256[..12]}"));

    /// <summary>The folder of the weights that came with the program.</summary>
    public static string DefaultFolder => Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>Loads the networks of a folder and tries them; null when the folder holds no weights at all.</summary>
    /// <param name="folder">With gate.onnx, gate.json, segmenter.onnx and segmenter.json.</param>
    /// <param name="options">Where they run.</param>
    /// <exception cref="ModelException">There are weights or manifests, and they cannot be used.</exception>
    public static HeadNetworks? Load(string folder, ComputeOptions options)
    {
        string[] files = ["gate.json", "segmenter.json", "gate.onnx", "segmenter.onnx"];
        var present = files.Count(f => File.Exists(Path.Combine(folder, f)));
        if (present == 0)
        {
            return null;
        }

        var (gate, segmenter) = (TrainedModel.Load(folder, "gate"), TrainedModel.Load(folder, "segmenter"));
        var (sessions, choice) = ProviderChoice.Make([gate, segmenter], options);
        return new HeadNetworks(sessions[0], sessions[1], choice);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gate.Dispose();
        _segmenter.Dispose();
    }

    /// <summary>Looks for a head.</summary>
    /// <param name="values">On the grid; NaN beyond the field of view.</param>
    /// <param name="grid">Along the patient's axes, of the fine network's spacing.</param>
    /// <param name="modality">MR, CT or PT.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    internal NetworkFinding Find(float[] values, RegularGrid grid, string modality, CancellationToken cancellationToken)
    {
        var best = Places(grid)
            .Select(place => Look(place, values, grid, modality, cancellationToken))
            .MaxBy(look => look.Evidence)!;
        return new NetworkFinding(
            best.Presence,
            best.Ml,
            best.BoxCentre is { } centre ? Segment(centre, values, grid, modality, cancellationToken) : null);
    }

    private IEnumerable<Vector3> Places(RegularGrid grid)
    {
        var shape = grid.Shape;
        var cube = _gate.Manifest.Input.Size * _gate.Manifest.Input.SpacingMm;
        var middle = grid.ToPatient((shape.Columns - 1) / 2.0, (shape.Rows - 1) / 2.0, (shape.Slices - 1) / 2.0);
        var (low, high) = (grid.Origin.Z, grid.ToPatient(0, 0, shape.Slices - 1).Z);
        if (high - low <= cube)
        {
            yield return middle;
            yield break;
        }

        for (var z = high - (cube / 2); z > low + (cube * (0.5 - SearchStep)); z -= cube * SearchStep)
        {
            yield return middle with { Z = z };
        }
    }

    private GateLook Look(Vector3 place, float[] values, RegularGrid grid, string modality, CancellationToken cancellationToken)
    {
        var input = _gate.Manifest.Input;
        using var cube = NetworkCube.Around(place, input, values, grid, modality);
        var probabilities = ArrayPool<float>.Shared.Rent(_gate.OutputLength); // Returned below.
        double presence;
        HeadClass[] classes;
        try
        {
            presence = _gate.Run(cube.Values, probabilities, cancellationToken);
            classes = Cells(probabilities, _gate.OutputLength / ModelManifest.Classes.Count);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(probabilities);
        }

        var cellMm = 2 * input.SpacingMm;
        var cells = new NetworkCells(classes, input.Size / 2, cellMm, cube.Origin + (new Vector3(1, 1, 1) * (input.SpacingMm / 2)));
        var ml = Enum.GetValues<HeadClass>().Select(cells.Ml).ToArray();
        var evidence = presence * (s_boxClasses.Sum(c => ml[(int)c]) + (0.1 * ml[(int)HeadClass.Brain]) + 1e-6);
        return new GateLook(evidence, presence, ml, BoxCentre(cells));
    }

    private static HeadClass[] Cells(ReadOnlySpan<float> probabilities, int count)
    {
        var classes = new HeadClass[count];
        for (var i = 0; i < count; i++)
        {
            for (var c = 1; c < ModelManifest.Classes.Count; c++)
            {
                classes[i] = probabilities[(c * count) + i] > probabilities[((int)classes[i] * count) + i] ? (HeadClass)c : classes[i];
            }
        }

        return classes;
    }

    private static Vector3? BoxCentre(NetworkCells cells)
    {
        var (xs, ys, zs, hasEar) = (new List<int>(), new List<int>(), new List<int>(), false);
        for (var i = 0; i < cells.Classes.Length; i++)
        {
            if (s_boxClasses.Contains(cells.Classes[i]))
            {
                var (line, x) = Math.DivRem(i, cells.Size);
                var (z, y) = Math.DivRem(line, cells.Size);
                xs.Add(x);
                ys.Add(y);
                zs.Add(z);
                hasEar |= cells.Classes[i] is HeadClass.RightEar or HeadClass.LeftEar;
            }
        }

        if (xs.Count == 0)
        {
            return null;
        }

        var centre = cells.Origin + (new Vector3(Middle(xs), Middle(ys), Middle(zs)) * cells.SpacingMm);
        return hasEar ? centre : centre + new Vector3(0, EarsBehindMm, 0);
    }

    private static double Middle(List<int> indices)
    {
        indices.Sort();
        var last = indices.Count - 1;
        return (indices[(int)(Stray * last)] + indices[(int)((1 - Stray) * last)]) / 2.0;
    }

    private NetworkCells Segment(
        Vector3 centre, float[] values, RegularGrid grid, string modality, CancellationToken cancellationToken)
    {
        using var cube = NetworkCube.Around(centre, _segmenter.Manifest.Input, values, grid, modality);
        var probabilities = ArrayPool<float>.Shared.Rent(_segmenter.OutputLength); // Returned below.
        try
        {
            _ = _segmenter.Run(cube.Values, probabilities, cancellationToken);
            return ClassField.Of(probabilities, cube, cancellationToken);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(probabilities);
        }
    }

    private sealed record GateLook(double Evidence, double Presence, double[] Ml, Vector3? BoxCentre);
}
