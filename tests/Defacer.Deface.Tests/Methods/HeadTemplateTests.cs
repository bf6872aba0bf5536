using Defacer.Deface.Methods.Head;
using Defacer.Imaging.Geometry;
using Xunit;

namespace Defacer.Deface.Tests.Methods;

/// <summary>What is skipped on the way through the mean head is what could change nothing.</summary>
public class HeadTemplateTests
{
    private static readonly HeadPose s_pose = new(3, -5, 8, 0.1, 0.05, -0.1, 0.08, -0.05, 0.02);

    [Fact]
    public void BrainFront_EveryColumn_IsWhereAPlainMarchMeetsBrain()
    {
        var (scale, brain) = (s_pose.Scale, HeadTemplate.Mean.Brain);
        for (var u = -110.0; u <= 110; u += 7)
        {
            for (var v = -210.0; v <= 40; v += 5)
            {
                var y = -110.0;
                while (y < FaceRegion.SideY && brain.At(new Vector3(u / scale.X, y, v / scale.Z)) < FaceRegion.BrainShare)
                {
                    y++;
                }

                var expected = y < FaceRegion.SideY ? (y * scale.Y) - FaceRegion.BrainRimMm : double.PositiveInfinity;
                Assert.Equal(expected, HeadCutter.BrainFront(s_pose, u, v));
            }
        }
    }

    [Fact]
    public void BrainCells_AnyPlace_SayWhatTheFieldSays()
    {
        var (random, template) = (new Random(5), HeadTemplate.Mean);
        var (above, count) = (0, 100_000);
        for (var i = 0; i < count; i++)
        {
            var place = new Vector3(random.Next(-1200, 1200) / 10.0, random.Next(-1400, 1400) / 10.0, random.Next(-1500, 1200) / 10.0);
            var expected = template.Brain.At(place) >= 0.5;
            above += expected ? 1 : 0;
            Assert.Equal(expected, template.BrainCells.IsAbove(place));
        }

        Assert.InRange(above, count / 20, count * 3 / 4);
    }
}
