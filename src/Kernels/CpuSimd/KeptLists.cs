using System.Runtime.CompilerServices;
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
    private readonly int[] _counts = new int[rows];
    private readonly int[] _done = new int[rows];
    private readonly float[] _factors = new float[rows];

    /// <summary>Rows of a block so that its lists stay within 32 MiB: 192, fewer at great n, at least 24.</summary>
    public static int RowsFor(int capacity) =>
        (int)Math.Clamp(ScratchBytes / (8L * (capacity + 32)) / TileProduct.Rows * TileProduct.Rows, 24, 192);

    public int Count(int row) => _counts[row];

    public void Clear(int row) => _counts[row] = 0;

    /// <summary>Adds to rows start .. stop - 1 the scores above their bounds: columns of them (a multiple of 16, at most 128), of the keys from first on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Take(int start, int stop, float* scores, int stride, int columns, int first, float[] bounds)
    {
        for (var row = start; row < stop; row++, scores += stride)
        {
            _counts[row] = Selection.AppendFew(scores, first, columns, bounds[row], Scores(row), Indices(row), _counts[row]);
        }
    }

    /// <summary>Drops what does not exceed a bound.</summary>
    public void KeepAbove(int row, float bound) =>
        _counts[row] = Selection.Append(Scores(row), Indices(row), 0, Selection.RoundedUp(Scores(row), _counts[row]), bound, false, Scores(row), Indices(row), 0);

    /// <summary>Keeps the k largest, of equal ones the lower index; a row that has no more than k keeps them all.</summary>
    /// <returns>What a later score must exceed to be among the k largest.</returns>
    public float KeepLargest(int row, int k)
    {
        if (_counts[row] < k)
        {
            return float.NegativeInfinity;
        }

        var bound = Selection.KeepLargest(Scores(row), Indices(row), _counts[row], k);
        _counts[row] = k;
        return bound;
    }

    /// <summary>Writes softmax(kept scores) V of rows 0 .. count - 1 (stride d); zeros for a row that keeps nothing.</summary>
    public void WriteOutput(int head, int count, float* output)
    {
        var columns = tensors.Columns;
        var stretch = Math.Max(64, StretchBytes / sizeof(float) / columns);
        for (var row = 0; row < count; row++)
        {
            var padded = Selection.RoundedUp(Scores(row), _counts[row]);
            var total = _counts[row] == 0 ? 0 : VectorMath.Exp2AndSum(Scores(row), padded, VectorMath.Max(Scores(row), padded));
            (_done[row], _factors[row]) = (0, _counts[row] == 0 ? 0 : 1 / total);
        }

        new Span<float>(_sums.Start, count * columns).Clear();
        for (var end = stretch; end < tensors.Spec.N + stretch; end += stretch)
        {
            for (var row = 0; row < count; row++)
            {
                Prefetch(head, end, Math.Min(stretch, tensors.Spec.N - end), row, count);
                _done[row] = WeightedSum.Add(
                    Scores(row), Indices(row), _done[row], _counts[row], end, tensors.Values(head), columns, _sums.Start + ((long)row * columns));
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
    }

    private float* Scores(int row) => _scores.Start + (row * _stride);

    private int* Indices(int row) => (int*)_indices.Start + (row * _stride);
}
