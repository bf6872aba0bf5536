using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Defacer.Deidentify.Keys;
using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Text;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify;

/// <summary>
/// The site's secret, from which everything consistent is derived with HMAC-SHA-256: UIDs, pseudonyms. The same key
/// gives the same results on every node and after every restart; without it they can be neither linked nor reversed.
/// Losing it ends the consistency with what was sent before.
/// </summary>
public sealed class SiteKey
{
    /// <summary>The environment variable that may hold the key instead of a file.</summary>
    public const string EnvironmentVariable = "DEFACER_SITE_KEY";

    // Crockford's base 32: no letters that look like digits.
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    // PS3.5 §B.2: a UUID as a decimal number.
    private const string UuidRoot = "2.25.";
    private readonly byte[] _key;

    internal SiteKey(byte[] key, bool isNew)
    {
        _key = key;
        IsNew = isNew;
        Id = Convert.ToHexStringLower(HMACSHA256.HashData(key, "key-id"u8).AsSpan(0, 4));
    }

    /// <summary>Names the key without revealing it: eight hexadecimal digits, for reports and for telling keys
    /// apart.</summary>
    public string Id { get; }

    /// <summary>Whether the key was just created: the host must tell the administrator to back it up.</summary>
    public bool IsNew { get; }

    /// <summary>
    /// The key of the environment variable when that is set, else of the file; a file that does not exist is created,
    /// readable by its owner only.
    /// </summary>
    /// <exception cref="InvalidDataException">What is there is no site key.</exception>
    public static SiteKey LoadOrCreate(string path)
    {
        if (Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } text)
        {
            return KeyFile.Parse(text, $"environment variable {EnvironmentVariable}")[0];
        }

        if (!File.Exists(path) && KeyFile.TryCreate(path) is { } created)
        {
            return created;
        }

        return KeyFile.Read(path)[0];
    }

    /// <summary>Whole days by which a patient's dates move under a profile that moves them; zero elsewhere.</summary>
    public int ShiftDays(Profile profile, string issuer, string patientId) =>
        profile.Dates == DateTreatment.Shifted ? ShiftOf(issuer, patientId, profile.DateShift).Days : 0;

    internal string ToBase64() => Convert.ToBase64String(_key);

    /// <summary>A key of given bytes, for tests and tools.</summary>
    /// <exception cref="ArgumentException">The key is shorter than 32 bytes.</exception>
    public static SiteKey FromBytes(ReadOnlySpan<byte> key) => key.Length >= KeyFile.KeyBytes
        ? new SiteKey(key.ToArray(), isNew: false)
        : throw new ArgumentException($"A site key has {KeyFile.KeyBytes} bytes or more.", nameof(key));

    /// <summary>The UID that stands for another one: 2.25 and a UUID in decimal (PS3.5 §B.2), at most 44
    /// characters.</summary>
    public string MapUid(string uid)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Hash("uid", uid.AsSpan().Trim(" \0"), hash);
        // RFC 9562: version 8 (free form), variant 10.
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return UuidRoot + Decimal(hash);
    }

    // Every reference of every instance comes through here: UInt128 takes four times as long.
    private static string Decimal(ReadOnlySpan<byte> uuid)
    {
        const uint Billion = 1_000_000_000;
        const int MaxDigits = 39;
        Span<uint> limbs = stackalloc uint[4];
        for (var i = 0; i < limbs.Length; i++)
        {
            limbs[i] = BinaryPrimitives.ReadUInt32BigEndian(uuid[(i * 4)..]);
        }

        Span<char> digits = stackalloc char[MaxDigits];
        var first = MaxDigits;
        for (var at = MaxDigits; at > 0;)
        {
            ulong rest = 0;
            for (var i = 0; i < limbs.Length; i++)
            {
                (var quotient, rest) = Math.DivRem((rest << 32) | limbs[i], Billion);
                limbs[i] = (uint)quotient;
            }

            for (var end = Math.Max(0, at - 9); at > end; rest /= 10)
            {
                digits[--at] = (char)('0' + (rest % 10));
                first = digits[at] == '0' ? first : at;
            }
        }

        return new string(digits[Math.Min(first, MaxDigits - 1)..]);
    }

    /// <summary>The pseudonym of a patient: 16 characters. The issuer keeps equal numbers of two hospitals
    /// apart.</summary>
    public string Pseudonym(string issuer, string patientId) =>
        "DF-" + Encode("patient", issuer + "\0" + patientId, 13);

    /// <summary>The shift of a patient's dates: the same for all studies, at least a day back.</summary>
    internal DateShift ShiftOf(string issuer, string patientId, DateShiftSettings settings)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Hash("date-shift", issuer + "\0" + patientId, hash);
        var unit = settings.WholeWeeks ? 7 : 1;
        // 64 bits modulo at most some thousands: the bias is below one in 10^15.
        var steps = 1 + (int)(BinaryPrimitives.ReadUInt64BigEndian(hash) % (ulong)Math.Max(1, settings.MaxDays / unit));
        var seconds = settings.MovesTimes ? 1 + (int)(BinaryPrimitives.ReadUInt64BigEndian(hash[8..]) % 86_399) : 0;
        return new DateShift(-steps * unit, -seconds);
    }

    /// <summary>A pseudonym for the value of an attribute, of at most 16 characters.</summary>
    internal string Derive(DicomTag tag, string value, int length) => Encode(tag.ToString(), value, length);

    private string Encode(string purpose, string value, int length)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Hash(purpose, value, hash);
        Span<char> text = stackalloc char[length];
        for (var i = 0; i < length; i++)
        {
            // 256 is a multiple of 32: every digit is equally likely.
            text[i] = Digits[hash[i] & 31];
        }

        return new string(text);
    }

    // The purpose, a zero byte, the value: no two purposes give the same input.
    private void Hash(string purpose, ReadOnlySpan<char> value, Span<byte> hash)
    {
        Span<byte> input = stackalloc byte[512];
        var length = Encoding.UTF8.GetByteCount(purpose) + 1 + Encoding.UTF8.GetByteCount(value);
        if (length > input.Length)
        {
            input = new byte[length];
        }

        var at = Encoding.UTF8.GetBytes(purpose, input);
        input[at++] = 0;
        at += Encoding.UTF8.GetBytes(value, input[at..]);
        HMACSHA256.HashData(_key, input[..at], hash);
    }
}
