using System.Numerics;
using AttnSweep.Kernels.Sampling;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>Buckets of all queries and keys (<see cref="HashPlanes"/>), and runs of either in order of bucket.</summary>
internal sealed unsafe class HashSort : IDisposable
{
    private const int RowsAtOnce = 256;

    private readonly CpuTensors _tensors;
    private readonly AlignedBuffer _planes;
    private readonly AlignedBuffer[] _rows;
    private readonly int[][] _counts;
    private readonly int _bits;

    public HashSort(CpuTensors tensors, int bits, int threads)
    {
        (_tensors, _bits) = (tensors, bits);
        var (spec, columns) = (tensors.Spec, tensors.Columns);
        _planes = new AlignedBuffer((long)bits * columns);
        var planes = HashPlanes.Of(spec, bits);
        for (var bit = 0; bit < bits; bit++)
        {
            planes.AsSpan(bit * spec.D, spec.D).CopyTo(new Span<float>(_planes.Start + (bit * columns), spec.D));
        }

        _rows = [.. Enumerable.Range(0, threads).Select(_ => new AlignedBuffer(columns))];
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
            for (var row = first; row < Math.Min(rows, first + RowsAtOnce); row++)
            {
                buckets[row] = Bucket(vectors + ((long)row * _tensors.Spec.D), _rows[member].Start);
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
        foreach (var rows in _rows)
        {
            rows.Dispose();
        }
    }

    private int Bucket(float* source, float* whole)
    {
        var (d, columns, lanes) = (_tensors.Spec.D, _tensors.Columns, Vector<float>.Count);
        new ReadOnlySpan<float>(source, d).CopyTo(new Span<float>(whole, d)); // the padding stays zero
        var most = Vector<float>.Zero;
        for (var c = 0; c < columns; c += lanes)
        {
            most = Vector.Max(most, Vector.Abs(Vector.Load(whole + c)));
        }

        var largest = 0f;
        for (var lane = 0; lane < lanes; lane++)
        {
            largest = Math.Max(largest, most[lane]);
        }

        var factor = new Vector<float>(HashPlanes.Factor(largest, d));
        for (var c = 0; c < columns; c += lanes)
        {
            Vector.Truncate(Vector.Load(whole + c) * factor).Store(whole + c);
        }

        var signs = 0;
        for (var bit = 0; bit < _bits; bit++)
        {
            var plane = _planes.Start + (bit * columns);
            var sum = Vector<float>.Zero;
            for (var c = 0; c < columns; c += lanes)
            {
                sum += Vector.Load(whole + c) * Vector.Load(plane + c);
            }

            signs |= Vector.Sum(sum) > 0 ? 1 << bit : 0;
        }

        return HashPlanes.Place(signs);
    }
}
