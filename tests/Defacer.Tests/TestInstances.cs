using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Spool;

namespace Defacer.Tests;

/// <summary>Small data sets as a sender would send them.</summary>
internal static class TestInstances
{
    public const string MrImageStorage = "1.2.840.10008.5.1.4.1.1.4";

    public static byte[] Encode(string sop, string study, string series, int pixelBytes = 64, byte pixel = 7)
    {
        var dataset = new DicomDataset();
        dataset.AddOrUpdate(DicomTag.SOPClassUID, DicomVR.UI, MrImageStorage);
        dataset.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, sop);
        dataset.AddOrUpdate(DicomTag.PatientID, DicomVR.LO, "SECRET-PATIENT");
        dataset.AddOrUpdate(DicomTag.StudyInstanceUID, DicomVR.UI, study);
        dataset.AddOrUpdate(DicomTag.SeriesInstanceUID, DicomVR.UI, series);
        dataset.AddOrUpdate(
            new DicomElement(DicomTag.PixelData, DicomVR.OB, Enumerable.Repeat(pixel, pixelBytes).ToArray()));
        using var stream = new MemoryStream();
        DicomWriter.Write(stream, dataset, DicomTransferSyntax.ExplicitVRLittleEndian);
        return stream.ToArray();
    }

    public static Arrival Describe(SpoolStore spool, string sop, string association = "", string calling = "CT1",
        string called = "DEFACER") => new()
        {
            Id = spool.NewArrivalId(),
            At = DateTimeOffset.UnixEpoch,
            CalledAeTitle = called,
            CallingAeTitle = calling,
            TransferSyntaxUID = DicomTransferSyntax.ExplicitVRLittleEndian.UID,
            SOPClassUID = MrImageStorage,
            SOPInstanceUID = sop,
            Routing = RoutingAttributes.None,
            ContentHash = string.Empty,
            Bytes = 0,
            Association = association,
        };

    public static StoreOutcome Receive(
        SpoolStore spool, byte[] dataSet, string sop, string association = "", DateTimeOffset? at = null)
    {
        using var file = spool.TryCreate(
            Describe(spool, sop, association) with { At = at ?? DateTimeOffset.UnixEpoch });
        if (file is null)
        {
            return StoreOutcome.OutOfResources;
        }

        // In two parts, as fragments come.
        file.Write(dataSet.AsSpan(0, dataSet.Length / 2));
        file.Write(dataSet.AsSpan(dataSet.Length / 2));
        return file.Commit();
    }
}
