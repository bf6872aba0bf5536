namespace Defacer.Deface.Fill;

/// <summary>The same value everywhere.</summary>
/// <param name="value">In the unit of the modality.</param>
internal sealed class ConstantFill(double value) : IFillValues
{
    public double At(int voxel) => value;
}
