using AttnSweep.Sweeps;

namespace AttnSweep.Catalogue;

/// <summary>
/// Which key blocks a query block keeps (docs/kernels.md, bigbird), all but the draw of the random ones: blocks 0 .. Global - 1,
/// and a window of <paramref name="Window"/> blocks; a query block among the global ones keeps every block that it sees.
/// </summary>
/// <param name="N">Queries and keys.</param>
/// <param name="Block">Queries and keys of a block; the last may be shorter.</param>
/// <param name="Blocks">Blocks of the sequence.</param>
/// <param name="Window">Blocks in the window.</param>
/// <param name="Global">First blocks kept by everybody.</param>
/// <param name="Random">Random blocks wanted by each query block.</param>
/// <param name="Causal">A query block sees blocks up to its own.</param>
public sealed record BigBirdShape(int N, int Block, int Blocks, int Window, int Global, int Random, bool Causal)
{
    public static BigBirdShape Of(InputSpec input, KernelSpec kernel)
    {
        var block = Math.Clamp(kernel.Count("block"), 1, input.N);
        var blocks = (int)(((long)input.N + block - 1) / block);
        return new BigBirdShape(
            input.N, block, blocks, Math.Clamp(kernel.Count("window"), 1, blocks), Math.Min(kernel.Count("global"), blocks),
            Math.Min(kernel.Count("random"), blocks), input.Causal);
    }

    /// <summary>Key blocks that query block <paramref name="own"/> may look at: the first so many.</summary>
    public int Visible(int own) => Causal ? own + 1 : Blocks;

    public bool SeesEverything(int own) => own < Global;

    /// <summary>First and last-but-one block of the window: around the own block, pushed inwards at the ends; the last ones seen, own included, when causal.</summary>
    public (int First, int End) WindowOf(int own)
    {
        var first = Causal ? Math.Max(0, own + 1 - Window) : Math.Clamp(own - Window / 2, 0, Blocks - Window);
        return (first, Causal ? own + 1 : first + Window);
    }

    /// <summary>Whether a block is kept without a draw.</summary>
    public bool IsFixed(int own, int block)
    {
        var (first, end) = WindowOf(own);
        return SeesEverything(own) || block < Global || (block >= first && block < end);
    }

    /// <summary>Visible blocks that are drawn from: those beyond the global ones and outside the window.</summary>
    public int Candidates(int own)
    {
        if (SeesEverything(own))
            return 0;
        var (first, end) = WindowOf(own);
        var visible = Visible(own);
        return visible - Math.Min(Global, visible) - (end - Math.Clamp(Global, first, end));
    }

    public int BlocksKept(int own) =>
        SeesEverything(own) ? Visible(own) : Visible(own) - Candidates(own) + Math.Min(Random, Candidates(own));

    /// <summary>Queries (or keys) of a block.</summary>
    public int RowsIn(int block) => Math.Min(Block, N - block * Block);

    /// <summary>Keys kept by a query of a block that is not causal.</summary>
    public double KeysKept(int own)
    {
        var (keys, candidates) = (0.0, 0.0);
        for (var block = 0; block < Visible(own); block++)
        {
            if (IsFixed(own, block))
                keys += RowsIn(block);
            else
                candidates += RowsIn(block);
        }

        var count = Candidates(own);
        return count == 0 ? keys : keys + candidates * Math.Min(Random, count) / count;
    }

    /// <summary>Keys kept before the own block, when causal: whole blocks all.</summary>
    public double KeysBefore(int own) => (BlocksKept(own) - 1.0) * Block;
}
