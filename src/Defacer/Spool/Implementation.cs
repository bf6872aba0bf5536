using System.Reflection;

namespace Defacer.Spool;

/// <summary>How we name ourselves in files and associations (PS3.7 D.3.3.2).</summary>
public static class Implementation
{
    /// <summary>Implementation class UID: UUID-derived (PS3.5 B.2), fixed for this product.</summary>
    public const string ClassUid = "2.25.311640352977241519880163241987305118229";

    /// <summary>Implementation version name, at most 16 characters; administrators read it in captures.</summary>
    public static string VersionName { get; } = $"DEFACER_{Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}";
}
