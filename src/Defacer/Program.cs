using System.CommandLine;
using Defacer.Cli;

var root = new RootCommand("Takes the face and the identity out of head scans on their way from a PACS to research.")
{
    ServeVerb.Create(), DefaceVerb.Create(), DeidentifyVerb.Create(), SendVerb.Create(), EchoVerb.Create(), FindVerb.Create(),
    RenderVerb.Create(), PhantomVerb.Create(), DemoVerb.Create(), ConfigVerb.Create(), JobsVerb.Create(),
    KeyVerb.Create(), DumpVerb.Create(), TranscodeVerb.Create(),
    VerifyVerb.Create(), EvaluateVerb.Create(),
};

return await CommandLine.RunAsync(root, args);
