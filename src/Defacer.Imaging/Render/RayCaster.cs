using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Render;

/// <summary>Parallel rays from the eye to the skin; brightness from light, angle and depth.</summary>
internal sealed class RayCaster
{
    private const int BlockBits = 3;
    private const float Ambient = 0.12f;
    private const double NormalStep = 1.2;
    private readonly SurfaceScene _scene;
    private readonly RenderView _view;
    private readonly GridShape _shape;
    private readonly bool[] _occupied;
    private readonly int _blockColumns;
    private readonly int _blockRows;
    private readonly Vector3 _light;
    private readonly Vector3 _fill;

    public RayCaster(SurfaceScene scene, RenderView view)
    {
        _scene = scene;
        _view = view;
        _shape = scene.Grid.Shape;
        _blockColumns = (_shape.Columns >> BlockBits) + 1;
        _blockRows = (_shape.Rows >> BlockBits) + 1;
        _occupied = FindOccupied();

        // A key light from above and one side, a weak one from the other: both move with the eye.
        _light = ((view.Forward * -1) + (view.ToTheTop * 0.65) + (view.ToTheRight * -0.55)).Normalized;
        _fill = ((view.Forward * -1) + (view.ToTheRight * 0.9)).Normalized;
    }

    public Raster Render(CancellationToken ct)
    {
        var size = _scene.Options.Size;
        var picture = new Raster(size, size, 1);
        var extent = new Vector3(_shape.Columns, _shape.Rows, _shape.Slices);
        var centre = (extent - new Vector3(1, 1, 1)) * 0.5;

        // One scale for all sides: the height of the region, or its larger width.
        var pixel = Math.Max(extent.Z, Math.Max(extent.X, extent.Y)) * 1.02 / size;
        var reach = extent.Length / 2;
        Parallel.For(0, size, new ParallelOptions { CancellationToken = ct }, y =>
        {
            var row = picture.Row(y);
            for (var x = 0; x < size; x++)
            {
                var start = centre + (_view.ToTheRight * ((x - ((size - 1) / 2.0)) * pixel))
                    - (_view.ToTheTop * ((y - ((size - 1) / 2.0)) * pixel)) - (_view.Forward * reach);
                row[x] = Trace(start, 2 * reach);
            }
        });
        return picture;
    }

    private byte Trace(Vector3 start, double length)
    {
        var d = _view.Forward;
        var (from, to) = Clip(start, d, length);
        const double Step = 0.75;
        const double Skip = 4;
        var before = from;
        for (var t = from; t <= to;)
        {
            var p = start + (d * t);
            if (!IsOccupied(p))
            {
                before = t;
                t += Skip;

                // A skip may end inside an occupied block: go back to where it begins, in small steps.
                if (t <= to && IsOccupied(start + (d * t)))
                {
                    t = Math.Min(t, before + Step);
                    while (t <= to && !IsOccupied(start + (d * t)))
                    {
                        before = t;
                        t += Step;
                    }
                }

                continue;
            }

            if (FieldAt(p) >= 0)
            {
                return Shade(start, Refine(start, before, t), length);
            }

            before = t;
            t += Step;
        }

        return 0;
    }

    private double Refine(Vector3 start, double outside, double inside)
    {
        for (var i = 0; i < 6; i++)
        {
            var middle = (outside + inside) / 2;
            if (FieldAt(start + (_view.Forward * middle)) >= 0)
            {
                inside = middle;
            }
            else
            {
                outside = middle;
            }
        }

        return inside;
    }

    private byte Shade(Vector3 start, double t, double length)
    {
        var p = start + (_view.Forward * t);
        var gradient = new Vector3(
            FieldAt(p + new Vector3(NormalStep, 0, 0)) - FieldAt(p - new Vector3(NormalStep, 0, 0)),
            FieldAt(p + new Vector3(0, NormalStep, 0)) - FieldAt(p - new Vector3(0, NormalStep, 0)),
            FieldAt(p + new Vector3(0, 0, NormalStep)) - FieldAt(p - new Vector3(0, 0, NormalStep)));
        var normal = gradient.Length < 1e-6 ? _view.Forward * -1 : gradient.Normalized * -1;
        var diffuse = (0.72 * Math.Max(0, normal.Dot(_light))) + (0.28 * Math.Max(0, normal.Dot(_fill)));

        // Far parts are darker, so that a hole in the face looks like one.
        var depth = 1 - (0.55 * Math.Clamp((t / length) - 0.2, 0, 1));
        return (byte)Math.Clamp(255 * (Ambient + ((1 - Ambient) * diffuse)) * depth * 1.05, 1, 255);
    }

    private (double From, double To) Clip(Vector3 start, Vector3 d, double length)
    {
        double from = 0, to = length;
        Axis(start.X, d.X, _shape.Columns);
        Axis(start.Y, d.Y, _shape.Rows);
        Axis(start.Z, d.Z, _shape.Slices);
        return (from, to);

        void Axis(double position, double direction, int count)
        {
            if (Math.Abs(direction) < 1e-9)
            {
                to = position < -1 || position > count ? -1 : to;
                return;
            }

            var (a, b) = ((-1 - position) / direction, (count - position) / direction);
            from = Math.Max(from, Math.Min(a, b));
            to = Math.Min(to, Math.Max(a, b));
        }
    }

    // Trilinear; beyond the border is air, so that a cut head shows its cut as a surface.
    private float FieldAt(Vector3 p)
    {
        int x = (int)Math.Floor(p.X), y = (int)Math.Floor(p.Y), z = (int)Math.Floor(p.Z);
        if (x < -1 || y < -1 || z < -1 || x >= _shape.Columns || y >= _shape.Rows || z >= _shape.Slices)
        {
            return -1;
        }

        var (fx, fy, fz) = ((float)(p.X - x), (float)(p.Y - y), (float)(p.Z - z));
        if (x >= 0 && y >= 0 && z >= 0 && x < _shape.Columns - 1 && y < _shape.Rows - 1 && z < _shape.Slices - 1)
        {
            var at = _shape.Index(x, y, z);
            var near = Plane(at, fx, fy);
            return near + (fz * (Plane(at + (_shape.Columns * _shape.Rows), fx, fy) - near));
        }

        float sum = 0;
        for (var corner = 0; corner < 8; corner++)
        {
            var (cx, cy, cz) = (corner & 1, (corner >> 1) & 1, corner >> 2);
            var weight = (cx == 1 ? fx : 1 - fx) * (cy == 1 ? fy : 1 - fy) * (cz == 1 ? fz : 1 - fz);
            sum += weight * Voxel(x + cx, y + cy, z + cz);
        }

        return sum;
    }

    private float Voxel(int x, int y, int z) =>
        x < 0 || y < 0 || z < 0 || x >= _shape.Columns || y >= _shape.Rows || z >= _shape.Slices
            ? -1
            : _scene.Field[_shape.Index(x, y, z)];

    private float Plane(int at, float fx, float fy)
    {
        var field = _scene.Field;
        var upper = field[at] + (fx * (field[at + 1] - field[at]));
        at += _shape.Columns;
        var lower = field[at] + (fx * (field[at + 1] - field[at]));
        return upper + (fy * (lower - upper));
    }

    private bool IsOccupied(Vector3 p)
    {
        var x = Math.Clamp((int)p.X, 0, _shape.Columns - 1) >> BlockBits;
        var y = Math.Clamp((int)p.Y, 0, _shape.Rows - 1) >> BlockBits;
        var z = Math.Clamp((int)p.Z, 0, _shape.Slices - 1) >> BlockBits;
        return _occupied[(((z * _blockRows) + y) * _blockColumns) + x];
    }

    // Blocks of 8³ voxels that hold tissue or border on it.
    private bool[] FindOccupied()
    {
        var blocks = new bool[_blockColumns * _blockRows * ((_shape.Slices >> BlockBits) + 1)];
        for (var z = 0; z < _shape.Slices; z++)
        {
            for (var y = 0; y < _shape.Rows; y++)
            {
                var line = _scene.Field.AsSpan(_shape.Index(0, y, z), _shape.Columns);
                for (var x = 0; x < line.Length; x++)
                {
                    if (line[x] >= 0)
                    {
                        Mark(blocks, x, y, z);
                    }
                }
            }
        }

        return blocks;
    }

    private void Mark(bool[] blocks, int x, int y, int z)
    {
        var block = (((((z >> BlockBits) * _blockRows) + (y >> BlockBits)) * _blockColumns) + (x >> BlockBits));
        var (ix, iy, iz) = (x & 7, y & 7, z & 7);
        if (blocks[block] && ix is > 0 and < 7 && iy is > 0 and < 7 && iz is > 0 and < 7)
        {
            return;
        }

        for (var dz = z > 0 ? -1 : 0; dz <= (z < _shape.Slices - 1 ? 1 : 0); dz++)
        {
            for (var dy = y > 0 ? -1 : 0; dy <= (y < _shape.Rows - 1 ? 1 : 0); dy++)
            {
                for (var dx = x > 0 ? -1 : 0; dx <= (x < _shape.Columns - 1 ? 1 : 0); dx++)
                {
                    blocks[((((z + dz) >> BlockBits) * _blockRows + ((y + dy) >> BlockBits)) * _blockColumns)
                        + ((x + dx) >> BlockBits)] = true;
                }
            }
        }
    }
}
