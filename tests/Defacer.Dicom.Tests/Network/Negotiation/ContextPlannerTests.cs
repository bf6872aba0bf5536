using Defacer.Dicom.Data;
using Defacer.Dicom.Network.Negotiation;
using Xunit;

namespace Defacer.Dicom.Tests.Network.Negotiation;

public sealed class ContextPlannerTests
{
    private static readonly string s_ct = DicomUID.CTImageStorage.UID;
    private static readonly string s_explicit = DicomTransferSyntax.ExplicitVRLittleEndian.UID;
    private static readonly string s_implicit = DicomTransferSyntax.ImplicitVRLittleEndian.UID;
    private static readonly string s_lossless = DicomTransferSyntax.JPEGLosslessSV1.UID;

    [Fact]
    public void Plan_CompressedObject_HasItsOwnContextOneUncompressedAndOneWithOtherLosslessSyntaxes()
    {
        var plan = Assert.Single(ContextPlanner.Plan([new(s_ct, s_lossless), new(s_ct, s_lossless)]));
        Assert.Equal([s_lossless], plan.Contexts[0].TransferSyntaxes);
        Assert.Equal([s_explicit, s_implicit], plan.Contexts[1].TransferSyntaxes);
        Assert.Equal(
            [
                DicomTransferSyntax.RLELossless.UID, DicomTransferSyntax.JPEGLSLossless.UID,
                DicomTransferSyntax.JPEG2000Lossless.UID, DicomTransferSyntax.HTJ2KLossless.UID,
            ],
            plan.Contexts[2].TransferSyntaxes);
        Assert.Equal(3, plan.Contexts.Count);
    }

    [Fact]
    public void Plan_ExplicitObject_OffersImplicitApart()
    {
        var plan = Assert.Single(ContextPlanner.Plan([new(s_ct, s_explicit)]));
        Assert.Equal([[s_explicit], [s_implicit]], plan.Contexts.Take(2).Select(c => c.TransferSyntaxes));
        Assert.All(plan.Contexts.Skip(2).SelectMany(c => c.TransferSyntaxes), s =>
            Assert.True(DicomTransferSyntax.FromUid(s) is { IsEncapsulated: true, IsLossy: false }, s));
    }

    [Fact]
    public void Plan_300Classes_NeedSeveralAssociationsAndLoseNone()
    {
        var kinds = Enumerable.Range(1, 300).Select(i => new ObjectKind($"1.2.3.{i}", s_lossless)).ToList();
        var plans = ContextPlanner.Plan(kinds);
        Assert.Equal(8, plans.Count);
        Assert.All(plans, p => Assert.InRange(p.Contexts.Count, 1, 128));
        Assert.Equal(kinds.ToHashSet(), plans.SelectMany(p => p.Kinds).ToHashSet());
        Assert.All(plans, p =>
            Assert.All(p.Kinds, k => Assert.Equal(3, p.Contexts.Count(c => c.AbstractSyntax == k.SOPClassUID))));
    }

    [Fact]
    public void Plan_OneClassWith200Syntaxes_IsSplit()
    {
        var kinds = Enumerable.Range(1, 200).Select(i => new ObjectKind(s_ct, $"1.2.3.{i}")).ToList();
        var plans = ContextPlanner.Plan(kinds);
        Assert.Equal(2, plans.Count);
        Assert.All(plans, p => Assert.InRange(p.Contexts.Count, 1, 128));
        Assert.Equal(200, plans.Sum(p => p.Kinds.Count));
    }

    [Fact]
    public void Plan_Nothing_IsNoAssociation() => Assert.Empty(ContextPlanner.Plan([]));
}
