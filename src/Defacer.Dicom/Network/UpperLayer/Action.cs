namespace Defacer.Dicom.Network.UpperLayer;

/// <summary>Actions of the upper layer (PS3.8 Tables 9-6 to 9-9); <c>AE6</c> is the standard's AE-6.</summary>
internal enum Action
{
    /// <summary>The event cannot happen in the state.</summary>
    None,

    /// <summary>Issue a transport connect request.</summary>
    AE1,

    /// <summary>Send A-ASSOCIATE-RQ.</summary>
    AE2,

    /// <summary>Issue A-ASSOCIATE confirmation, accept.</summary>
    AE3,

    /// <summary>Issue A-ASSOCIATE confirmation, reject; close the connection.</summary>
    AE4,

    /// <summary>Issue the transport connect response; start ARTIM.</summary>
    AE5,

    /// <summary>
    /// Stop ARTIM; acceptable: issue A-ASSOCIATE indication; else send A-ASSOCIATE-RJ and start ARTIM.
    /// </summary>
    AE6,

    /// <summary>Send A-ASSOCIATE-AC.</summary>
    AE7,

    /// <summary>Send A-ASSOCIATE-RJ and start ARTIM.</summary>
    AE8,

    /// <summary>Send P-DATA-TF.</summary>
    DT1,

    /// <summary>Issue P-DATA indication.</summary>
    DT2,

    /// <summary>Send A-RELEASE-RQ.</summary>
    AR1,

    /// <summary>Issue A-RELEASE indication.</summary>
    AR2,

    /// <summary>Issue A-RELEASE confirmation; close the connection.</summary>
    AR3,

    /// <summary>Send A-RELEASE-RP and start ARTIM.</summary>
    AR4,

    /// <summary>Stop ARTIM.</summary>
    AR5,

    /// <summary>Issue P-DATA indication.</summary>
    AR6,

    /// <summary>Send P-DATA-TF.</summary>
    AR7,

    /// <summary>Issue A-RELEASE indication (collision).</summary>
    AR8,

    /// <summary>Send A-RELEASE-RP.</summary>
    AR9,

    /// <summary>Issue A-RELEASE confirmation.</summary>
    AR10,

    /// <summary>Send A-ABORT (service user) and start or restart ARTIM.</summary>
    AA1,

    /// <summary>Stop ARTIM; close the connection.</summary>
    AA2,

    /// <summary>Issue A-ABORT or A-P-ABORT indication; close the connection.</summary>
    AA3,

    /// <summary>Issue A-P-ABORT indication.</summary>
    AA4,

    /// <summary>Stop ARTIM.</summary>
    AA5,

    /// <summary>Ignore the PDU.</summary>
    AA6,

    /// <summary>Send A-ABORT.</summary>
    AA7,

    /// <summary>Send A-ABORT (service provider), issue A-P-ABORT indication, start ARTIM.</summary>
    AA8,
}
