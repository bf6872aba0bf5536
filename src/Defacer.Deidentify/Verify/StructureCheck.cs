using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Deidentify.Verify;

/// <summary>Checks that an output says what PS3.15 E.1.1 asks for, and that nothing is in it that has no place
/// there.</summary>
internal static class StructureCheck
{
    private const int MaxProblems = 20;

    internal static List<string> Run(DicomFile file, RetainedIdentity retained)
    {
        var problems = new List<string>();
        CheckMeta(file, problems);
        CheckMarks(file.Dataset, retained, problems);
        var open = new Stack<DicomDataset>();
        open.Push(file.Dataset);
        while (open.TryPop(out var dataset) && problems.Count < MaxProblems)
        {
            foreach (var item in dataset)
            {
                CheckItem(dataset, item, problems);
                if (item is DicomSequence sequence)
                {
                    foreach (var child in sequence.Items)
                    {
                        open.Push(child);
                    }
                }
            }
        }

        return problems;
    }

    private static void CheckMeta(DicomFile file, List<string> problems)
    {
        var meta = file.FileMetaInfo;
        foreach (var remark in file.Remarks)
        {
            problems.Add($"the file is irregular: {remark.Kind}");
        }

        Require(file.Preamble.Span.IndexOfAnyExcept((byte)0) < 0, "the preamble is not zero", problems);
        Require(
            meta.GetString(DicomTag.MediaStorageSOPInstanceUID) == file.Dataset.GetString(DicomTag.SOPInstanceUID),
            "(0002,0003) differs from (0008,0018)", problems);
        Require(
            meta.GetString(DicomTag.MediaStorageSOPClassUID) == file.Dataset.GetString(DicomTag.SOPClassUID),
            "(0002,0002) differs from (0008,0016)", problems);
        foreach (var tag in IdentifyingAttributes.ForbiddenMeta)
        {
            if (meta.Contains(tag))
            {
                problems.Add($"{tag} is in the file meta information");
            }
        }
    }

    private static void CheckMarks(DicomDataset dataset, RetainedIdentity retained, List<string> problems)
    {
        var codes = dataset.GetItems(DicomTag.DeidentificationMethodCodeSequence)
            .Select(i => i.GetString(DicomTag.CodeValue)).ToHashSet();
        Require(dataset.GetString(DicomTag.PatientIdentityRemoved) == "YES", "(0012,0062) is not YES", problems);
        Require(
            dataset.GetString(DicomTag.DeidentificationMethod) is not null || codes.Count > 0,
            "neither (0012,0063) nor (0012,0064) names a method", problems);
        var dates = dataset.GetString(DicomTag.LongitudinalTemporalInformationModified);
        Require(dates is "REMOVED" or "MODIFIED" or "UNMODIFIED", "(0028,0303) is missing or undefined", problems);
        Require(
            dates is not "UNMODIFIED" || retained.HasFlag(RetainedIdentity.Dates),
            "(0028,0303) says that dates are as they were, and they may not be", problems);
        Require(
            dates is not "MODIFIED" || (retained & (RetainedIdentity.Dates | RetainedIdentity.MovedDates)) != RetainedIdentity.None,
            "(0028,0303) says that dates were moved, and they may not be kept", problems);
        Require(
            (RetainedIdentities.FromCodes(codes.OfType<string>()) & ~retained) == RetainedIdentity.None,
            "(0012,0064) claims to retain what may not be retained", problems);
        Require(
            !codes.Contains("113101") || dataset.GetString(DicomTag.BurnedInAnnotation) != "YES",
            "113101 is claimed and (0028,0301) is YES", problems);
        Require(
            !codes.Contains("113102") || dataset.GetString(DicomTag.RecognizableVisualFeatures) == "NO",
            "113102 is claimed and (0028,0302) is not NO", problems);
        Require(
            dataset.GetItems(DicomTag.DeidentificationMethodCodeSequence).All(i => i.Contains(DicomTag.CodeMeaning)),
            "a method code has no meaning", problems);
    }

    // Texts are made only where something is wrong: this runs for every attribute of every output.
    private static void CheckItem(DicomDataset dataset, DicomItem item, List<string> problems)
    {
        var tag = item.Tag;
        if (tag.IsGroupLength)
        {
            problems.Add($"{tag} is a group length, void after the change");
        }

        if (tag.Group is not (>= 8 and < 0xFFFC))
        {
            problems.Add($"{tag} has no place in a data set");
        }

        if (tag.Group is >= 0x5000 and <= 0x501E)
        {
            problems.Add($"{tag} is a curve");
        }

        if (tag.IsPrivate)
        {
            CheckPrivate(dataset, tag, problems);
        }

        if (item is DicomElement element && element.Length % 2 != 0)
        {
            problems.Add($"{tag} has an odd length");
        }
    }

    private static void CheckPrivate(DicomDataset dataset, DicomTag tag, List<string> problems)
    {
        if (!tag.IsPrivateCreator)
        {
            if (dataset.GetPrivateCreator(tag) is null)
            {
                problems.Add($"{tag} is private without a creator");
            }
        }
        else if (!dataset.Any(i => i.Tag.Group == tag.Group && i.Tag.CreatorTag == tag && !i.Tag.IsPrivateCreator))
        {
            problems.Add($"{tag} reserves an empty private block");
        }
    }

    private static void Require(bool condition, string problem, List<string> problems)
    {
        if (!condition)
        {
            problems.Add(problem);
        }
    }
}
