using System.CommandLine;
using System.Security.Cryptography;
using Defacer.Deidentify;
using Defacer.Deidentify.Keys;

namespace Defacer.Cli;

/// <summary><c>defacer key</c>: makes, shows and rotates the site's secret, and finds what it derives. Never prints the secret.</summary>
internal static class KeyVerb
{
    internal static Command Create() => new("key", "The site's secret, from which pseudonyms, UIDs and date shifts come.")
    {
        CreateVerb(), ShowVerb(), RotateVerb(), ActivateVerb(), PseudonymVerb(), UidVerb(), OpenLogVerb(),
    };

    private static Option<string> KeyOption() => new("--key")
    {
        Description = "The key file.",
        DefaultValueFactory = _ => "site.key",
    };

    private static Command CreateVerb()
    {
        var key = KeyOption();
        var command = new Command("create", "Make a key file, readable by its owner only.") { key };
        command.SetAction(parsed => Run(() =>
        {
            var path = parsed.GetValue(key)!;
            if (File.Exists(path))
            {
                Terminal.Error($"'{path}' exists; a new key would give every patient another pseudonym. To do that on purpose, use: key rotate.");
                return ExitCode.Failed;
            }

            var made = SiteKey.LoadOrCreate(path);
            Terminal.Line($"Key {made.Id} is in '{path}'. Back it up: without it no pseudonym repeats.");
            return made.IsNew ? ExitCode.Done : Fail($"The environment variable {SiteKey.EnvironmentVariable} holds a key; no file was made.");
        }));
        return command;
    }

    private static Command ShowVerb()
    {
        var key = KeyOption();
        var json = new Option<bool>("--json") { Description = "Print as JSON." };
        var command = new Command("show", "Print the ids of the keys of a file, the one in force first; never the keys.") { key, json };
        command.SetAction(parsed => Run(() =>
        {
            var path = parsed.GetValue(key)!;
            var ids = KeyFile.Read(path).Select(k => k.Id).ToList();
            var exposure = KeyFile.Exposure(path);
            if (parsed.GetValue(json))
            {
                Terminal.Json(new { File = path, InForce = ids[0], Earlier = ids[1..], Exposure = exposure });
            }
            else
            {
                Terminal.Table(["Key", "State"], ids.Select((id, i) => (IReadOnlyList<string>)[id, i == 0 ? "in force" : "earlier"]));
            }

            return exposure is null ? ExitCode.Done : Fail(exposure);
        }));
        return command;
    }

    private static Command RotateVerb()
    {
        var key = KeyOption();
        var command = new Command("rotate", "Put a new key in force and keep the earlier ones: every patient gets a new pseudonym from then on.") { key };
        command.SetAction(parsed => Run(() =>
        {
            var path = parsed.GetValue(key)!;
            var made = KeyFile.Rotate(path);
            Terminal.Line($"Key {made.Id} is in force in '{path}'. Back it up. A node refuses it until its spool's site-key.id is removed, so that no study gets two pseudonyms.");
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command ActivateVerb()
    {
        var key = KeyOption();
        var id = new Argument<string>("ID") { Description = "The id of an earlier key, from: key show." };
        var command = new Command("activate", "Put an earlier key in force again.") { id, key };
        command.SetAction(parsed => Run(() =>
        {
            Terminal.Line($"Key {KeyFile.Activate(parsed.GetValue(key)!, parsed.GetValue(id)!).Id} is in force.");
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command PseudonymVerb()
    {
        var key = KeyOption();
        var patient = new Argument<string>("PATIENT-ID") { Description = "The patient's number as (0010,0020) has it." };
        var issuer = new Option<string>("--issuer") { Description = "(0010,0021), where the images have it.", DefaultValueFactory = _ => string.Empty };
        var profile = new Option<string>("--profile") { Description = "The profile, for the shift of dates.", DefaultValueFactory = _ => "research" };
        var command = new Command("pseudonym", "Print the pseudonym of a patient under each key, and by how many days dates move.") { patient, issuer, profile, key };
        command.SetAction(parsed => Run(() =>
        {
            var rules = DeidentifyProfiles.Load(parsed.GetValue(profile)!);
            var (id, from) = (parsed.GetValue(patient)!, parsed.GetValue(issuer)!);
            Terminal.Table(["Key", "Pseudonym", "Days"], KeyFile.Read(parsed.GetValue(key)!).Select(k =>
                (IReadOnlyList<string>)[k.Id, k.Pseudonym(from, id), $"{k.ShiftDays(rules, from, id)}"]));
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command UidVerb()
    {
        var key = KeyOption();
        var uid = new Argument<string>("UID") { Description = "A UID as received." };
        var command = new Command("uid", "Print the UID that stands for another one under each key.") { uid, key };
        command.SetAction(parsed => Run(() =>
        {
            Terminal.Table(["Key", "UID"], KeyFile.Read(parsed.GetValue(key)!).Select(k =>
                (IReadOnlyList<string>)[k.Id, k.MapUid(parsed.GetValue(uid)!)]));
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command OpenLogVerb()
    {
        var log = new Argument<string>("LOG") { Description = "The file of Deidentify:ReidentificationLog." };
        var secret = new Option<string>("--private-key") { Description = "The private half of its key, PEM.", Required = true };
        var pseudonym = new Option<string?>("--pseudonym") { Description = "Only this pseudonym." };
        var command = new Command("open-log", "Print who stands behind the pseudonyms of a re-identification log.") { log, secret, pseudonym };
        command.SetAction(parsed => Run(() =>
        {
            var wanted = parsed.GetValue(pseudonym);
            Terminal.Json(ReidentificationLog.Read(parsed.GetValue(log)!, File.ReadAllText(parsed.GetValue(secret)!))
                .Where(e => wanted is null || e.Pseudonym == wanted).ToList());
            return ExitCode.Done;
        }));
        return command;
    }

    private static int Run(Func<int> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is InvalidDataException or Defacer.Deidentify.Profiles.ProfileException or CryptographicException)
        {
            return Fail(exception.Message);
        }
    }

    private static int Fail(string why)
    {
        Terminal.Error(why);
        return ExitCode.Failed;
    }
}
