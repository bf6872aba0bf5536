using Defacer.Dicom.Files;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Pdu;
using Defacer.Dicom.Network.Services;

namespace Defacer.Dicom.Network.Negotiation;

/// <summary>The acceptor's side of negotiation: from a request to the answer. Touches nothing.</summary>
internal sealed class AssociationNegotiator(
    IReadOnlyList<IDimseService> services, TransferSyntaxOrder order, int maxPduLength, string versionName)
{
    /// <summary>What a policy is asked.</summary>
    internal static AssociationRequest Describe(AAssociateRQ request) => new()
    {
        CallingAeTitle = request.CallingAeTitle ?? string.Empty,
        CalledAeTitle = request.CalledAeTitle ?? string.Empty,
        ImplementationClassUID = request.UserInformation.ImplementationClassUID,
        ImplementationVersionName = request.UserInformation.ImplementationVersionName,
        UserIdentity = request.UserInformation.UserIdentity,
        Contexts = [.. request.Contexts.Select(c => new ProposedContext(c.AbstractSyntax, c.TransferSyntaxes))],
        CommonExtendedNegotiations = request.UserInformation.CommonExtendedNegotiations,
    };

    /// <summary>
    /// The answer to a request that the policy accepts; every context is answered on its own (PS3.8 9.3.3.2).
    /// </summary>
    internal AAssociateAC Answer(
        AAssociateRQ request, AssociationRequest described, ReadOnlyMemory<byte>? identityConfirmation)
    {
        var user = request.UserInformation;
        var roles = user.Roles.DistinctBy(r => r.SopClassUID)
            .ToDictionary(r => r.SopClassUID, r => Answer(r, described));
        return new AAssociateAC
        {
            CalledAeTitle = described.CalledAeTitle,
            CallingAeTitle = described.CallingAeTitle,
            Contexts = [.. request.Contexts.Select(c => Answer(c, described, roles))],
            UserInformation = new UserInformation
            {
                MaxPduLength = (uint)maxPduLength,
                ImplementationClassUID = DicomFileMeta.ImplementationClassUID,
                ImplementationVersionName = versionName,
                // Messages are served in order, one at a time; absent means the same (PS3.7 D.3.3.3).
                AsynchronousWindow = user.AsynchronousWindow is null ? null : ((ushort)1, (ushort)1),
                Roles = [.. roles.Values],
                ExtendedNegotiations = [.. AnswerExtended(user.ExtendedNegotiations, described)],
                // Goes only to those who asked for one, and only when the policy checked the identity (PS3.7
                // D.3.3.7.2).
                UserIdentityResponse = user.UserIdentity is { IsResponseRequested: true } ? identityConfirmation : null,
            },
        };
    }

    /// <summary>The contexts that an answer accepts, with the abstract syntaxes of its request.</summary>
    internal static AcceptedContexts Accepted(IReadOnlyList<ProposedContextItem> proposed, AAssociateAC answer)
    {
        var byId = proposed.ToDictionary(c => c.Id);
        return new AcceptedContexts(answer.Contexts
            .Where(c => c.Result == ContextResult.Acceptance)
            .Select(c => byId.TryGetValue(c.Id, out var asked)
                ? new AcceptedContext(c.Id, asked.AbstractSyntax, c.TransferSyntax)
                : throw AssociationException.Invalid(
                    $"The peer accepts presentation context {c.Id}, which was not proposed.")));
    }

    // A proposed role may be refused, never a role taken that was not proposed (PS3.7 D.3.3.4.2).
    private RoleSelection Answer(RoleSelection proposal, AssociationRequest request)
    {
        var service = Find(proposal.SopClassUID, request)?.Service;
        return proposal with
        {
            IsUser = proposal.IsUser && (service?.Provides(proposal.SopClassUID, request) ?? true),
            IsProvider = proposal.IsProvider && (service?.Uses(proposal.SopClassUID, request) ?? false),
        };
    }

    private AnsweredContextItem Answer(
        ProposedContextItem context, AssociationRequest request, Dictionary<string, RoleSelection> roles)
    {
        if (Find(context.AbstractSyntax, request) is not var (service, taken))
        {
            return Reject(context, ContextResult.AbstractSyntaxNotSupported);
        }

        // Without a proposal the requestor is the user (PS3.7 D.3.3.4).
        var isWanted = roles.TryGetValue(context.AbstractSyntax, out var role)
            ? role.IsUser || role.IsProvider
            : service.Provides(context.AbstractSyntax, request);
        if (!isWanted)
        {
            return Reject(context, ContextResult.UserRejection);
        }

        var chosen = order == TransferSyntaxOrder.Proposer
            ? context.TransferSyntaxes.FirstOrDefault(s => taken.Contains(s))
            : taken.FirstOrDefault(s => context.TransferSyntaxes.Contains(s));
        return chosen is null
            ? Reject(context, ContextResult.TransferSyntaxesNotSupported)
            : new AnsweredContextItem(context.Id, ContextResult.Acceptance, chosen);
    }

    private (IDimseService Service, IReadOnlyList<string> TransferSyntaxes)? Find(
        string abstractSyntax, AssociationRequest request)
    {
        foreach (var service in services)
        {
            if (service.FindTransferSyntaxes(abstractSyntax, request) is { } taken)
            {
                return (service, taken);
            }
        }

        return null;
    }

    private IEnumerable<ExtendedNegotiation> AnswerExtended(
        IEnumerable<ExtendedNegotiation> proposals, AssociationRequest request)
    {
        foreach (var proposal in proposals)
        {
            if (Find(proposal.SopClassUID, request)?.Service.NegotiateExtended(proposal) is { } answer)
            {
                yield return new ExtendedNegotiation(proposal.SopClassUID, answer);
            }
        }
    }

    // One transfer syntax must stand there though it means nothing; the proposer's own surprises nobody.
    private static AnsweredContextItem Reject(ProposedContextItem context, ContextResult result) =>
        new(context.Id, result, context.TransferSyntaxes[0]);
}
