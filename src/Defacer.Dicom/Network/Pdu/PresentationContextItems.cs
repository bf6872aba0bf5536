namespace Defacer.Dicom.Network.Pdu;

/// <summary>The answer to a context (PS3.8 Table 9-18).</summary>
internal enum ContextResult : byte
{
    Acceptance = 0,
    UserRejection = 1,
    NoReason = 2,
    AbstractSyntaxNotSupported = 3,
    TransferSyntaxesNotSupported = 4,
}

/// <summary>
/// Presentation context of a request (PS3.8 9.3.2.2).
/// <code>
///  20H | 00 | length(2) | id, odd | 00 00 00 | 30H abstract syntax | 40H transfer syntax ...
/// </code>
/// </summary>
internal sealed record ProposedContextItem(byte Id, string AbstractSyntax, IReadOnlyList<string> TransferSyntaxes)
{
    internal const byte ItemType = 0x20;
    internal const byte AbstractSyntaxType = 0x30;
    internal const byte TransferSyntaxType = 0x40;

    internal int Size => 8 + 4 + AbstractSyntax.Length + TransferSyntaxes.Sum(s => 4 + s.Length);

    internal static ProposedContextItem Read(ItemReader body)
    {
        var id = body.Byte();
        body.Skip(3);
        if (id % 2 == 0)
        {
            throw AssociationException.Invalid($"The presentation context id {id} is even.");
        }

        string? abstractSyntax = null;
        var transferSyntaxes = new List<string>(4);
        while (!body.IsEmpty)
        {
            switch (body.Item(out var item))
            {
                case AbstractSyntaxType:
                    abstractSyntax = item.Uid();
                    break;
                case TransferSyntaxType:
                    transferSyntaxes.Add(item.Uid());
                    break;
                default:
                    break;
            }
        }

        return abstractSyntax is not null && transferSyntaxes.Count > 0
            ? new ProposedContextItem(id, abstractSyntax, transferSyntaxes)
            : throw AssociationException.Invalid(
                $"The presentation context {id} names no abstract syntax or no transfer syntax.");
    }

    internal void Write(ref ItemWriter writer)
    {
        var place = writer.Begin(ItemType);
        writer.Byte(Id);
        writer.Zeros(3);
        writer.AsciiItem(AbstractSyntaxType, AbstractSyntax);
        foreach (var syntax in TransferSyntaxes)
        {
            writer.AsciiItem(TransferSyntaxType, syntax);
        }

        writer.End(place);
    }
}

/// <summary>
/// Presentation context of an answer (PS3.8 9.3.3.2). The transfer syntax means nothing when the context is rejected.
/// <code>
///  21H | 00 | length(2) | id | 00 | result | 00 | 40H transfer syntax
/// </code>
/// </summary>
internal sealed record AnsweredContextItem(byte Id, ContextResult Result, string TransferSyntax)
{
    internal const byte ItemType = 0x21;

    internal int Size => 8 + 4 + TransferSyntax.Length;

    internal static AnsweredContextItem Read(ItemReader body)
    {
        var id = body.Byte();
        body.Skip(1);
        var result = (ContextResult)body.Byte();
        body.Skip(1);
        var transferSyntax = string.Empty;
        while (!body.IsEmpty)
        {
            // Some peers answer a rejected context with nothing or with rubbish; it is not significant (PS3.8 9.3.3.2).
            if (body.Item(out var item) == ProposedContextItem.TransferSyntaxType && result == ContextResult.Acceptance)
            {
                transferSyntax = item.Uid();
            }
        }

        return result != ContextResult.Acceptance || transferSyntax.Length > 0
            ? new AnsweredContextItem(id, result, transferSyntax)
            : throw AssociationException.Invalid(
                $"The presentation context {id} is accepted without a transfer syntax.");
    }

    internal void Write(ref ItemWriter writer)
    {
        var place = writer.Begin(ItemType);
        writer.Byte(Id);
        writer.Byte(0);
        writer.Byte((byte)Result);
        writer.Byte(0);
        writer.AsciiItem(ProposedContextItem.TransferSyntaxType, TransferSyntax);
        writer.End(place);
    }
}
