namespace Defacer.Dicom.Pixels.Sandbox;

/// <summary>
/// A codec module: where it comes from, its hash, and what its one-letter imports and exports are in C. Written by
/// generate.py into CodecTables.g.cs.
/// </summary>
internal sealed partial record CodecTable
{
    /// <summary>Name of the resource without ".wasm".</summary>
    internal required string Name { get; init; }

    /// <summary>The npm package and its version.</summary>
    internal required string Package { get; init; }

    /// <summary>Of the module, lower case hexadecimal.</summary>
    internal required string Sha256 { get; init; }

    /// <summary>Export that is the linear memory.</summary>
    internal required string Memory { get; init; }

    /// <summary>Export that is the table of functions.</summary>
    internal required string Table { get; init; }

    /// <summary>Import → C name.</summary>
    internal required IReadOnlyDictionary<string, string> Imports { get; init; }

    /// <summary>C name → export.</summary>
    internal required IReadOnlyDictionary<string, string> Exports { get; init; }
}
