namespace AttnSweep.Kernels.CpuSimd;

/// <summary>The keys of one row that passed a bound: scores and indices, ascending by index (a thread's scratch).</summary>
internal sealed unsafe class Survivors(int n, int columns) : IDisposable
{
    private readonly AlignedBuffer _scores = new(n + 32L);
    private readonly AlignedBuffer _indices = new(n + 32L);
    private readonly AlignedBuffer _sums = new(columns);

    /// <summary>May be set by who writes further scores and indices behind the last ones.</summary>
    public int Count { get; set; }

    public float* Scores => _scores.Start;

    public int* Indices => (int*)_indices.Start;

    /// <summary>Takes every score above <paramref name="bound"/> (or equal to it, if asked) of a row of count columns, a multiple of 16.</summary>
    public void Collect(float* row, int count, float bound, bool orEqual)
    {
        Count = Selection.Append(row, null, 0, count, bound, orEqual, Scores, Indices, 0);
    }

    /// <summary>Keeps the k largest, of equal ones the lower index. k is at most the count.</summary>
    /// <returns>A bound that every kept score reaches and no dropped one exceeds.</returns>
    public float KeepLargest(int k)
    {
        var bound = Selection.KeepLargest(Scores, Indices, Count, k);
        Count = k;
        return bound;
    }

    /// <summary>Writes sum of 2^(score - shift) v / sum of 2^(score - shift); zeros where nothing survived.</summary>
    /// <param name="values">V of the head.</param>
    public void WriteOutput(float* values, float shift, float* output, int d)
    {
        var total = VectorMath.Exp2AndSum(Scores, Selection.RoundedUp(Scores, Count), shift);
        new Span<float>(_sums.Start, columns).Clear();
        WeightedSum.Add(Scores, Indices, 0, Count, int.MaxValue, values, columns, _sums.Start);
        VectorMath.Scaled(_sums.Start, d, Count > 0 ? 1 / total : 0, output);
    }

    public void Dispose()
    {
        _scores.Dispose();
        _indices.Dispose();
        _sums.Dispose();
    }
}
