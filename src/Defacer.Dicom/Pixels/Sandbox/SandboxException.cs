namespace Defacer.Dicom.Pixels.Sandbox;

/// <summary>Why a guest was stopped.</summary>
internal enum SandboxFault
{
    /// <summary>The codec itself reported an error.</summary>
    Reported,

    /// <summary>It did not end within its time.</summary>
    Deadline,

    /// <summary>It did what no program may: an access outside its memory, no memory left, a stack too deep.</summary>
    Trap,

    /// <summary>It asked for what a codec has no need of, or answered what makes no sense.</summary>
    Refused,
}

/// <summary>A guest failed; the instance it ran in is gone, and nothing else was touched.</summary>
internal sealed class SandboxException(SandboxFault fault, string message, Exception? inner = null)
    : Exception(message, inner)
{
    internal SandboxFault Fault { get; } = fault;
}
