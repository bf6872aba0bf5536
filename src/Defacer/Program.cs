using System.CommandLine;
using Defacer.Cli;

var root = new RootCommand("Takes the face and the identity out of head scans on their way from a PACS to research.")
{
    ServeVerb.Create(), DefaceVerb.Create(), DeidentifyVerb.Create(), SendVerb.Create(), EchoVerb.Create(),
    RenderVerb.Create(), PhantomVerb.Create(), DemoVerb.Create(), ConfigVerb.Create(), JobsVerb.Create(),
};

// The verbs end cleanly at Ctrl-C and SIGTERM; a node finishes what is in flight first, within its own drain time.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(5) });
