using System.Text;
using Defacer.Dicom.Dictionary;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network.Services;
using Defacer.Testing;
using Xunit;

namespace Defacer.Dicom.Tests;

/// <summary>The conformance statement says what the program has; DEFACER_UPDATE_GOLDEN=1 rewrites its table.</summary>
public class ConformanceTests
{
    private const string Begin = "<!-- storage -->\n";
    private const string End = "<!-- /storage -->";
    private static readonly string s_path = Path.Combine(SharedData.RepositoryRoot, "install", "CONFORMANCE.md");

    [Fact]
    public void Statement_StorageClasses_AreThoseOfTheProvider()
    {
        var text = File.ReadAllText(s_path).ReplaceLineEndings("\n");
        var start = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        var table = Table();
        if (Environment.GetEnvironmentVariable("DEFACER_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(s_path, text[..start] + table + text[end..]);
            return;
        }

        Assert.Equal(table, text[start..end]);
    }

    [Fact]
    public void Statement_Implementation_IsWhatPeersSee()
    {
        var text = File.ReadAllText(s_path);

        Assert.Contains(DicomFileMeta.ImplementationClassUID, text, StringComparison.Ordinal);
        Assert.StartsWith("DEFACER_", DicomFileMeta.ImplementationVersionName, StringComparison.Ordinal);
    }

    private static string Table()
    {
        var table = new StringBuilder("| SOP class | UID |\n| --- | --- |\n");
        foreach (var uid in StorageSopClasses.All.Order(StringComparer.Ordinal))
        {
            table.Append("| ").Append(DicomDictionary.FindUid(uid)!.Name).Append(" | ").Append(uid).Append(" |\n");
        }

        return table.ToString();
    }
}
