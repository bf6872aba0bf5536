using System.CommandLine;
using Defacer.Cli;

var verbs = new Dictionary<string, Func<Command>>(StringComparer.Ordinal)
{
    ["serve"] = ServeVerb.Create,
    ["deface"] = DefaceVerb.Create,
    ["deidentify"] = DeidentifyVerb.Create,
    ["send"] = SendVerb.Create,
    ["echo"] = EchoVerb.Create,
    ["find"] = FindVerb.Create,
    ["render"] = RenderVerb.Create,
    ["phantom"] = PhantomVerb.Create,
    ["demo"] = DemoVerb.Create,
    ["config"] = ConfigVerb.Create,
    ["jobs"] = JobsVerb.Create,
    ["key"] = KeyVerb.Create,
    ["dump"] = DumpVerb.Create,
    ["transcode"] = TranscodeVerb.Create,
    ["verify"] = VerifyVerb.Create,
    ["evaluate"] = EvaluateVerb.Create,
};

// The verb that is named is the only one that is made: all together take as long to make as a hundred files to treat.
var named = args.Length > 0 ? verbs.GetValueOrDefault(args[0]) : null;
var root = new RootCommand("Takes the face and the identity out of head scans on their way from a PACS to research.");
foreach (var create in verbs.Values)
{
    if (named is null || create == named)
    {
        root.Add(create());
    }
}

return await CommandLine.RunAsync(root, args);
