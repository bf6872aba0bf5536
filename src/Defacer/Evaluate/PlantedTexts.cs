namespace Defacer.Evaluate;

/// <summary>
/// Where identity is planted, a line an attribute: path, VR, category, text. Fields in braces must go; what stands
/// after a bar must stay where descriptions are cleaned.
/// </summary>
internal static class PlantedTexts
{
    internal const string Lines = """
        0010,0010 PN HIPAA-A {family}^{given}
        0010,0020 LO HIPAA-H {id}
        0010,0021 LO HIPAA-H {hospital}
        0010,0030 DA HIPAA-C {born}
        0010,1000 LO HIPAA-H {idbare}
        0010,1001 PN HIPAA-A {maiden}^{given}
        0010,1005 PN HIPAA-A {maiden}^{given}
        0010,1040 LO HIPAA-B {street} 12, {city}
        0010,1060 PN HIPAA-A {maiden}
        0010,1080 LO HIPAA-R Major {family}
        0010,1090 LO HIPAA-H {idbare}
        0010,2150 LO HIPAA-B {city}
        0010,2152 LO HIPAA-B {city}
        0010,2154 SH HIPAA-D {phone}
        0010,2155 LT HIPAA-F {mail}
        0010,21B0 LT DICOM-P15-C {given} {family}, born {born.}, lives in {city}
        0010,2297 PN HIPAA-A {operator}^{family}
        0010,4000 LT DICOM-P15-C call {phone} or {mail}
        0008,0050 SH HIPAA-H {accession}
        0008,0080 LO HIPAA-B {hospital}
        0008,0081 ST HIPAA-B {street} 3, {city}
        0008,0090 PN HIPAA-A {doctor}^Anton^^Dr.
        0008,0092 ST HIPAA-B {street} 5
        0008,0094 SH HIPAA-D {phone}
        0008,009C PN HIPAA-A {doctor}^Anton
        0008,1010 SH HIPAA-M {serial}
        0008,1030 LO DICOM-P15-C MRI BRAIN {FAMILY} {born.}|BRAIN
        0008,103E LO DICOM-P15-C T1 AXIAL {family}, {given}|AXIAL
        0008,1040 LO HIPAA-B {hospital} Neuro
        0008,1048 PN HIPAA-A {doctor}^Anton
        0008,1050 PN HIPAA-A {doctor}^Anton
        0008,1060 PN HIPAA-A {doctor}^Anton
        0008,1070 PN HIPAA-A {operator}^Eva
        0008,1080 LO DICOM-P15-C Seizures of {given} since {visit/}
        0008,2111 ST DICOM-P15-C from {accession} by {operator}
        0018,1000 LO HIPAA-M {serial}
        0018,1030 LO DICOM-P15-C HEAD ROUTINE {given}_{family}|ROUTINE
        0018,4000 LT DICOM-P15-C scanned by {operator}
        0020,0010 SH HIPAA-H {visit}
        0020,4000 LT DICOM-P15-C see {idbare}, {visit-}
        0032,1032 PN HIPAA-A {doctor}^Anton
        0032,1033 LO HIPAA-B {hospital}
        0032,1060 LO DICOM-P15-C CT BRAIN for Dr. {doctor}|BRAIN
        0032,4000 LT DICOM-P15-C {family} wants a copy, {phone}
        0038,0010 LO HIPAA-H {id}
        0038,0300 LO HIPAA-B {hospital} 4b
        0038,0500 LO DICOM-P15-C {given} walks
        0038,4000 LT DICOM-P15-C visit of {visit/}
        0040,0006 PN HIPAA-A {operator}^Eva
        0040,0241 AE HIPAA-M {serial}
        0040,0242 SH HIPAA-M {serial}
        0040,0243 SH HIPAA-B {city}
        0040,0253 SH HIPAA-H {accession}
        0040,0254 LO DICOM-P15-C MR HEAD {accession}|MR
        0040,0280 ST DICOM-P15-C repeated, {family} moved
        0040,1001 SH HIPAA-H {accession}
        0040,1010 PN HIPAA-A {doctor}^Anton
        0040,1400 LT DICOM-P15-C {given} is deaf
        0040,2001 LO DICOM-P15-C asked by {doctor}
        0040,2016 LO HIPAA-H {accession}
        0040,2017 LO HIPAA-H {accession}
        0040,2400 LT DICOM-P15-C {hospital} pays
        0012,0040 LO HIPAA-R {idbare}
        0012,0031 LO HIPAA-B {hospital}
        4008,0114 PN HIPAA-A {doctor}^Anton
        4008,0300 ST DICOM-P15-C {family}: no finding
        0008,1110/0008,1155 UI DICOM-P15-U {uid1}
        0008,1111/0008,1155 UI DICOM-P15-U {uid2}
        0008,1140/0008,1155 UI DICOM-P15-U {self}
        0008,1140/0040,A170/0008,0104 LO DICOM-P15-C prior of {family}
        0008,2112/0008,1155 UI DICOM-P15-U {uid3}
        0040,0275/0032,1060 LO DICOM-P15-C BRAIN {family} {idbare}|BRAIN
        0040,0275/0040,0007 LO DICOM-P15-C SPINE of {given}|SPINE
        0040,0275/0040,0009 SH HIPAA-H {accession}
        0040,0275/0040,1001 SH HIPAA-H {accession}
        0040,0275/0040,0008/0040,A043/0008,0104 LO DICOM-P15-C protocol of {doctor}
        0010,1002/0010,0020 LO HIPAA-H {idbare}
        0008,1049/0040,1102 ST HIPAA-B {street} 1
        0008,1072/0040,1103 LO HIPAA-D {phone}
        0400,0561/0400,0550/0010,0010 PN HIPAA-A {family}^{given}
        0400,0561/0400,0564 LO HIPAA-B {hospital}
        0008,1250/0008,103E LO DICOM-P15-C CORONAL {given}
        0009,0010 LO DICOM-P15-PRIVATE PLANTED 1
        0009,1001 LO DICOM-P15-PRIVATE {family}^{given}
        0009,1002 UN DICOM-P15-PRIVATE {id} {doctor}
        0009,1003/0010,0010 PN DICOM-P15-PRIVATE {family}^{given}
        0009,1003/0009,1004 UT DICOM-P15-PRIVATE {mail} {phone}
        """;

    /// <summary>What nobody is known by and research needs: tag, VR, value.</summary>
    internal const string Kept = """
        0020,0011 IS 3
        0020,0012 IS 1
        0018,0015 CS HEAD
        0018,5100 CS HFS
        0018,0050 DS 1.5
        0018,0060 DS 120
        0018,0080 DS 2000
        0018,0081 DS 30
        0018,0087 DS 3
        0018,1314 DS 9
        0018,0020 CS SE
        0018,0023 CS 3D
        0018,0088 DS 1.5
        0018,1150 IS 500
        0018,1151 IS 200
        0018,1120 DS 0
        0018,0091 IS 1
        0020,1041 DS 12.5
        """;

    /// <summary>Dates of the patient's visits, which move together where an option says so.</summary>
    internal static readonly string[] Dates = ["0008,0020", "0008,0021", "0008,0022", "0008,0023", "0008,002A", "0040,0244"];
}
