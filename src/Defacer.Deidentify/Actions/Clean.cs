using System.Diagnostics;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>
/// C: keep the meaning, remove the identity. There is no cleaner yet: <see cref="PlanNode"/> puts the Basic Profile's
/// action in the place of C, and a profile that asks for a cleaning option is refused when it is loaded.
/// </summary>
internal sealed class Clean : IElementAction
{
    public ActionCode Code => ActionCode.Clean;

    public DicomItem? Apply(DicomItem item, in ElementScope scope) =>
        throw new UnreachableException("C reached the engine without a cleaner.");
}
