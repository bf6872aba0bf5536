using Defacer.Deface.Study;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;
using Xunit;

namespace Defacer.Deface.Tests.Study;

public class MaskUnionTests
{
    [Fact]
    public void Add_OtherOrientationAndSpacing_MarksTheSamePlaces()
    {
        var source = new MaskVolume(Axial(20, 20, 20, 2, new Vector3(0, 0, 0)));
        source.Labels[source.Geometry.Index(10, 10, 10)] = MaskVolume.Face;
        var place = source.Geometry.ToPatient(10, 10, 10);
        var target = new MaskVolume(Sagittal(40, 40, 40, 1, new Vector3(0, 0, 0)));
        MaskUnion.Add(target, source, TestContext.Current.CancellationToken);
        var (c, r, s) = target.Geometry.ToVoxel(place);
        Assert.Equal(MaskVolume.Face, target.Labels[target.Geometry.Index((int)c, (int)r, (int)s)]);
        Assert.InRange(target.Labels.Count(l => l != 0), 8, 27);
    }

    [Fact]
    public void Add_TargetSeesFartherForward_GoesOnInFrontAndNowhereElse()
    {
        var source = new MaskVolume(Axial(20, 20, 20, 2, new Vector3(0, 0, 0)));
        for (var i = 0; i < source.Labels.Length; i++)
        {
            source.Labels[i] = i / 20 % 20 < 5 ? MaskVolume.Face : MaskVolume.Keep;
        }

        // 30 mm more on every side.
        var target = new MaskVolume(Axial(50, 50, 50, 2, new Vector3(-30, -30, -30)));
        MaskUnion.Add(target, source, TestContext.Current.CancellationToken);
        Assert.Equal(MaskVolume.Face, LabelAt(target, new Vector3(20, -28, 20)));
        Assert.Equal(MaskVolume.Keep, LabelAt(target, new Vector3(-28, 4, 20)));
        Assert.Equal(MaskVolume.Keep, LabelAt(target, new Vector3(20, 4, 66)));
        Assert.Equal(MaskVolume.Keep, LabelAt(target, new Vector3(20, 60, 20)));
    }

    [Fact]
    public void Add_ThickSlices_TakeWhatTouchesThemAnywhere()
    {
        var source = new MaskVolume(Axial(20, 20, 40, 1, new Vector3(0, 0, 0)));
        for (var i = 0; i < 400; i++)
        {
            source.Labels[(13 * 400) + i] = MaskVolume.Face;
        }

        var target = new MaskVolume(new VolumeGeometry(
            20, 20, new Vector3(1, 0, 0), new Vector3(0, 1, 0), [.. Enumerable.Range(0, 4).Select(k => new Vector3(0, 0, k * 10))]));
        MaskUnion.Add(target, source, TestContext.Current.CancellationToken);
        Assert.Equal(MaskVolume.Face, target.Labels[target.Geometry.Index(10, 10, 1)]);
        Assert.Equal(MaskVolume.Keep, target.Labels[target.Geometry.Index(10, 10, 3)]);
    }

    private static byte LabelAt(MaskVolume mask, Vector3 place)
    {
        var (c, r, s) = mask.Geometry.ToVoxel(place);
        return mask.Labels[mask.Geometry.Index((int)Math.Round(c), (int)Math.Round(r), (int)Math.Round(s))];
    }

    private static VolumeGeometry Axial(int columns, int rows, int slices, double mm, Vector3 origin) => new(
        columns, rows, new Vector3(mm, 0, 0), new Vector3(0, mm, 0),
        [.. Enumerable.Range(0, slices).Select(k => origin + new Vector3(0, 0, k * mm))]);

    private static VolumeGeometry Sagittal(int columns, int rows, int slices, double mm, Vector3 origin) => new(
        columns, rows, new Vector3(0, mm, 0), new Vector3(0, 0, mm),
        [.. Enumerable.Range(0, slices).Select(k => origin + new Vector3(k * mm, 0, 0))]);
}
