namespace Defacer.Cli;

/// <summary>The command line asks for something that does not exist; the message says what to write.</summary>
internal sealed class UsageException(string message) : Exception(message);
