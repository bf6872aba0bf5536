using System.CommandLine;
using System.Text;
using System.Text.Json;
using Defacer.Dicom.Data;
using Defacer.Dicom.Dictionary;
using Defacer.Dicom.Json;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Text;

namespace Defacer.Cli;

/// <summary><c>defacer find PEER KEY=VALUE...</c>: asks a peer what it has (C-FIND, study root).</summary>
internal static class FindVerb
{
    private static readonly string s_model = DicomUID.StudyRootQueryRetrieveInformationModelFind.UID;

    // What is asked for besides the keys given: what tells the matches apart, and how much each holds.
    private static readonly Dictionary<string, DicomTag[]> s_levels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["STUDY"] =
        [
            DicomTag.StudyDate, DicomTag.ModalitiesInStudy, DicomTag.StudyDescription, DicomTag.PatientID,
            DicomTag.StudyInstanceUID, DicomTag.NumberOfStudyRelatedSeries, DicomTag.NumberOfStudyRelatedInstances,
        ],
        ["SERIES"] =
        [
            DicomTag.Modality, DicomTag.SeriesDescription, DicomTag.StudyInstanceUID, DicomTag.SeriesInstanceUID,
            DicomTag.SeriesNumber, DicomTag.NumberOfSeriesRelatedInstances,
        ],
        ["IMAGE"] =
        [
            DicomTag.SOPClassUID, DicomTag.SOPInstanceUID, DicomTag.StudyInstanceUID, DicomTag.SeriesInstanceUID,
            DicomTag.InstanceNumber,
        ],
    };

    internal static Command Create()
    {
        var peer = new PeerArguments();
        var keys = new Argument<string[]>("KEY=VALUE")
        {
            Description = "Keys to match, by keyword or (gggg,eeee), with * and ? and ranges; KEY alone is returned.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var level = new Option<string>("--level")
        {
            Description = "study, series or image.",
            DefaultValueFactory = _ => "study",
        };
        level.AcceptOnlyFromAmong("study", "series", "image");
        var max = new Option<int>("--max")
        {
            Description = "Stop after this many matches.",
            DefaultValueFactory = _ => 1000,
        };
        var json = new Option<bool>("--json") { Description = "Print the matches as DICOM JSON." };
        var command = new Command("find", "Ask a peer what it has (C-FIND).") { keys, level, max, json };
        peer.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var identifier = Identifier(parsed.GetValue(level)!, parsed.GetValue(keys)!);
            return await RunAsync(
                peer.Resolve(parsed), identifier, parsed.GetValue(max), parsed.GetValue(json), cancellationToken);
        });
        return command;
    }

    /// <summary>The identifier of the question.</summary>
    /// <exception cref="UsageException">A key is unknown.</exception>
    internal static DicomDataset Identifier(string level, IEnumerable<string> keys)
    {
        var identifier = new DicomDataset();
        foreach (var tag in s_levels[level])
        {
            identifier.AddOrUpdate(new DicomElement(tag, VrOf(tag), default(ReadOnlyMemory<byte>)));
        }

        var isAscii = true;
        foreach (var key in keys)
        {
            var (name, value) = key.Split('=', 2) is [var n, var v] ? (n, v) : (key, string.Empty);
            if (!DicomTag.TryParse(name, out var tag))
            {
                throw new UsageException($"'{name}' is no key: write a keyword of PS3.6 or (gggg,eeee).");
            }

            isAscii &= Ascii.IsValid(value);
            identifier.AddOrUpdate(Element(tag, value));
        }

        identifier.AddOrUpdate(Element(DicomTag.QueryRetrieveLevel, level.ToUpperInvariant()));
        if (!isAscii)
        {
            identifier.AddOrUpdate(Element(DicomTag.SpecificCharacterSet, "ISO_IR 192"));
        }

        return identifier;
    }

    private static async Task<int> RunAsync(
        ClientOptions peer, DicomDataset identifier, int max, bool json, CancellationToken cancellationToken)
    {
        var matches = new List<DicomDataset>();
        try
        {
            await using var association = await DicomClient.ConnectAsync(
                peer,
                [ProposedContext.Uncompressed(s_model)],
                cancellationToken);
            var status = await association.FindAsync(
                s_model,
                identifier,
                match =>
                {
                    matches.Add(match);
                    return matches.Count < max;
                },
                cancellationToken);
            await association.ReleaseAsync(cancellationToken);
            if (status.State is not (DicomState.Success or DicomState.Cancel))
            {
                Terminal.Error($"{peer.CalledAeTitle} answers {status}.");
                return ExitCode.Failed;
            }
        }
        catch (AssociationException exception)
        {
            Terminal.Error($"{peer.CalledAeTitle} at {peer.Host}:{peer.Port}: {exception.Message}");
            return ExitCode.Failed;
        }

        Show(matches.Take(max), identifier, json);
        return ExitCode.Done;
    }

    private static void Show(IEnumerable<DicomDataset> matches, DicomDataset identifier, bool json)
    {
        if (json)
        {
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
            {
                writer.WriteStartArray();
                foreach (var match in matches)
                {
                    new DicomJsonWriter(writer, DicomJsonOptions.Default).Write(match);
                }

                writer.WriteEndArray();
            }

            Terminal.Line(Encoding.UTF8.GetString(stream.ToArray()));
            return;
        }

        var columns = identifier.Select(i => i.Tag)
            .Where(t => t != DicomTag.QueryRetrieveLevel && t != DicomTag.SpecificCharacterSet)
            .ToList();
        Terminal.Table(
            [.. columns.Select(t => t.Keyword)],
            matches.Select(m => (IReadOnlyList<string>)[.. columns.Select(t => string.Join('\\', m.GetStrings(t)))]));
    }

    private static DicomElement Element(DicomTag tag, string value)
    {
        var vr = VrOf(tag);
        var bytes = DicomCharacterSet.Utf8.Encode(value, vr);
        if (bytes.Length % 2 == 1)
        {
            bytes = [.. bytes, vr.Padding];
        }

        return new DicomElement(tag, vr, bytes);
    }

    private static DicomVR VrOf(DicomTag tag) => DicomDictionary.Find(tag) is { VRs: [var vr, ..] } ? vr : DicomVR.LO;
}
