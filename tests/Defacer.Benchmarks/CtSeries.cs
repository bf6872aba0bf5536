using System.Globalization;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Benchmarks;

/// <summary>
/// A CT study as a scanner sends it: 512 x 512 of 16 bits, some hundred attributes, references, private blocks. The
/// persons are invented.
/// </summary>
internal static class CtSeries
{
    private const int Matrix = 512;
    private const string Root = "1.3.12.2.1107.5.1.4.99999.3000000";

    // Tag, VR, value: what changes with the instance is added after them.
    private const string Header = """
        0008,0005 CS ISO_IR 100
        0008,0008 CS ORIGINAL\PRIMARY\AXIAL\CT_SOM5 SPI
        0008,0012 DA 20240315
        0008,0013 TM 101500.000000
        0008,0016 UI 1.2.840.10008.5.1.4.1.1.2
        0008,0020 DA 20240315
        0008,0021 DA 20240315
        0008,0022 DA 20240315
        0008,0023 DA 20240315
        0008,0030 TM 101112.125000
        0008,0031 TM 101415.203000
        0008,0032 TM 101420.512000
        0008,0033 TM 101420.512000
        0008,0050 SH A7781200
        0008,0060 CS CT
        0008,0070 LO SIEMENS
        0008,0080 LO Stiftungsklinik Musterau
        0008,0081 ST Lindenallee 17, Musterau
        0008,0090 PN Vorderbrugg^Hannelore^^Dr.
        0008,1010 SH CTAWP73611
        0008,1030 LO Head^HeadRoutine (Adult)
        0008,103E LO Head 1.0 J30s
        0008,1040 LO Neuroradiologie
        0008,1048 PN Zwingenberg^Ottokar
        0008,1050 PN Zwingenberg^Ottokar
        0008,1070 PN Querfeld^Almut
        0008,1090 LO Sensation 64
        0010,0010 PN Mittermoser^Walburga
        0010,0020 LO 4711-330815
        0010,0030 DA 19640812
        0010,0032 TM 081500
        0010,0040 CS F
        0010,1000 LO OLD-98112
        0010,1010 AS 059Y
        0010,1020 DS 1.68
        0010,1030 DS 71.5
        0010,1040 LO Am Mühlgraben 8, Musterau
        0010,2154 SH +49 30 5550199
        0010,21B0 LT Kopfschmerz seit drei Wochen, Frau Mittermoser
        0010,4000 LT ruft unter +49 30 5550199 an
        0018,0015 CS HEAD
        0018,0022 CS HELICAL MODE
        0018,0050 DS 1.0
        0018,0060 DS 120
        0018,0090 DS 500
        0018,1000 LO 73611
        0018,1020 LO syngo CT 2012B
        0018,1030 LO HeadRoutine
        0018,1100 DS 250
        0018,1110 DS 1040
        0018,1111 DS 570
        0018,1120 DS 0
        0018,1130 DS 129
        0018,1140 CS CW
        0018,1150 IS 1000
        0018,1151 IS 232
        0018,1152 IS 320
        0018,1160 SH 0
        0018,1170 IS 30
        0018,1190 DS 1.2
        0018,1200 DA 20240314
        0018,1201 TM 155919.000000
        0018,1210 SH J30s
        0018,5100 CS HFS
        0018,9305 FD 1
        0018,9345 FD 12.5
        0019,0010 LO SIEMENS CT VA0  COAD
        0019,10B0 DS 18.8
        0020,0010 SH 20240315
        0020,0011 IS 3
        0020,0012 IS 2
        0020,0037 DS 1\0\0\0\1\0
        0020,1040 LO
        0020,4000 LT Kontrolle
        0028,0004 CS MONOCHROME2
        0028,0030 DS 0.48828125\0.48828125
        0028,0106 SS -1024
        0028,1050 DS 40\100
        0028,1051 DS 80\300
        0028,1052 DS -1024
        0028,1053 DS 1
        0028,1055 LO WINDOW1\WINDOW2
        0029,0010 LO SIEMENS CSA HEADER
        0029,1008 CS SOM 5
        0029,1009 LO VB10A 20030626
        0032,1032 PN Vorderbrugg^Hannelore^^Dr.
        0032,1060 LO CT Kopf nativ
        0040,0244 DA 20240315
        0040,0245 TM 101112.125000
        0040,0253 SH 20240315101112
        0040,0254 LO CT Kopf nativ
        0040,1001 SH RP-881733
        0040,2016 LO P-20240315-17
        0040,2017 LO F-20240315-17
        """;

    /// <summary>Writes the series and gives the paths of its files.</summary>
    internal static List<string> Write(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        var files = new List<string>(count);
        for (var number = 1; number <= count; number++)
        {
            var path = Path.Combine(folder, $"IM{number:D4}.dcm");
            var dataset = Instance(number);
            new DicomFile(DicomFileMeta.Create(dataset, DicomTransferSyntax.ExplicitVRLittleEndian, "CT_MUSTERAU"), dataset).Save(path);
            files.Add(path);
        }

        return files;
    }

    private static DicomDataset Instance(int number)
    {
        var dataset = new DicomDataset();
        foreach (var line in Header.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var text = line.TrimEnd('\r');
            var value = text.Length > 13 ? text[13..] : string.Empty;
            var (tag, vr) = (DicomTag.Parse(text[..9]), DicomVR.Find(text[10..12])!);
            dataset.AddOrUpdate(vr.IsText ? DicomElement.FromText(tag, vr, value) : Number(tag, vr, value));
        }

        void Text(string tag, DicomVR vr, string value) => dataset.AddOrUpdate(DicomElement.FromText(DicomTag.Parse(tag), vr, value));
        var position = string.Create(CultureInfo.InvariantCulture, $"-125\\-{number % 125}.5\\{number}");
        Text("0008,0018", DicomVR.UI, $"{Root}.1.{number}");
        Text("0020,000D", DicomVR.UI, $"{Root}.2");
        Text("0020,000E", DicomVR.UI, $"{Root}.3");
        Text("0020,0052", DicomVR.UI, $"{Root}.4");
        Text("0020,0013", DicomVR.IS, number.ToString(CultureInfo.InvariantCulture));
        Text("0020,0032", DicomVR.DS, position);
        Text("0020,1041", DicomVR.DS, number.ToString(CultureInfo.InvariantCulture));
        dataset.AddOrUpdate(References("0008,1140", $"{Root}.1.1", "1.2.840.10008.5.1.4.1.1.2"));
        dataset.AddOrUpdate(References("0008,1111", $"{Root}.5", "1.2.840.10008.3.1.2.3.3"));
        dataset.AddOrUpdateUS(DicomTag.SamplesPerPixel, 1);
        dataset.AddOrUpdateUS(DicomTag.Rows, Matrix);
        dataset.AddOrUpdateUS(DicomTag.Columns, Matrix);
        dataset.AddOrUpdateUS(DicomTag.BitsAllocated, 16);
        dataset.AddOrUpdateUS(DicomTag.BitsStored, 12);
        dataset.AddOrUpdateUS(DicomTag.HighBit, 11);
        dataset.AddOrUpdateUS(DicomTag.PixelRepresentation, 0);
        dataset.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OW, Pixels(number)));
        return dataset;
    }

    private static DicomSequence References(string tag, string uid, string sopClass) => new(
        DicomTag.Parse(tag),
        new DicomDataset(
            DicomElement.FromText(DicomTag.ReferencedSOPClassUID, DicomVR.UI, sopClass),
            DicomElement.FromText(DicomTag.ReferencedSOPInstanceUID, DicomVR.UI, uid)));

    private static DicomElement Number(DicomTag tag, DicomVR vr, string value) => new(tag, vr, vr == DicomVR.FD
        ? BitConverter.GetBytes(double.Parse(value, CultureInfo.InvariantCulture))
        : BitConverter.GetBytes(short.Parse(value, CultureInfo.InvariantCulture)));

    // A head in air with noise, as densities + 1024: the search for names must walk over real-looking bytes.
    private static byte[] Pixels(int number)
    {
        var pixels = new byte[Matrix * Matrix * 2];
        var state = (uint)number * 2654435761;
        for (var i = 0; i < Matrix * Matrix; i++)
        {
            state = (state * 1664525) + 1013904223;
            var noise = (int)(state >> 27);
            var (x, y) = ((i % Matrix) - 256, (i / Matrix) - 256);
            var inside = (x * x) + (y * y) < 200 * 200;
            BitConverter.TryWriteBytes(pixels.AsSpan(i * 2), (ushort)((inside ? 1040 : 8) + noise));
        }

        return pixels;
    }
}
