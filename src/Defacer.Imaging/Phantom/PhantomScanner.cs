using System.Numerics;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;
using Vector3 = System.Numerics.Vector3;

namespace Defacer.Imaging.Phantom;

/// <summary>
/// Samples the head model on slices: several points a voxel where voxels are large, soft edges, bias and noise.
/// </summary>
internal sealed class PhantomScanner
{
    // Blocks of pixels that are all air are found by one look at their middle.
    private const int BlockPixels = 8;
    private const float PointMm = 1.3f;
    private const int MostPoints = 4;
    private const float MrNoise = 16;
    private const float CtNoise = 9;
    private const float FaceDepthMm = 10;
    private readonly PhantomOptions _options;
    private readonly HeadParameters _parameters;
    private readonly HeadModel _model;
    private readonly VolumeGeometry _geometry;
    private readonly Matrix4x4 _toHead;
    private readonly float[] _contrast;
    private readonly Vector3[] _points;
    private readonly float _edgeMm;

    public PhantomScanner(PhantomOptions options)
    {
        _options = options;
        _parameters = options.Head ?? HeadParameters.FromSeed(options.Seed);
        _model = new HeadModel(_parameters);
        _geometry = options.ToGeometry();
        _contrast = TissueContrast.Of(options.Modality);
        var pose = Matrix4x4.CreateRotationX(Radians(options.PitchDegrees))
            * Matrix4x4.CreateRotationZ(Radians(options.YawDegrees))
            * Matrix4x4.CreateRotationY(Radians(options.RollDegrees));
        _toHead = Matrix4x4.Transpose(pose);
        _points = Points();

        // A scanner's blur: an edge is one and a half points wide.
        _edgeMm = 1.5f * (float)Math.Max(0.6, Math.Min(PointMm, Math.Min(options.ColumnMm, options.RowMm)));
    }

    public PhantomHead Scan(CancellationToken ct)
    {
        var image = new float[_geometry.VoxelCount];
        var (face, brain) = (new MaskVolume(_geometry), new MaskVolume(_geometry));
        Parallel.For(0, _geometry.Slices, new ParallelOptions { CancellationToken = ct }, slice =>
        {
            image.AsSpan(_geometry.Index(0, 0, slice), _geometry.Rows * _geometry.Columns).Fill(_contrast[0]);
            for (var row = 0; row < _geometry.Rows; row += BlockPixels)
            {
                for (var column = 0; column < _geometry.Columns; column += BlockPixels)
                {
                    if (!IsAir(column, row, slice))
                    {
                        ScanBlock(image, face.Labels, brain.Labels, column, row, slice);
                    }
                }
            }

            Expose(image, slice);
        });
        return new PhantomHead(new Volume(_geometry, image, _options.Modality), face, brain, _parameters);
    }

    private static float Radians(double degrees) => (float)(degrees * Math.PI / 180);

    private static Vector3 Single(Geometry.Vector3 v) => new((float)v.X, (float)v.Y, (float)v.Z);

    // Where in a voxel the model is asked, as offsets in patient mm.
    private Vector3[] Points()
    {
        var slice = _geometry.Slices > 1
            ? Single(_geometry.SliceOrigins[1] - _geometry.SliceOrigins[0])
            : Single(_geometry.Normal * _options.SliceMm);
        return
        [
            .. from s in Offsets(slice.Length())
               from r in Offsets((float)_options.RowMm)
               from c in Offsets((float)_options.ColumnMm)
               select (slice * s) + (Single(_geometry.RowStep) * r) + (Single(_geometry.ColumnStep) * c),
        ];

        static float[] Offsets(float mm)
        {
            var count = Math.Clamp((int)MathF.Ceiling(mm / PointMm), 1, MostPoints);
            return [.. Enumerable.Range(0, count).Select(i => ((i + 0.5f) / count) - 0.5f)];
        }
    }

    private Vector3 ToHead(Geometry.Vector3 patient) =>
        _model.ToMean(Vector3.Transform(Single(patient), _toHead));

    private bool IsAir(int column, int row, int slice)
    {
        const double Half = (BlockPixels - 1) / 2.0;
        var middle = ToHead(_geometry.ToPatient(column + Half, row + Half, slice));
        var reach = (float)((Half * (_options.ColumnMm + _options.RowMm)) + _options.SliceMm);
        return HeadModel.Bound(middle) > reach + 4;
    }

    private void ScanBlock(float[] image, byte[] face, byte[] brain, int column, int row, int slice)
    {
        for (var r = row; r < Math.Min(_geometry.Rows, row + BlockPixels); r++)
        {
            for (var c = column; c < Math.Min(_geometry.Columns, column + BlockPixels); c++)
            {
                var centre = _geometry.ToPatient(c, r, slice);
                float sum = 0;
                foreach (var offset in _points)
                {
                    var p = ToHead(centre + new Geometry.Vector3(offset.X, offset.Y, offset.Z));
                    sum += ValueAt(p);
                }

                var at = _geometry.Index(c, r, slice);
                image[at] = sum / _points.Length;
                (face[at], brain[at]) = TruthAt(ToHead(centre));
            }
        }
    }

    private float ValueAt(Vector3 p)
    {
        var surface = _model.Surface(p, out var ear);
        var share = Math.Clamp(0.5f - (surface * _model.ScaleMm / _edgeMm), 0, 1);
        return share == 0
            ? _contrast[0]
            : _contrast[0] + (share * (_contrast[(int)_model.At(p, MathF.Min(surface, -0.01f), ear)] - _contrast[0]));
    }

    private (byte Face, byte Brain) TruthAt(Vector3 p)
    {
        var surface = _model.Surface(p, out var ear);
        if (surface >= 0)
        {
            return (MaskVolume.Keep, 0);
        }

        var cranium = SkinShape.Cranium(p);
        if (ear < 0 && cranium > -5)
        {
            return (MaskVolume.Ears, 0);
        }

        var isFace = surface * _model.ScaleMm > -FaceDepthMm && p.Y < -38 && p.Z is < 44 and > -101
            && MathF.Abs(p.X) < 60;
        if (isFace)
        {
            return (MaskVolume.Face, 0);
        }

        var cavity = BrainShape.Cavity(p, cranium);
        return (MaskVolume.Keep, BrainShape.Surface(p, cavity) < 0 && cranium < -BrainShape.CaseMm ? (byte)1 : (byte)0);
    }

    // Coil shading and noise of one slice, after the signal is known.
    private void Expose(float[] image, int slice)
    {
        var isCt = _options.Modality == "CT";
        var noise = new NoiseSource((ulong)(uint)_options.Seed, (ulong)slice);
        var sigma = (float)_options.Noise * (isCt ? CtNoise : MrNoise);
        for (var row = 0; row < _geometry.Rows; row++)
        {
            for (var column = 0; column < _geometry.Columns; column++)
            {
                ref var value = ref image[_geometry.Index(column, row, slice)];
                if (isCt)
                {
                    value = MathF.Max(value, HolderAt(column, row, slice)) + (sigma * noise.Normal());
                    continue;
                }

                var signal = (value * Shading(column, row, slice)) + (sigma * noise.Normal());
                var other = sigma * noise.Normal();
                value = MathF.Sqrt((signal * signal) + (other * other));
            }
        }
    }

    private float Shading(int column, int row, int slice)
    {
        var p = Single(_geometry.ToPatient(column, row, slice));
        var near = new Vector2(p.X / 130, (p.Y - 10) / 150).LengthSquared();
        var below = Shapes.Ramp(-70, -190, p.Z);
        return MathF.Exp((float)_options.Bias * ((0.16f * near) + (0.0006f * p.X) - (1.1f * below) - 0.08f));
    }

    // A shell of 6 mm behind the head, -150 HU, open to the front; fixed to the table, not to the head.
    private float HolderAt(int column, int row, int slice)
    {
        if (!_options.HeadHolder)
        {
            return float.MinValue;
        }

        var p = Single(_geometry.ToPatient(column, row, slice));
        var shell = MathF.Abs(new Vector2(p.X, p.Y - 10).Length() - 115);
        return shell < 3 && p.Y > 60 && p.Z > -90 ? -150 : float.MinValue;
    }
}
