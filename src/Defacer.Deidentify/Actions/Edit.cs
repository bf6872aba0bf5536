using System.Text.RegularExpressions;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>What the profile's pattern finds in the value is replaced; where that cannot be done, the Basic Profile's
/// action holds.</summary>
internal sealed class Edit : IElementAction
{
    private const int MaxBytes = 64 * 1024;

    public ActionCode Code => ActionCode.Edit;

    public DicomItem? Apply(DicomItem item, in ElementScope scope)
    {
        if (item is not DicomElement { Length: <= MaxBytes } element || !element.VR.IsText)
        {
            return ElementActions.For(scope.Rule.Fallback).Apply(item, scope);
        }

        var filter = scope.Rule.Filter!;
        var characters = scope.Source.CharacterSet;
        var text = characters.Decode(element.Value.Span, element.VR).TrimEnd(' ', '\0');
        try
        {
            var edited = filter.Pattern!.Replace(text, filter.Replacement);
            return edited == text ? element
                : TextElement.Encode(element.Tag, element.VR, edited, characters)
                    ?? ElementActions.For(scope.Rule.Fallback).Apply(item, scope);
        }
        catch (RegexMatchTimeoutException)
        {
            return ElementActions.For(scope.Rule.Fallback).Apply(item, scope);
        }
    }
}

/// <summary>A profile's conditions on a value: the action holds where they are met, another one elsewhere.</summary>
/// <param name="When">The whole value must match, or null.</param>
/// <param name="Values">The value must be one of these, or null.</param>
/// <param name="Otherwise">What holds where they are not met.</param>
/// <param name="Pattern">What <see cref="ActionCode.Edit"/> replaces.</param>
/// <param name="Replacement">With what.</param>
internal sealed record ValueFilter(
    Regex? When, IReadOnlySet<string>? Values, ActionCode Otherwise, Regex? Pattern, string Replacement)
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>Whether every value of the element meets the conditions; what takes too long to match does
    /// not.</summary>
    internal bool Accepts(DicomElement element, DicomDataset source)
    {
        if (When is null && Values is null)
        {
            return true;
        }

        if (element.Length > MaxBytes || !element.VR.IsText)
        {
            return false;
        }

        try
        {
            foreach (var value in source.CharacterSet.DecodeValues(element.Value.Span, element.VR))
            {
                var text = value.Trim(' ', '\0');
                if ((Values is not null && !Values.Contains(text)) || (When is not null && !When.IsMatch(text)))
                {
                    return false;
                }
            }

            return true;
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
