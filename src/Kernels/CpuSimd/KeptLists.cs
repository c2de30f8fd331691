using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// The keys kept so far by each row of a block (a thread's scratch), ascending by index, gathered while scores come by in groups,
/// and the product of their weights with V at the end. That runs through V in stretches of 256 KiB for all rows of the block: a
/// stretch stays in the second-level cache, where row by row each kept key would cost an access to memory.
/// </summary>
internal sealed unsafe class KeptLists(int rows, int capacity, CpuTensors tensors) : IDisposable
{
    private const int StretchBytes = 256 << 10;
    private const int LineOfFloats = 16;
    private const long ScratchBytes = 32L << 20;

    private readonly long _stride = capacity + 32L;
    private readonly AlignedBuffer _scores = new(rows * (capacity + 32L));
    private readonly AlignedBuffer _indices = new(rows * (capacity + 32L));
    private readonly AlignedBuffer _sums = new((long)rows * tensors.Columns);
    private readonly AlignedBuffer _counts = new(rows);
    private readonly int[] _done = new int[rows];
    private readonly float[] _factors = new float[rows];

    /// <summary>Rows of a block so that its lists stay within 32 MiB: 384, fewer at great n, at least 24.</summary>
    public static int RowsFor(int capacity) =>
        (int)Math.Clamp(ScratchBytes / (8L * (capacity + 32)) / ScoreTile.Rows * ScoreTile.Rows, 24, 384);

    public int Count(int row) => Counts[row];

    public void Clear(int row) => Counts[row] = 0;

    /// <summary>
    /// Adds to rows from start on what exceeds their bounds of a tile (<see cref="ScoreTile"/>) that <see cref="TileMarks.Compare"/> has looked at. Only the
    /// vectors that hold a key to keep are touched: 15 % of them where 1 % is kept.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Take(int start, float* scores, int first, float* bounds, uint* marks)
    {
        if (!TileMarks.Supported)
        {
            for (var row = start; row < start + ScoreTile.Rows; row++, scores += ScoreTile.Keys)
            {
                Counts[row] = Selection.Append(scores, null, first, ScoreTile.Keys, bounds[row], false, Scores(row), Indices(row), Counts[row]);
            }

            return;
        }

        for (var vectors = marks[0]; vectors != 0; vectors &= vectors - 1)
        {
            var vector = BitOperations.TrailingZeroCount(vectors);
            var (row, column) = (vector % ScoreTile.Rows, vector / ScoreTile.Rows * 16);
            var source = Vector512.Load(scores + (row * ScoreTile.Keys) + column);
            row += start;
            var bound = Vector512.Create(bounds[row]);
            // Compressed in a register: the store of a compressed vector is microcoded on Zen 4. Compared twice: a mask that is used
            // twice is turned into a vector and back.
            var values = Avx512F.Compress(Vector512<float>.Zero, Vector512.GreaterThan(source, bound), source);
            var indices = Avx512F.Compress(Vector512<int>.Zero, Vector512.LessThan(bound, source).AsInt32(), Vector512.CreateSequence(first + column, 1));
            var (taken, count) = (Counts[row], BitOperations.PopCount(TileMarks.Lanes(marks, vector)));
            Counts[row] = taken + count;
            var end = (row * _stride) + taken;
            if (count <= 4)
            {
                // A store of 64 bytes would straddle two cache lines nearly always.
                values.GetLower().GetLower().Store(_scores.Start + end);
                indices.GetLower().GetLower().Store((int*)_indices.Start + end);
            }
            else
            {
                values.Store(_scores.Start + end);
                indices.Store((int*)_indices.Start + end);
            }
        }
    }

    /// <summary>Adds a whole tile of scores of the keys from first on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void TakeAll(int start, float* scores, int first)
    {
        for (var row = start; row < start + ScoreTile.Rows; row++, scores += ScoreTile.Keys)
        {
            var listed = Scores(row) + Counts[row];
            var indices = Indices(row) + Counts[row];
            for (var j = 0; j < ScoreTile.Keys; j += 16)
            {
                Vector512.Load(scores + j).Store(listed + j);
                Vector512.CreateSequence(first + j, 1).Store(indices + j);
            }

            Counts[row] += ScoreTile.Keys;
        }
    }

    /// <summary>The largest score that a row has kept; minus infinity where it has kept nothing.</summary>
    public float Largest(int row) => Counts[row] == 0 ? float.NegativeInfinity : VectorMath.Max(Scores(row), Selection.RoundedUp(Scores(row), Counts[row]));

    /// <summary>Mean and standard deviation of what a row has kept; zeros where it has kept nothing.</summary>
    public (float Mean, float Deviation) Moments(int row) => Selection.Moments(Scores(row), Counts[row]);

    /// <summary>Drops what does not exceed a bound.</summary>
    public void KeepAbove(int row, float bound) =>
        Counts[row] = Selection.Append(Scores(row), Indices(row), 0, Selection.RoundedUp(Scores(row), Counts[row]), bound, false, Scores(row), Indices(row), 0);

    /// <summary>Keeps the k largest, of equal ones the lower index; a row that has no more than k keeps them all.</summary>
    /// <returns>A bound that every kept score reaches and no dropped one exceeds.</returns>
    public float KeepLargest(int row, int k)
    {
        if (Counts[row] <= k)
        {
            return float.NegativeInfinity;
        }

        var bound = Selection.KeepLargest(Scores(row), Indices(row), Counts[row], k);
        Counts[row] = k;
        return bound;
    }

    /// <summary>Writes softmax(kept scores) V of rows 0 .. count - 1 (stride d); zeros for a row that keeps nothing.</summary>
    public void WriteOutput(int head, int count, float* output)
    {
        var columns = tensors.Columns;
        var stretch = Math.Max(64, StretchBytes / sizeof(float) / columns);
        for (var row = 0; row < count; row++)
        {
            var padded = Selection.RoundedUp(Scores(row), Counts[row]);
            var total = Counts[row] == 0 ? 0 : VectorMath.Exp2AndSum(Scores(row), padded, VectorMath.Max(Scores(row), padded));
            (_done[row], _factors[row]) = (0, Counts[row] == 0 ? 0 : 1 / total);
        }

        new Span<float>(_sums.Start, count * columns).Clear();
        for (var end = stretch; end < tensors.Spec.N + stretch; end += stretch)
        {
            for (var row = 0; row < count; row++)
            {
                Prefetch(head, end, Math.Min(stretch, tensors.Spec.N - end), row, count);
                _done[row] = WeightedSum.Add(
                    Scores(row), Indices(row), _done[row], Counts[row], end, tensors.Values(head), columns, _sums.Start + ((long)row * columns));
            }
        }

        for (var row = 0; row < count; row++)
        {
            VectorMath.Scaled(_sums.Start + ((long)row * columns), tensors.Spec.D, _factors[row], output + ((long)row * tensors.Spec.D));
        }
    }

    /// <summary>Asks for a row's share of the next stretch: kept keys come in no order that the hardware could foresee.</summary>
    private void Prefetch(int head, int first, int keys, int row, int rows)
    {
        var values = tensors.Values(head) + ((long)first * tensors.Columns);
        var length = (long)Math.Max(0, keys) * tensors.Columns / LineOfFloats;
        if (Sse.IsSupported)
        {
            for (var line = length * row / rows; line < length * (row + 1) / rows; line++)
            {
                Sse.Prefetch1(values + (line * LineOfFloats));
            }
        }
    }

    public void Dispose()
    {
        _scores.Dispose();
        _indices.Dispose();
        _sums.Dispose();
        _counts.Dispose();
    }

    private int* Counts => (int*)_counts.Start;

    private float* Scores(int row) => _scores.Start + (row * _stride);

    private int* Indices(int row) => (int*)_indices.Start + (row * _stride);
}
