using System.Net;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Xunit;

namespace Defacer.Dicom.Tests.Network;

/// <summary>A server of ours on a free loopback port, with what it stored and reported.</summary>
internal sealed class Loopback : IAsyncDisposable
{
    private readonly DicomServer _server;

    private Loopback(DicomServer server, MemoryStore store, RecordingObserver observer)
    {
        _server = server;
        Port = server.LocalEndPoint.Port;
        Store = store;
        Observer = observer;
    }

    internal static string CT => DicomUID.CTImageStorage.UID;

    internal static string Explicit => DicomTransferSyntax.ExplicitVRLittleEndian.UID;

    internal static string Implicit => DicomTransferSyntax.ImplicitVRLittleEndian.UID;

    internal MemoryStore Store { get; }

    internal RecordingObserver Observer { get; }

    internal DicomServer Server => _server;

    internal int Port { get; }

    internal ClientOptions Client =>
        new() { Host = "127.0.0.1", Port = Port, CalledAeTitle = "SERVER", CallingAeTitle = "CLIENT" };

    internal static async Task<Loopback> StartAsync(
        MemoryStore? store =
            null, DicomServerOptions? options = null, IAssociationPolicy? policy = null, TimeProvider? time = null)
    {
        store ??= new MemoryStore();
        var observer = new RecordingObserver();
        var server = new DicomServer(
            (options ?? new DicomServerOptions()) with { Address = IPAddress.Loopback, Port = 0 },
            policy ?? new OpenAssociationPolicy(), store, observer, time);
        await server.StartAsync(TestContext.Current.CancellationToken);
        return new Loopback(server, store, observer);
    }

    internal Task<ClientAssociation> ConnectAsync(params ProposedContext[] contexts) =>
        DicomClient.ConnectAsync(
            Client,
            contexts.Length > 0
                ? contexts
                : [new ProposedContext(CT, Explicit), new ProposedContext(DicomUID.Verification.UID, Implicit)],
            TestContext.Current.CancellationToken);

    /// <summary>
    /// A CT object with <paramref name="pixelBytes"/> bytes of pixel data that differ from place to place.
    /// </summary>
    internal static DicomFile MakeObject(int pixelBytes, string instance = "1.2.3.4", string? transferSyntax = null)
    {
        var pixels = new byte[pixelBytes];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)((i * 31) ^ (i >> 8));
        }

        var dataset = new DicomDataset(
            DicomElement.FromText(DicomTag.SOPClassUID, DicomVR.UI, CT),
            DicomElement.FromText(DicomTag.SOPInstanceUID, DicomVR.UI, instance),
            DicomElement.FromText(DicomTag.Modality, DicomVR.CS, "CT"),
            new DicomElement(DicomTag.PixelData, DicomVR.OW, pixels));
        return new DicomFile(DicomFileMeta.Create(dataset, DicomTransferSyntax.FromUid(transferSyntax
            ?? Explicit)), dataset);
    }

    /// <summary>The bytes that the data set of an object has in a transfer syntax.</summary>
    internal static byte[] Encode(DicomFile file, string transferSyntax)
    {
        using var stream = new MemoryStream();
        DicomWriter.Write(stream, file.Dataset, DicomTransferSyntax.FromUid(transferSyntax));
        return stream.ToArray();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
