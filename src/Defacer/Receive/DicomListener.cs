using System.Net;
using Defacer.Configuration;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Services;
using Defacer.Dicom.Network.Tls;
using Defacer.Dicom.Pixels;
using Defacer.Peers;

namespace Defacer.Receive;

/// <summary>The DICOM port: verification, storage, and storage commitment where it is set.</summary>
public static class DicomListener
{
    // Between two objects a sender reads the next one from its disk. The pool has the threads (ThreadPoolMinThreads);
    // a stop waits no longer than this.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// A server that takes every storage class of PS3.4 B.5, and for each the transfer syntaxes that we can decode, in
    /// the sender's order: no lossless image is decompressed by accident.
    /// </summary>
    public static DicomServer Create(
        NodeOptions options, IAssociationPolicy policy, IStoreProvider store, IDimseService? commitment,
        IAssociationObserver observer, PeerSecurity security, TimeProvider time) => new(
        new DicomServerOptions
        {
            Address = options.Address == "*" ? IPAddress.IPv6Any : IPAddress.Parse(options.Address),
            Port = options.Port,
            Limits = new Limits
            {
                MaxPduLength = options.MaxPduLength,
                MaxAssociations = options.MaxAssociations,
                MaxAssociationsPerCaller = options.MaxAssociations,
            },
            Timeouts = new Timeouts { Idle = options.IdleTimeout },
            Patience = s_patience,
            TransferSyntaxOrder = TransferSyntaxOrder.Proposer,
            StreamFactory = options.Tls is { } tls ? new TlsServer(security.For(tls)).SecureAsync : null,
        },
        policy,
        [
            new EchoProvider(),
            .. commitment is null ? [] : new[] { commitment },
            new StoreProvider(store, Rules(options)),
        ],
        observer, time);

    private static StorageRules Rules(NodeOptions options) => new()
    {
        TransferSyntaxes = PixelCodecs.DecodableSyntaxes,
        AcceptPrivateClasses = options.AcceptPrivateSopClasses,
    };
}
