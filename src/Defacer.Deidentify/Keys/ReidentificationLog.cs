using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Keys;

/// <summary>Who stands behind a pseudonym; a line of the log.</summary>
/// <param name="Time">When the study was processed.</param>
/// <param name="Key">The id of the site key.</param>
/// <param name="Pseudonym">The new (0010,0020).</param>
/// <param name="PatientId">The received one.</param>
/// <param name="Issuer">The received (0010,0021).</param>
/// <param name="PatientName">The received name.</param>
/// <param name="AccessionNumber">The received number.</param>
/// <param name="StudyInstanceUID">The received UID.</param>
/// <param name="NewStudyInstanceUID">The new one.</param>
public sealed record ReidentificationEntry(
    DateTimeOffset Time, string Key, string Pseudonym, string PatientId, string Issuer, string PatientName,
    string AccessionNumber, string StudyInstanceUID, string NewStudyInstanceUID);

/// <summary>
/// An optional record of who stands behind each pseudonym, for incidental findings. It is encrypted to a public key
/// whose private half the site keeps elsewhere: the node can add to it and cannot read it. Each line has a key of its
/// own: RSA-OAEP with SHA-256 around AES-256-GCM.
/// </summary>
public sealed class ReidentificationLog
{
    private const int MinKeyBits = 3072;
    private const int KeyBytes = 32;
    private readonly string _path;
    private readonly string _pem;
    private readonly Lock _lock = new();

    /// <summary>A log in a file that is made when it is first written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="publicKeyPem">An RSA public key or certificate's key in PEM, of 3072 bits or more.</param>
    /// <exception cref="InvalidDataException">The key cannot be used.</exception>
    public ReidentificationLog(string path, string publicKeyPem)
    {
        _path = path;
        _pem = publicKeyPem;
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(publicKeyPem);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new InvalidDataException(
                "The public key of the re-identification log is no RSA key in PEM. Make one with: "
                + "openssl genrsa -out private.pem 4096; openssl rsa -in private.pem -pubout -out public.pem", e);
        }

        if (rsa.KeySize < MinKeyBits)
        {
            throw new InvalidDataException(
                $"The public key of the re-identification log has {rsa.KeySize} bits; it needs {MinKeyBits} or more.");
        }
    }

    /// <summary>The entry of a study: what it was received as and what became of it.</summary>
    public static ReidentificationEntry EntryOf(DicomDataset original, DicomDataset output, string key,
        DateTimeOffset time)
    {
        string Text(DicomDataset dataset, DicomTag tag) => dataset.GetString(tag) ?? string.Empty;

        return new ReidentificationEntry(time, key, Text(output, DicomTag.PatientID),
            Text(original, DicomTag.PatientID), Text(original, DicomTag.IssuerOfPatientID),
            Text(original, DicomTag.PatientName), Text(original, DicomTag.AccessionNumber),
            Text(original, DicomTag.StudyInstanceUID), Text(output, DicomTag.StudyInstanceUID));
    }

    /// <summary>Adds a line and waits until it is on disk.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Append(ReidentificationEntry entry)
    {
        var line = Encoding.ASCII.GetBytes(Encrypt(entry) + "\n");
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        lock (_lock)
        {
            using var stream = new FileStream(_path, options);
            stream.Write(line);
            stream.Flush(flushToDisk: true);
        }
    }

    /// <summary>Reads a log with the private key.</summary>
    /// <exception cref="InvalidDataException">A line is damaged, or was written for another key.</exception>
    public static IEnumerable<ReidentificationEntry> Read(string path, string privateKeyPem)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(privateKeyPem);
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            yield return Decrypt(line, rsa, number);
        }
    }

    private string Encrypt(ReidentificationEntry entry)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(entry);
        var key = RandomNumberGenerator.GetBytes(KeyBytes);
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var cipher = new byte[plain.Length];
        var tag = new byte[AesGcm.TagByteSizes.MaxSize];
        using var aes = new AesGcm(key, tag.Length);
        aes.Encrypt(nonce, plain, cipher, tag);
        using var rsa = RSA.Create();
        rsa.ImportFromPem(_pem);
        return string.Join('.', new[] { rsa.Encrypt(key, RSAEncryptionPadding.OaepSHA256), nonce, tag, cipher }
            .Select(Convert.ToBase64String));
    }

    private static ReidentificationEntry Decrypt(string line, RSA rsa, int number)
    {
        try
        {
            var parts = line.Split('.').Select(Convert.FromBase64String).ToArray();
            var plain = new byte[parts[3].Length];
            using var aes = new AesGcm(rsa.Decrypt(parts[0], RSAEncryptionPadding.OaepSHA256), parts[2].Length);
            aes.Decrypt(parts[1], parts[3], parts[2], plain);
            return JsonSerializer.Deserialize<ReidentificationEntry>(plain)!;
        }
        catch (Exception e) when (e is CryptographicException or FormatException or IndexOutOfRangeException
            or JsonException or ArgumentException)
        {
            throw new InvalidDataException($"Line {number} is damaged, or was written for another key.", e);
        }
    }
}
