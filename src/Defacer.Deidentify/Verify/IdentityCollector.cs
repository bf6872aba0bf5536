using System.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Text;

namespace Defacer.Deidentify.Verify;

/// <summary>
/// Collects what files know about persons, at every depth. A study repeats itself: a value that equals the last one of
/// its attribute is not even decoded. Not safe for several threads; each collects for itself, then one absorbs the
/// others.
/// </summary>
public sealed class IdentityCollector
{
    private const int MaxValueLength = 256;
    private readonly HashSet<Found> _found = [];
    private readonly Dictionary<uint, (ReadOnlyMemory<byte> Bytes, DicomCharacterSet? Set)> _last = [];

    // What a value was found to say. The order is that in which they are searched and reported.
    private enum Role
    {
        Maker,
        Name,
        RawName,
        Date,
        Uid,
        Identifier,
        Place,
    }

    /// <summary>Adds a file.</summary>
    public void Add(DicomFile file)
    {
        var open = new Stack<DicomDataset>();
        open.Push(file.Dataset);
        open.Push(file.FileMetaInfo);
        while (open.TryPop(out var dataset))
        {
            foreach (var item in dataset)
            {
                if (item is DicomSequence sequence)
                {
                    foreach (var child in sequence.Items)
                    {
                        open.Push(child);
                    }
                }
                else if (item is DicomElement { Length: > 0, Bulk: null } element && RoleOf(element) is { } role)
                {
                    Add(dataset, element, role);
                }
            }
        }
    }

    /// <summary>Adds what another one found.</summary>
    public void Absorb(IdentityCollector other) => _found.UnionWith(other._found);

    /// <summary>The set to search for: only now all makers are known, whose names are no secret.</summary>
    /// <param name="retained">What the outputs may keep.</param>
    public IdentitySet Complete(RetainedIdentity retained = RetainedIdentity.None)
    {
        var found = _found.OrderBy(f => f.Role).ThenBy(f => f.Tag.Value).ThenBy(f => f.Value, StringComparer.Ordinal)
            .ToList();
        var open = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var value in found.Where(f => f.Role == Role.Maker || IsRetained(f, retained)).Select(f => f.Value))
        {
            open.Add(value);
            open.UnionWith(value.Split(IdentityForms.Separators, StringSplitOptions.RemoveEmptyEntries));
        }

        var forms = new IdentityForms(open);
        var uids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in found.Where(f => !IsRetained(f, retained) && !(f.Role == Role.Date && open.Contains(f.Value))))
        {
            AddForms(item, forms, uids);
        }

        return new IdentitySet(forms.Identities, uids, retained);
    }

    private static void AddForms(Found item, IdentityForms forms, HashSet<string> uids)
    {
        switch (item.Role)
        {
            case Role.Name:
                forms.AddName(item.Tag, item.Value);
                break;
            case Role.RawName:
                forms.AddRawName(item.Tag, item.Value);
                break;
            case Role.Date:
                forms.AddDate(item.Tag, item.Value);
                break;
            case Role.Uid:
                uids.Add(item.Value);
                forms.AddUid(item.Tag, item.Value);
                break;
            case Role.Identifier:
                forms.AddIdentifier(item.Tag, item.Value);
                break;
            case Role.Place:
                forms.AddPlace(item.Tag, item.Value);
                break;
            default:
                break;
        }
    }

    // The dates of birth and death are removed whatever dates are retained (PS3.15 Table E.1-1).
    private static bool IsRetained(Found item, RetainedIdentity retained) => item.Role switch
    {
        Role.Date => retained.HasFlag(RetainedIdentity.Dates)
            && !IdentifyingAttributes.Lifetime.Contains(item.Tag.Value),
        Role.Uid => retained.HasFlag(RetainedIdentity.Uids),
        Role.Identifier => retained.HasFlag(RetainedIdentity.Device)
            && IdentifyingAttributes.Devices.Contains(item.Tag.Value),
        Role.Place => retained.HasFlag(RetainedIdentity.Institution)
            && IdentifyingAttributes.Institutions.Contains(item.Tag.Value),
        _ => false,
    };

    private static Role? RoleOf(DicomElement element)
    {
        switch (element.VR.Code)
        {
            case "PN":
                return Role.Name;
            case "DA" or "DT":
                return Role.Date;
            case "UI":
                return IdentifyingAttributes.ClassUids.Contains(element.Tag.Value) ? null : Role.Uid;
            case "AE":
                return Role.Identifier;
            case "LO" when element.Tag == DicomTag.Manufacturer || element.Tag == DicomTag.ManufacturerModelName:
                return Role.Maker;
            case "LO" or "SH" or "ST" or "LT" or "UT" or "UC":
                return IdentifyingAttributes.Identifiers.Contains(element.Tag.Value) ? Role.Identifier
                    : IdentifyingAttributes.Places.Contains(element.Tag.Value) ? Role.Place
                    : null;
            default:
                return null;
        }
    }

    private void Add(DicomDataset dataset, DicomElement element, Role role)
    {
        var set = element.VR.UsesCharacterSet ? dataset.CharacterSet : null;
        if (_last.TryGetValue(element.Tag.Value, out var last) && last.Set == set
            && last.Bytes.Span.SequenceEqual(element.Value.Span))
        {
            return;
        }

        _last[element.Tag.Value] = (element.Value, set);
        foreach (var value in dataset.GetStrings(element.Tag))
        {
            if (value.Length is > 0 and <= MaxValueLength && Normal(role, value) is { } normal)
            {
                _found.Add(new Found(role, element.Tag, normal));
            }
        }

        if (role == Role.Name && element.Value.Span.Contains((byte)0x1B))
        {
            _found.Add(new Found(Role.RawName, element.Tag, Encoding.Latin1.GetString(element.Value.Span)));
        }
    }

    // Eight digits of a date; a UID that is no registered one.
    private static string? Normal(Role role, string value)
    {
        if (role == Role.Uid)
        {
            return value.StartsWith("1.2.840.10008.", StringComparison.Ordinal) ? null : value;
        }

        if (role != Role.Date)
        {
            return value;
        }

        var digits = string.Concat(value.Where(char.IsAsciiDigit).Take(8));
        return digits.Length < 8 || digits == IdentifyingAttributes.NoDate ? null : digits;
    }

    private readonly record struct Found(Role Role, DicomTag Tag, string Value);
}
