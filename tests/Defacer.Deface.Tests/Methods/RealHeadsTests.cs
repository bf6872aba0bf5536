using Defacer.Deface.Methods;
using Defacer.Deface.Methods.Head;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Nifti;
using Defacer.Imaging.Volumes;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deface.Tests.Methods;

/// <summary>Heads with a brain mask: no voxel of brain is touched, the face and both ears go. One row of a table each.</summary>
public class RealHeadsTests(ITestOutputHelper output)
{
    private const double LeastFace = 0.99, LeastEar = 0.95;

    public static TheoryData<string> Names { get; } =
    [
        "IXI013-HH-1212", "IXI014-HH-1236", "IXI051-HH-1328", "IXI079-HH-1388", "IXI080-HH-1341", "IXI174-HH-1571",
        "IXI202-HH-1526", "IXI204-HH-1651", "IXI211-HH-1568", "IXI212-HH-1643", "IXI216-HH-1635", "IXI221-HH-1606",
        "IXI242-HH-1722", "IXI252-HH-1693", "IXI256-HH-1723", "IXI257-HH-1724", "IXI258-HH-1769", "IXI260-HH-1805",
        "IXI262-HH-1861", "IXI274-HH-2294", "IXI335-HH-1906", "IXI338-HH-1971", "IXI384-HH-2100", "IXI448-HH-2393",
        "IXI484-HH-2179", "IXI537-HH-2378", "IXI538-HH-2411", "IXI567-HH-2536", "IXI568-HH-2607",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Find_RealHead_TakesFaceAndEarsAndNoBrain(string name)
    {
        var token = TestContext.Current.CancellationToken;
        var folder = Archive.Unpack("heads", $"{name}.tar.xz");
        var volume = Load(folder, name, "T1");
        var brain = Load(folder, name, "brainmask");
        var finding = new DepthMask().Find(volume, DefaceMargins.Usual, token);
        Assert.Equal(HeadVerdict.Head, finding.Head.Verdict);
        var touched = Enumerable.Range(0, brain.Voxels.Length)
            .Count(i => brain.Voxels[i] > 0 && finding.Mask!.Labels[i] != MaskVolume.Keep);
        var scene = HeadScene.Prepare(volume, token);
        var (face, right, left) = Coverage(scene, finding.Mask!);
        output.WriteLine($"{name,-16} brain voxels {touched}, face {face:F4}, right ear {right:F3}, left ear {left:F3}");
        Assert.Equal(0, touched);
        Assert.True(face >= LeastFace);
        Assert.True(Math.Min(right, left) >= LeastEar);
    }

    private static Volume Load(string folder, string name, string kind) => NiftiFile
        .Read(Directory.GetFiles(folder, $"{name}_{kind}.nii*", SearchOption.AllDirectories).Single())
        .ToVolume(0, "MR");

    // Face: share of the skin below the brows and in front of the cheeks. Ears: share of the skin within 8 mm of the most
    // lateral point near each ear.
    private static (double Face, double Right, double Left) Coverage(HeadScene scene, MaskVolume mask)
    {
        var pose = scene.Fit!.Pose;
        var skin = Skin(scene);
        var face = skin.Where(p => pose.ToTemplate(p) is { Z: > -130 and < -14, Y: < -62 });
        return (Share(face, mask), Ear(-1), Ear(1));

        double Ear(int side)
        {
            var near = skin.Where(p => pose.ToTemplate(p) is var t && t.X * side > 55 && Math.Abs(t.Y - 12) < 28 && Math.Abs(t.Z + 38) < 38);
            var point = near.MaxBy(p => pose.ToHead(p).X * side);
            return Share(skin.Where(p => (p - point).Length <= 8), mask);
        }
    }

    private static double Share(IEnumerable<Vector3> points, MaskVolume mask)
    {
        var (count, masked) = (0, 0);
        foreach (var point in points)
        {
            var (c, r, s) = mask.Geometry.ToVoxel(point);
            count++;
            masked += mask.Labels[mask.Geometry.Index((int)Math.Round(c), (int)Math.Round(r), (int)Math.Round(s))] != 0 ? 1 : 0;
        }

        return masked / (double)count;
    }

    private static List<Vector3> Skin(HeadScene scene)
    {
        var (shape, found) = (scene.Grid.Shape, new List<Vector3>());
        for (var s = 2; s < shape.Slices - 2; s++)
        {
            for (var r = 2; r < shape.Rows - 2; r++)
            {
                for (var c = 2; c < shape.Columns - 2; c++)
                {
                    var body = scene.Body;
                    if (body[c, r, s] && !(body[c - 1, r, s] && body[c + 1, r, s] && body[c, r - 1, s] && body[c, r + 1, s]
                        && body[c, r, s - 1] && body[c, r, s + 1]))
                    {
                        found.Add(scene.Grid.ToPatient(c, r, s));
                    }
                }
            }
        }

        return found;
    }
}
