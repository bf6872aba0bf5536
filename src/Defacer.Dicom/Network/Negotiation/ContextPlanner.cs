using Defacer.Dicom.Data;
using Defacer.Dicom.Pixels;

namespace Defacer.Dicom.Network.Negotiation;

/// <summary>What kind of object is to be sent.</summary>
/// <param name="SOPClassUID">Its SOP class.</param>
/// <param name="TransferSyntaxUID">The syntax in which it is stored.</param>
public readonly record struct ObjectKind(string SOPClassUID, string TransferSyntaxUID);

/// <summary>The contexts of one association, and the kinds of object that it can carry.</summary>
/// <param name="Contexts">At most 128.</param>
/// <param name="Kinds">The kinds.</param>
public sealed record PlannedAssociation(IReadOnlyList<ProposedContext> Contexts, IReadOnlyCollection<ObjectKind> Kinds);

/// <summary>
/// Plans contexts for objects: each object's own syntax in a context of its own, so that the peer cannot choose another
/// for it, one more with the uncompressed syntaxes, of which the default must be offered (PS3.5 10.1), and one with the
/// lossless compressed syntaxes that we can write, for peers that take nothing else.
/// </summary>
public static class ContextPlanner
{
    /// <summary>Ids are odd and fit one byte (PS3.8 9.3.2.2).</summary>
    public const int MaxContexts = 128;

    // In the order of the list of codecs; of what the peer accepts, it chooses.
    private static readonly string[] s_compressed =
        [.. PixelCodecs.EncodableSyntaxes.Where(s => DicomTransferSyntax.FromUid(s).IsEncapsulated)];

    /// <summary>As many associations as are needed; the contexts of a SOP class stay together.</summary>
    public static IReadOnlyList<PlannedAssociation> Plan(IEnumerable<ObjectKind> kinds)
    {
        var planned = new List<PlannedAssociation>();
        var contexts = new List<ProposedContext>();
        var carried = new HashSet<ObjectKind>();
        foreach (var sopClass in kinds.Distinct().GroupBy(k => k.SOPClassUID, StringComparer.Ordinal))
        {
            // Chunks, for the SOP class with more syntaxes than an association has contexts.
            foreach (var part in sopClass.Chunk(MaxContexts - 2))
            {
                var wanted = ForClass(sopClass.Key, [.. part.Select(k => k.TransferSyntaxUID)]);
                if (contexts.Count + wanted.Count > MaxContexts)
                {
                    planned.Add(new PlannedAssociation([.. contexts], [.. carried]));
                    contexts.Clear();
                    carried.Clear();
                }

                contexts.AddRange(wanted);
                carried.UnionWith(part);
            }
        }

        if (contexts.Count > 0)
        {
            planned.Add(new PlannedAssociation(contexts, carried));
        }

        return planned;
    }

    private static List<ProposedContext> ForClass(string sopClass, IReadOnlyList<string> own)
    {
        var contexts = own.Select(s => new ProposedContext(sopClass, [s])).ToList();
        string[] uncompressed =
            [DicomTransferSyntax.ExplicitVRLittleEndian.UID, DicomTransferSyntax.ImplicitVRLittleEndian.UID];
        foreach (var others in new[] { uncompressed.Except(own).ToArray(), s_compressed.Except(own).ToArray() })
        {
            if (others.Length > 0)
            {
                contexts.Add(new ProposedContext(sopClass, others));
            }
        }

        return contexts;
    }
}
