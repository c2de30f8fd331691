namespace AttnSweep.PtxInterpreter.Reports;

/// <summary>Blocks of a grid, threads of a block, or a place in one of them.</summary>
public readonly record struct Dim3(int X, int Y = 1, int Z = 1)
{
    public long Size => (long)X * Y * Z;

    public override string ToString() => $"({X},{Y},{Z})";

    /// <summary>The place with this index, x first.</summary>
    public Dim3 At(long index) => new((int)(index % X), (int)(index / X % Y), (int)(index / ((long)X * Y)));
}
