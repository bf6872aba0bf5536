using System.Text;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>
/// U: every value becomes the UID that the site's key derives from it; registered UIDs (1.2.840.10008) stay, because
/// they name classes and well-known frames of reference, not things.
/// </summary>
internal sealed class MapUid : IElementAction
{
    private const string DicomRoot = "1.2.840.10008.";

    public ActionCode Code => ActionCode.MapUid;

    public DicomItem? Apply(DicomItem item, in ElementScope scope) =>
        item is DicomElement element ? Map(element, scope.Instance.Key) : null;

    /// <summary>The element with its UIDs replaced; the same element when all stay.</summary>
    internal static DicomElement Map(DicomElement element, SiteKey key)
    {
        // A UID element has few values of at most 64 characters; what is longer holds something else.
        if (element.Length is 0 || element.Bulk is not null)
        {
            return element.Length == 0 ? element
                : new DicomElement(element.Tag, DicomVR.UI, ReadOnlyMemory<byte>.Empty);
        }

        var text = Encoding.Latin1.GetString(element.Value.Span);
        var values = text.Split('\\');
        var changed = false;
        for (var i = 0; i < values.Length; i++)
        {
            var uid = values[i].Trim(' ', '\0');
            if (uid.Length > 0 && !IsRegistered(uid))
            {
                values[i] = key.MapUid(uid);
                changed = true;
            }
        }

        return changed ? DummyValues.Element(element.Tag, DicomVR.UI, string.Join('\\', values)) : element;
    }

    internal static bool IsRegistered(string uid) =>
        uid.StartsWith(DicomRoot, StringComparison.Ordinal) && DicomUID.IsValid(uid);
}
