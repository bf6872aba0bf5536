using Defacer.Imaging.Geometry;
using Xunit;

namespace Defacer.Imaging.Tests.Geometry;

public class Vector3Tests
{
    [Fact]
    public void ToString_AnyVector_GivesTheCoordinates() => Assert.Equal("(1, -0.5, 2)", new Vector3(1, -0.5, 2).ToString());

    [Fact]
    public void Cross_LeftAndPosterior_IsSuperior() =>
        Assert.Equal(new Vector3(0, 0, 1), new Vector3(1, 0, 0).Cross(new Vector3(0, 1, 0)));
}
