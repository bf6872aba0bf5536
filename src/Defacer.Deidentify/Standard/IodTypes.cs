using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Standard;

/// <summary>An attribute of an IOD at its path: its Type, and what an item of it holds.</summary>
internal sealed class IodNode
{
    internal AttributeType Type { get; set; } = AttributeType.Type3;

    internal Dictionary<uint, IodNode> Children { get; } = [];

    internal IodNode? Find(DicomTag tag) => Children.GetValueOrDefault(tag.Value);
}

/// <summary>The attributes of one IOD as a tree.</summary>
/// <param name="Root">The top level.</param>
/// <param name="IsComplete">Whether the Types of all modules are known, so that what is not in the tree is not in the
/// IOD.</param>
internal sealed record IodTree(IodNode Root, bool IsComplete);

/// <summary>PS3.3: Types by IOD and path; the strictest over the IOD's modules. Trees are built at the first use of an
/// IOD.</summary>
internal sealed class IodTypes
{
    // Their attributes stood in general-image in the edition of the Types, which all these IODs include.
    private static readonly string[] s_coveredElsewhere =
        ["general-reference", "general-acquisition", "enhanced-patient-orientation", "multi-energy-ct-image"];

    private readonly JsonElement _iods;
    private readonly JsonElement _modules;
    private readonly ConcurrentDictionary<string, IodTree> _trees = new(StringComparer.Ordinal);
    private readonly Lazy<Dictionary<ulong, AttributeType>> _byParent;

    private IodTypes(JsonElement root)
    {
        _iods = root.GetProperty("iods");
        _modules = root.GetProperty("modules");
        _byParent = new(IndexByParent);
    }

    /// <summary>The tree of an IOD; an IOD that is not known gives an empty incomplete one.</summary>
    internal IodTree TreeOf(string iod) => _trees.GetOrAdd(iod, Build);

    /// <summary>
    /// The strictest Type that a tag has directly inside a sequence anywhere in PS3.3; Unknown when nowhere.
    /// </summary>
    internal AttributeType TypeInside(DicomTag sequence, DicomTag tag) =>
        _byParent.Value.TryGetValue(((ulong)sequence.Value << 32) | tag.Value, out var type)
            ? type
            : AttributeType.Unknown;

    internal static IodTypes Parse(byte[] gzip)
    {
        using var json = new MemoryStream();
        using (var stream = new GZipStream(new MemoryStream(gzip), CompressionMode.Decompress))
        {
            stream.CopyTo(json);
        }

        // Kept as JSON: a node meets a handful of the 175 IODs. Not disposed, because it lives as long as the program.
        return new IodTypes(JsonDocument.Parse(json.ToArray()).RootElement);
    }

    private IodTree Build(string iod)
    {
        var root = new IodNode();
        if (!_iods.TryGetProperty(iod, out var modules))
        {
            return new IodTree(root, IsComplete: false);
        }

        var complete = true;
        foreach (var module in modules.EnumerateArray().Select(m => m.GetString()!))
        {
            if (!_modules.TryGetProperty(module, out var paths))
            {
                complete &= s_coveredElsewhere.Contains(module, StringComparer.Ordinal);
                continue;
            }

            foreach (var path in paths.EnumerateObject())
            {
                Add(root, path.Name, TypeOf(path.Value.GetString()!));
            }
        }

        return new IodTree(root, complete);
    }

    private static void Add(IodNode node, string path, AttributeType type)
    {
        foreach (var part in path.AsSpan().Split('.'))
        {
            var tag = ParseTag(path.AsSpan(part));
            if (!node.Children.TryGetValue(tag, out var child))
            {
                node.Children[tag] = child = new IodNode { Type = AttributeType.Unknown };
            }

            node = child;
        }

        node.Type = Stricter(node.Type, type);
    }

    private Dictionary<ulong, AttributeType> IndexByParent()
    {
        var index = new Dictionary<ulong, AttributeType>();
        foreach (var entry in _modules.EnumerateObject().SelectMany(m => m.Value.EnumerateObject()))
        {
            var path = entry.Name;
            var dot = path.LastIndexOf('.');
            if (dot < 0)
            {
                continue;
            }

            var type = TypeOf(entry.Value.GetString()!);
            var key = ((ulong)ParseTag(path.AsSpan(dot - 8, 8)) << 32) | ParseTag(path.AsSpan(dot + 1));
            index[key] = index.TryGetValue(key, out var known) ? Stricter(known, type) : type;
        }

        return index;
    }

    private static AttributeType Stricter(AttributeType a, AttributeType b) => a < b ? a : b;

    private static uint ParseTag(ReadOnlySpan<char> hex) =>
        uint.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static AttributeType TypeOf(string text) => text switch
    {
        "1" => AttributeType.Type1,
        "1C" => AttributeType.Type1C,
        "2" => AttributeType.Type2,
        "2C" => AttributeType.Type2C,
        "3" => AttributeType.Type3,
        _ => throw new InvalidDataException($"iod_types.json.gz: '{text}' is no Type."),
    };
}
