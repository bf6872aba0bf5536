using Defacer.Dicom.Data;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Negotiation;
using Defacer.Dicom.Network.Pdu;
using Defacer.Dicom.Network.Services;
using Xunit;

namespace Defacer.Dicom.Tests.Network.Negotiation;

public sealed class AssociationNegotiatorTests
{
    private const string PrivateClass = "1.3.12.2.1107.5.9.1";
    private const string FutureClass = "1.2.840.10008.5.1.4.1.1.9999";
    private static readonly string s_ct = DicomUID.CTImageStorage.UID;
    private static readonly string s_explicit = DicomTransferSyntax.ExplicitVRLittleEndian.UID;
    private static readonly string s_implicit = DicomTransferSyntax.ImplicitVRLittleEndian.UID;
    private static readonly string s_lossless = DicomTransferSyntax.JPEGLosslessSV1.UID;

    [Fact]
    public void Answer_SameClassInThreeContexts_AnswersEachOnItsOwn()
    {
        var answer = Answer(new StorageRules(), [
            new(1, s_ct, [s_lossless]), new(3, s_ct, [s_implicit, s_explicit]), new(5, s_ct, [s_explicit, s_implicit]),
            new(7, DicomUID.Verification.UID, [s_implicit]), new(
                9, DicomUID.StorageCommitmentPushModel.UID, [s_implicit]),
        ]);
        Assert.Equal(
            [
                (1, ContextResult.TransferSyntaxesNotSupported, s_lossless), (3, ContextResult.Acceptance, s_implicit),
                (5, ContextResult.Acceptance, s_explicit), (7, ContextResult.Acceptance, s_implicit),
                (9, ContextResult.AbstractSyntaxNotSupported, s_implicit),
            ],
            answer.Contexts.Select(c => ((int)c.Id, c.Result, c.TransferSyntax)));
    }

    [Fact]
    public void Answer_OurOrder_TakesOurFirst()
    {
        var answer = Answer(
            new StorageRules(), [new(1, s_ct, [s_implicit, s_explicit])], order: TransferSyntaxOrder.Ours);
        Assert.Equal(s_explicit, answer.Contexts[0].TransferSyntax);
    }

    [Theory]
    [InlineData(PrivateClass, false, false, false)]
    [InlineData(PrivateClass, true, false, true)]
    [InlineData(FutureClass, true, false, false)]
    [InlineData(FutureClass, true, true, true)]
    [InlineData(FutureClass, false, true, false)]
    public void Answer_ClassOutsideTheTable_DependsOnTheSetting(
        string sopClass, bool acceptPrivate, bool isCalledStorage, bool isAccepted)
    {
        var user = new UserInformation
        {
            CommonExtendedNegotiations = isCalledStorage ? [new(sopClass, StorageSopClasses.ServiceClassUID, [])] : [],
        };
        var answer = Answer(
            new StorageRules { AcceptPrivateClasses = acceptPrivate }, [new(1, sopClass, [s_explicit])], user);
        Assert.Equal(isAccepted
            ? ContextResult.Acceptance
            : ContextResult.AbstractSyntaxNotSupported, answer.Contexts[0].Result);
    }

    [Fact]
    public void Answer_ClassOfTheList_IsAccepted()
    {
        var rules = new StorageRules { AcceptStandardClasses = false, AdditionalClasses = [PrivateClass] };
        var answer = Answer(rules, [new(1, PrivateClass, [s_explicit]), new(3, s_ct, [s_explicit])]);
        Assert.Equal([ContextResult.Acceptance, ContextResult.AbstractSyntaxNotSupported], answer.Contexts.Select(c =>
            c.Result));
    }

    [Fact]
    public void Answer_128Contexts_AreAllAnswered()
    {
        var contexts = Enumerable.Range(0, 128).Select(i =>
            new ProposedContextItem((byte)((2 * i) + 1), s_ct, [s_explicit])).ToList();
        var answer = Answer(new StorageRules(), contexts);
        Assert.Equal(contexts.Select(c => c.Id), answer.Contexts.Select(c => c.Id));
        Assert.All(answer.Contexts, c => Assert.Equal(ContextResult.Acceptance, c.Result));
    }

    [Fact]
    public void Answer_Window_IsOneAndOnlyWhenAsked()
    {
        Assert.Null(Answer(new StorageRules(), []).UserInformation.AsynchronousWindow);
        var asked = Answer(new StorageRules(), [], new UserInformation { AsynchronousWindow = (8, 8) });
        Assert.Equal(((ushort)1, (ushort)1), asked.UserInformation.AsynchronousWindow);
    }

    [Fact]
    public void Answer_Roles_NeverMakeUsTheUser()
    {
        var user = new UserInformation
        {
            Roles = [new(
            s_ct, true, true), new(DicomUID.MRImageStorage.UID, false, true)]
        };
        var answer = Answer(
            new StorageRules(), [new(1, s_ct, [s_explicit]), new(3, DicomUID.MRImageStorage.UID, [s_explicit])], user);
        Assert.Equal(
            [new RoleSelection(s_ct, true, false), new RoleSelection(
                DicomUID.MRImageStorage.UID, false, false)], answer.UserInformation.Roles);
        Assert.Equal([ContextResult.Acceptance, ContextResult.UserRejection], answer.Contexts.Select(c => c.Result));
    }

    [Fact]
    public void Answer_ExtendedNegotiationOfStorage_SaysLevel2()
    {
        var user = new UserInformation
        {
            ExtendedNegotiations = [new(
            s_ct, new byte[] { 2, 0, 3, 0, 1, 0 }), new("1.2.3", new byte[] { 1 })]
        };
        var answer = Assert.Single(
            Answer(new StorageRules(), [new(1, s_ct, [s_explicit])], user).UserInformation.ExtendedNegotiations);
        Assert.Equal((s_ct, 2), (answer.SopClassUID, answer.Information.Span[0]));
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public void Answer_Identity_IsConfirmedOnlyWhenCheckedAndAsked(bool isChecked, bool isAsked, bool isConfirmed)
    {
        var user = new UserInformation
        {
            UserIdentity = new UserIdentity(
            UserIdentityType.Username, isAsked, "name"u8.ToArray(), default)
        };
        var answer = Answer(new StorageRules(), [], user, identity: isChecked
            ? ReadOnlyMemory<byte>.Empty
            : (ReadOnlyMemory<byte>?)null);
        Assert.Equal(isConfirmed, answer.UserInformation.UserIdentityResponse is not null);
    }

    [Fact]
    public void Answer_AnnouncesOurLimitAndIdentity()
    {
        var user = Answer(new StorageRules(), []).UserInformation;
        Assert.Equal((65536u, "TESTVERSION"), (user.MaxPduLength, user.ImplementationVersionName));
        Assert.NotNull(user.ImplementationClassUID);
    }

    [Fact]
    public void StorageSopClasses_HoldThoseOfB5AndNotOthers()
    {
        string[] storage =
        [
            s_ct, DicomUID.MRImageStorage.UID, DicomUID.EnhancedMRImageStorage.UID, "1.2.840.10008.5.1.4.1.1.88.11",
            "1.2.840.10008.5.1.4.34.7",
        ];
        string[] others =
        [
            DicomUID.Verification.UID, DicomUID.StorageCommitmentPushModel.UID, "1.2.840.10008.5.1.4.1.1.201.2",
            "1.2.840.10008.5.1.4.38.1", "1.2.840.10008.1.3.10",
        ];
        Assert.All(storage, uid => Assert.True(StorageSopClasses.IsStandard(uid), uid));
        Assert.All(others, uid => Assert.False(StorageSopClasses.IsStandard(uid), uid));
        Assert.InRange(StorageSopClasses.All.Count, 130, 220);
    }

    private static AAssociateAC Answer(
        StorageRules rules,
        IReadOnlyList<ProposedContextItem> contexts,
        UserInformation? user = null,
        TransferSyntaxOrder order = TransferSyntaxOrder.Proposer,
        ReadOnlyMemory<byte>? identity = null)
    {
        var request = new AAssociateRQ
        {
            CalledAeTitle = "US",
            CallingAeTitle = "THEM",
            Contexts = contexts,
            UserInformation = user ?? new UserInformation(),
        };
        var negotiator = new AssociationNegotiator(
            [new EchoProvider(), new StoreProvider(new MemoryStore(), rules)], order, 65536, "TESTVERSION");
        return negotiator.Answer(request, AssociationNegotiator.Describe(request), identity);
    }
}
