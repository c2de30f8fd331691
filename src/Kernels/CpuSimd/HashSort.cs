using System.Runtime.Intrinsics;
using AttnSweep.Kernels.Sampling;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>Buckets of all queries and keys (<see cref="HashPlanes"/>), and runs of either in order of bucket.</summary>
internal sealed unsafe class HashSort : IDisposable
{
    private const int RowsAtOnce = 43 * TileProduct.Rows;
    private const int Lanes = 16; // HyperDefinition.MaxBits

    private readonly CpuTensors _tensors;
    private readonly AlignedBuffer _planes;
    private readonly Scratch[] _scratch;
    private readonly int[][] _counts;
    private readonly int _bits;

    public HashSort(CpuTensors tensors, int bits, int threads)
    {
        (_tensors, _bits) = (tensors, bits);
        var (spec, columns) = (tensors.Spec, tensors.Columns);
        _planes = new AlignedBuffer((long)spec.D * Lanes);
        var planes = HashPlanes.Of(spec, bits);
        for (var i = 0; i < planes.Length; i++)
        {
            _planes.Start[(i % spec.D * Lanes) + (i / spec.D)] = planes[i];
        }

        _scratch = [.. Enumerable.Range(0, threads).Select(_ => new Scratch(columns))];
        _counts = [.. Enumerable.Range(0, threads).Select(_ => new int[1 << bits])];
        QueryBuckets = new int[spec.Heads * spec.N];
        KeyBuckets = new int[spec.Heads * spec.N];
    }

    /// <summary>heads x n, in the order in which buckets follow one another.</summary>
    public int[] QueryBuckets { get; }

    public int[] KeyBuckets { get; }

    public void Hash(ThreadTeam team)
    {
        var rows = _tensors.Spec.Heads * _tensors.Spec.N;
        var pieces = (rows + RowsAtOnce - 1) / RowsAtOnce;
        team.Run(2 * pieces, (index, member) =>
        {
            var isQuery = index < pieces;
            var vectors = isQuery ? _tensors.Queries(0, 0) : _tensors.Keys;
            var buckets = isQuery ? QueryBuckets : KeyBuckets;
            var first = index % pieces * RowsAtOnce;
            var end = Math.Min(rows, first + RowsAtOnce);
            for (var row = first; row < end; row += TileProduct.Rows)
            {
                var count = Math.Min(TileProduct.Rows, end - row);
                Hash(vectors + ((long)row * _tensors.Spec.D), count, buckets.AsSpan(row, count), _scratch[member]);
            }
        });
    }

    /// <summary>Stable counting sort of rows first .. first + count - 1 of a head; <paramref name="order"/> gets rows of the head, <paramref name="places"/>, where it is not empty, their inverse.</summary>
    public void Sort(int[] buckets, int head, int first, int count, Span<int> order, Span<int> places, int member)
    {
        var ends = _counts[member];
        Array.Clear(ends);
        var own = buckets.AsSpan((head * _tensors.Spec.N) + first, count);
        foreach (var bucket in own)
        {
            ends[bucket]++;
        }

        var start = 0;
        for (var bucket = 0; bucket < ends.Length; bucket++)
        {
            (ends[bucket], start) = (start, start + ends[bucket]);
        }

        for (var i = 0; i < count; i++)
        {
            var place = ends[own[i]]++;
            order[place] = first + i;
            if (!places.IsEmpty)
            {
                places[i] = place;
            }
        }
    }

    public void Dispose()
    {
        _planes.Dispose();
        foreach (var scratch in _scratch)
        {
            scratch.Dispose();
        }
    }

    /// <summary>Buckets of up to six rows: cut to whole numbers, packed as a tile, and multiplied with all planes at once.</summary>
    private void Hash(float* source, int rows, Span<int> buckets, Scratch my)
    {
        var d = _tensors.Spec.D;
        for (var row = 0; row < rows; row++)
        {
            Whole(source + ((long)row * d), my.Whole.Start + (row * _tensors.Columns), d);
        }

        Transposition.Write(my.Whole.Start, _tensors.Columns, rows, d, my.Tile.Start, TileProduct.Rows, 1);
        TileProduct.Multiply<QueryTile>(my.Tile.Start, _planes.Start, Lanes, my.Projections.Start, Lanes, null, d, Lanes);
        var asked = (1u << _bits) - 1;
        for (var row = 0; row < rows; row++)
        {
            var positive = Vector512.GreaterThan(Vector512.Load(my.Projections.Start + (row * Lanes)), Vector512<float>.Zero);
            buckets[row] = HashPlanes.Place((int)((uint)positive.ExtractMostSignificantBits() & asked));
        }
    }

    private void Whole(float* source, float* whole, int d)
    {
        var columns = _tensors.Columns;
        if (d != columns)
        {
            new ReadOnlySpan<float>(source, d).CopyTo(new Span<float>(whole, d)); // the padding stays zero
            source = whole;
        }

        var most = Vector512<float>.Zero;
        for (var c = 0; c < columns; c += Lanes)
        {
            most = Vector512.Max(most, Vector512.Abs(Vector512.Load(source + c)));
        }

        var half = Vector256.Max(most.GetLower(), most.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        var largest = Math.Max(Math.Max(quarter[0], quarter[1]), Math.Max(quarter[2], quarter[3]));
        var factor = Vector512.Create(HashPlanes.Factor(largest, d));
        for (var c = 0; c < columns; c += Lanes)
        {
            Vector512.Truncate(Vector512.Load(source + c) * factor).Store(whole + c);
        }
    }

    /// <summary>What a thread needs for six rows.</summary>
    private sealed class Scratch(int columns) : IDisposable
    {
        public AlignedBuffer Whole { get; } = new((long)TileProduct.Rows * columns);

        public AlignedBuffer Tile { get; } = new(((long)TileProduct.Rows * columns) + 64); // a transposition may write a vector beyond

        public AlignedBuffer Projections { get; } = new(TileProduct.Rows * Lanes);

        public void Dispose()
        {
            Whole.Dispose();
            Tile.Dispose();
            Projections.Dispose();
        }
    }
}
