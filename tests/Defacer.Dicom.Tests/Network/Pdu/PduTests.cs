using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Pdu;
using FsCheck.Xunit;
using Xunit;

namespace Defacer.Dicom.Tests.Network.Pdu;

public sealed class PduTests
{
    private static readonly Limits s_limits = new();

    [Fact]
    public void AssociateRQ_AnnotatedBytes_AreReadFieldByField()
    {
        Assert.True(PduHeader.TryRead(PduBytes.AssociateRQ, s_limits, out var header));
        Assert.Equal(new PduHeader(PduType.AssociateRQ, PduBytes.AssociateRQ.Length - 6), header);
        var request = AAssociateRQ.Read(PduBytes.AssociateRQ.AsSpan(6));
        Assert.Equal(("STORE_SCP", "ECHO_SCU", (ushort)1), (
            request.CalledAeTitle, request.CallingAeTitle, request.ProtocolVersion));
        var context = Assert.Single(request.Contexts);
        Assert.Equal((1, "1.2.840.10008.1.1", "1.2.840.10008.1.2"), (
            context.Id, context.AbstractSyntax, Assert.Single(context.TransferSyntaxes)));
        var user = request.UserInformation;
        Assert.Equal((16384u, "1.2.3", "VERSION1"), (
            user.MaxPduLength, user.ImplementationClassUID, user.ImplementationVersionName));
        Assert.Equal(((ushort)5, (ushort)3), user.AsynchronousWindow);
        Assert.Equal(new RoleSelection("1.2.840.10008.1.1", true, false), Assert.Single(user.Roles));
        Assert.Equal("020003000100", Convert.ToHexString(Assert.Single(user.ExtendedNegotiations).Information.Span));
        var common = Assert.Single(user.CommonExtendedNegotiations);
        Assert.Equal(
            ("1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.4.2", "1.2.840.10008.5.1.4.1.9."),
            (common.SopClassUID, common.ServiceClassUID, Assert.Single(common.RelatedGeneralSopClassUIDs)));
        Assert.Equal((UserIdentityType.UsernameAndPasscode, true), (
            user.UserIdentity!.Type, user.UserIdentity.IsResponseRequested));
        Assert.Equal("user"u8, user.UserIdentity.Primary.Span);
        Assert.Equal("12345"u8, user.UserIdentity.Secondary.Span);
    }

    [Fact]
    public void AssociateRQ_ReadAndWritten_IsTheSameButForTheSpace()
    {
        var request = AAssociateRQ.Read(PduBytes.AssociateRQ.AsSpan(6));
        var bytes = new byte[request.Size];
        request.Write(bytes);
        byte[] expected = [.. PduBytes.AssociateRQ[..26], .. "ECHO_SCU        "u8, .. PduBytes.AssociateRQ[42..]];
        Assert.Equal(expected, bytes);
    }

    [Fact]
    public void AssociateAC_ReadAndWritten_IsTheSame()
    {
        var answer = AAssociateAC.Read(PduBytes.AssociateAC.AsSpan(6));
        Assert.Equal(
            new AnsweredContextItem(1, ContextResult.Acceptance, "1.2.840.10008.1.2"), Assert.Single(answer.Contexts));
        Assert.Equal(262144u, answer.UserInformation.MaxPduLength);
        Assert.Equal(0, answer.UserInformation.UserIdentityResponse!.Value.Length);
        var bytes = new byte[answer.Size];
        answer.Write(bytes);
        Assert.Equal(PduBytes.AssociateAC, bytes);
    }

    [Fact]
    public void ShortPdus_ReadAndWritten_AreTheSame()
    {
        var bytes = new byte[10];
        AAssociateRJ.Write(bytes, AAssociateRJ.Read(PduBytes.AssociateRJ.AsSpan(6)));
        Assert.Equal(PduBytes.AssociateRJ, bytes);
        Assert.Equal(AssociationRejection.TemporaryCongestion, AAssociateRJ.Read(bytes.AsSpan(6)));
        var abort = AAbort.Read(PduBytes.Abort.AsSpan(6));
        AAbort.Write(bytes, abort.AbortSource, abort.AbortReason);
        Assert.Equal(PduBytes.Abort, bytes);
        AReleaseRQ.Write(bytes);
        Assert.Equal(PduBytes.ReleaseRQ, bytes);
        AReleaseRP.Write(bytes);
        Assert.Equal(PduBytes.ReleaseRP, bytes);
    }

    [Fact]
    public void EchoRequest_ReadAndWritten_IsTheSame()
    {
        ReadOnlyMemory<byte> rest = PduBytes.EchoRequest.AsMemory(6);
        var pdv = PDataTF.Take(ref rest);
        Assert.Equal((1, true, true, true), (pdv.ContextId, pdv.IsCommand, pdv.IsLast, rest.IsEmpty));
        var command = CommandSet.Read(pdv.Fragment.Span);
        Assert.Equal((CommandField.CEchoRQ, 7, false), (command.CommandField, command.MessageID, command.HasDataSet));
        var bytes = new byte[12 + command.Size];
        var used = PDataTF.WriteHeads(bytes, 1, isCommand: true, isLast: true, command.Size);
        command.Write(bytes.AsSpan(used));
        Assert.Equal(PduBytes.EchoRequest, bytes);
    }

    [Fact]
    public void Header_HttpRequest_IsUnrecognized()
    {
        var error = Assert.Throws<AssociationException>(() =>
            PduHeader.TryRead("GET / HTTP/1.1\r\n"u8, s_limits, out _));
        Assert.Equal(AbortReason.UnrecognizedPdu, error.AbortReason);
    }

    [Theory]
    [InlineData(new byte[] { 4, 0, 0, 4, 0, 1 })]
    [InlineData(new byte[] { 4, 0, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 1, 0, 0, 8, 0, 1 })]
    [InlineData(new byte[] { 7, 0, 0, 0, 0, 5 })]
    public void Header_LongerThanAllowed_IsInvalid(byte[] bytes)
    {
        var error = Assert.Throws<AssociationException>(() => PduHeader.TryRead(bytes, s_limits, out _));
        Assert.Equal((
            AbortSource.ServiceProvider, AbortReason.InvalidPduParameterValue), (error.AbortSource, error.AbortReason));
    }

    [Fact]
    public void Header_AsLongAsAnnounced_IsTaken() =>
        Assert.True(PduHeader.TryRead([4, 0, 0, 4, 0, 0], s_limits, out _));

    [Fact]
    public void Header_FiveBytes_IsNotYet() => Assert.False(PduHeader.TryRead([4, 0, 0, 4, 0], s_limits, out _));

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 3 })]
    [InlineData(new byte[] { 0, 0, 0, 1, 1, 3 })]
    [InlineData(new byte[] { 0, 0, 0, 3, 1, 3 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 1, 3 })]
    [InlineData(new byte[] { 0, 0, 0 })]
    public void Pdv_LengthThatCannotBe_IsInvalid(byte[] body)
    {
        ReadOnlyMemory<byte> rest = body;
        var error = Assert.Throws<AssociationException>(() => PDataTF.Take(ref rest));
        Assert.Equal(AbortReason.InvalidPduParameterValue, error.AbortReason);
    }

    [Fact]
    public void AssociateRQ_EvenContextId_IsInvalid()
    {
        var bytes = PduBytes.AssociateRQ.ToArray();
        bytes[103] = 2;
        var error = Assert.Throws<AssociationException>(() => AAssociateRQ.Read(bytes.AsSpan(6)));
        Assert.Contains("even", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AssociateRQ_CutAnywhere_IsAnErrorOrShorterButNeverACrash()
    {
        for (var length = 6; length < PduBytes.AssociateRQ.Length; length++)
        {
            try
            {
                AAssociateRQ.Read(PduBytes.AssociateRQ.AsSpan(6, length - 6));
            }
            catch (AssociationException)
            {
                // What is due.
            }
        }
    }

    [Theory]
    [InlineData("BAD\\TITLE")]
    [InlineData("BAD\nTITLE")]
    [InlineData("                ")]
    [InlineData("B\u00C4D")]
    public void AeTitle_WithWhatNoTitleMayHold_IsNotDecoded(string title) =>
        Assert.Null(AeTitle.Decode(System.Text.Encoding.Latin1.GetBytes(title)));

    [Property(MaxTest = 300)]
    public void Readers_AnyBytes_ThrowNothingButAssociationException(byte[] bytes)
    {
        Try(() => PduHeader.TryRead(bytes, s_limits, out _));
        Try(() => AAssociateRQ.Read(bytes));
        Try(() => AAssociateRQ.Read([.. PduBytes.AssociateRQ[6..74], .. bytes]));
        Try(() => AAssociateAC.Read([.. PduBytes.AssociateAC[6..74], .. bytes]));
        Try(() => AAssociateRJ.Read(bytes));
        Try(() => AAbort.Read(bytes));
        Try(() => CommandSet.Read(bytes));
        Try(() => ReadPdvs(bytes));
    }

    [Property(MaxTest = 300)]
    public void AssociateRQ_OneByteChanged_ThrowsNothingButAssociationException(int place, byte value)
    {
        var bytes = PduBytes.AssociateRQ.ToArray();
        bytes[6 + ((place & int.MaxValue) % (bytes.Length - 6))] = value;
        Try(() => AAssociateRQ.Read(bytes.AsSpan(6)));
        var command = PduBytes.EchoRequest.ToArray();
        command[12 + ((place & int.MaxValue) % (command.Length - 12))] = value;
        Try(() => CommandSet.Read(command.AsSpan(12)));
    }

    private static void ReadPdvs(byte[] bytes)
    {
        ReadOnlyMemory<byte> rest = bytes;
        while (!rest.IsEmpty)
        {
            PDataTF.Take(ref rest);
        }
    }

    private static void Try(System.Action read)
    {
        try
        {
            read();
        }
        catch (AssociationException)
        {
            // What is due.
        }
    }
}
