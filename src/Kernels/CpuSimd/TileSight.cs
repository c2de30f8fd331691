namespace AttnSweep.Kernels.CpuSimd;

/// <summary>Which keys the six rows of a tile see: Low .. High - 1 is seen by some row, AllLow .. AllHigh - 1 by every one.</summary>
internal readonly record struct TileSight(int Low, int High, int AllLow, int AllHigh)
{
    private const int Vector = 16;

    /// <summary>Of rows low[r] .. high[r] - 1; a row with an empty range sees nothing and asks for nothing.</summary>
    public static TileSight Of(ReadOnlySpan<int> low, ReadOnlySpan<int> high)
    {
        var (someLow, someHigh, allLow, allHigh) = (int.MaxValue, 0, 0, int.MaxValue);
        for (var row = 0; row < low.Length; row++)
        {
            if (low[row] < high[row])
            {
                (someLow, someHigh) = (Math.Min(someLow, low[row]), Math.Max(someHigh, high[row]));
            }

            (allLow, allHigh) = (Math.Max(allLow, low[row]), Math.Min(allHigh, high[row]));
        }

        return new TileSight(someLow, someHigh, allLow, allHigh);
    }

    /// <summary>Of the valid keys from start on, those that some row sees, counted from start.</summary>
    public (int Low, int High) Keys(int start, int valid) =>
        (Low >= start + valid ? valid : Math.Max(0, Low - start), Math.Min(valid, High - start));

    /// <summary>The same as whole vectors of scores; empty (from >= to) where no row sees any.</summary>
    public (int From, int To) Columns(int start, int valid)
    {
        var (low, high) = Keys(start, valid);
        return low >= high ? (0, 0) : (low / Vector * Vector, (high + Vector - 1) / Vector * Vector);
    }

    /// <summary>Whether every row sees all keys from .. to - 1.</summary>
    public bool AllSee(int from, int to) => AllLow <= from && AllHigh >= to;
}
