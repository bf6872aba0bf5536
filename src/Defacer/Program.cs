using System.CommandLine;
using Defacer.Cli;

var root = new RootCommand("Takes the face and the identity out of head scans on their way from a PACS to research.")
{
    ServeVerb.Create(),
};
return await root.Parse(args).InvokeAsync();
