using System.Collections.Concurrent;
using System.Collections.Frozen;
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
    private static readonly FrozenSet<string> s_coveredElsewhere = FrozenSet.ToFrozenSet(
        ["general-reference", "general-acquisition", "enhanced-patient-orientation", "multi-energy-ct-image"],
            StringComparer.Ordinal);

    private readonly FrozenDictionary<string, string[]> _iods;
    private readonly FrozenDictionary<string, KeyValuePair<string, AttributeType>[]> _modules;
    private readonly ConcurrentDictionary<string, IodTree> _trees = new(StringComparer.Ordinal);
    private readonly Lazy<FrozenDictionary<ulong, AttributeType>> _byParent;

    private IodTypes(
        FrozenDictionary<string, string[]> iods, FrozenDictionary<string, KeyValuePair<string,
            AttributeType>[]> modules)
    {
        _iods = iods;
        _modules = modules;
        _byParent = new(IndexByParent);
    }

    internal IEnumerable<string> Iods => _iods.Keys;

    /// <summary>The tree of an IOD; an IOD that is not known gives an empty incomplete one.</summary>
    internal IodTree TreeOf(string iod) => _trees.GetOrAdd(iod, Build);

    /// <summary>The strictest Type that a tag has directly inside a sequence anywhere in PS3.3; Unknown when
    /// nowhere.</summary>
    internal AttributeType TypeInside(DicomTag sequence, DicomTag tag) =>
        _byParent.Value.TryGetValue(((ulong)sequence.Value << 32) | tag.Value, out var type) ? type
            : AttributeType.Unknown;

    internal static IodTypes Parse(byte[] gzip)
    {
        using var stream = new GZipStream(new MemoryStream(gzip), CompressionMode.Decompress);
        using var document = JsonDocument.Parse(stream);
        var iods = document.RootElement.GetProperty("iods").EnumerateObject().ToFrozenDictionary(
            i => i.Name, i => i.Value.EnumerateArray().Select(m => m.GetString()!).ToArray(), StringComparer.Ordinal);
        var modules = document.RootElement.GetProperty("modules").EnumerateObject().ToFrozenDictionary(
            m => m.Name,
            m => m.Value.EnumerateObject().Select(p =>
                KeyValuePair.Create(p.Name, TypeOf(p.Value.GetString()!))).ToArray(),
            StringComparer.Ordinal);
        return new IodTypes(iods, modules);
    }

    private IodTree Build(string iod)
    {
        var root = new IodNode();
        if (!_iods.TryGetValue(iod, out var modules))
        {
            return new IodTree(root, IsComplete: false);
        }

        var complete = true;
        foreach (var module in modules)
        {
            if (!_modules.TryGetValue(module, out var paths))
            {
                complete &= s_coveredElsewhere.Contains(module);
                continue;
            }

            foreach (var (path, type) in paths)
            {
                Add(root, path, type);
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

    private FrozenDictionary<ulong, AttributeType> IndexByParent()
    {
        var index = new Dictionary<ulong, AttributeType>();
        foreach (var (path, type) in _modules.Values.SelectMany(p => p))
        {
            var dot = path.LastIndexOf('.');
            if (dot < 0)
            {
                continue;
            }

            var key = ((ulong)ParseTag(path.AsSpan(dot - 8, 8)) << 32) | ParseTag(path.AsSpan(dot + 1));
            index[key] = index.TryGetValue(key, out var known) ? Stricter(known, type) : type;
        }

        return index.ToFrozenDictionary();
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
