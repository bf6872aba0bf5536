namespace Defacer.Dicom.Network.UpperLayer;

/// <summary>Events of the upper layer: the rows of PS3.8 Table 9-10.</summary>
internal enum Event
{
    /// <summary>A-ASSOCIATE request primitive.</summary>
    Evt1 = 1,

    /// <summary>Transport connection confirmed.</summary>
    Evt2,

    /// <summary>A-ASSOCIATE-AC received.</summary>
    Evt3,

    /// <summary>A-ASSOCIATE-RJ received.</summary>
    Evt4,

    /// <summary>Transport connection indicated.</summary>
    Evt5,

    /// <summary>A-ASSOCIATE-RQ received.</summary>
    Evt6,

    /// <summary>A-ASSOCIATE response primitive, accept.</summary>
    Evt7,

    /// <summary>A-ASSOCIATE response primitive, reject.</summary>
    Evt8,

    /// <summary>P-DATA request primitive.</summary>
    Evt9,

    /// <summary>P-DATA-TF received.</summary>
    Evt10,

    /// <summary>A-RELEASE request primitive.</summary>
    Evt11,

    /// <summary>A-RELEASE-RQ received.</summary>
    Evt12,

    /// <summary>A-RELEASE-RP received.</summary>
    Evt13,

    /// <summary>A-RELEASE response primitive.</summary>
    Evt14,

    /// <summary>A-ABORT request primitive.</summary>
    Evt15,

    /// <summary>A-ABORT received.</summary>
    Evt16,

    /// <summary>Transport connection closed.</summary>
    Evt17,

    /// <summary>ARTIM timer expired.</summary>
    Evt18,

    /// <summary>Unrecognized or invalid PDU received.</summary>
    Evt19,
}
