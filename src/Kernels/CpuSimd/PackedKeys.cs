namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// K of all heads cut into panels of at most 64 keys, each transposed to [d][width] and padded with zeros, so that the
/// scores' right factor is read in order. Panels never straddle a block of keys.
/// </summary>
internal sealed unsafe class PackedKeys : IDisposable
{
    private readonly AlignedBuffer _panels;
    private readonly int _heads;
    private readonly int _n;
    private readonly int _d;
    private readonly int _firstKey;

    /// <param name="n">Keys to pack, of each head.</param>
    /// <param name="firstKey">Number of the first of them, as V has it.</param>
    public PackedKeys(int heads, int n, int d, int block, int firstKey = 0)
    {
        (_heads, _n, _d, _firstKey) = (heads, n, d, firstKey);
        Block = Math.Min(block, n);
        Width = Math.Min(TileProduct.Columns, (Block + 15) / 16 * 16);
        PanelsPerBlock = (Block + Width - 1) / Width;
        Blocks = (n + Block - 1) / Block;
        _panels = new AlignedBuffer((long)heads * Blocks * PanelsPerBlock * Width * d);
    }

    /// <summary>Keys of a block; the last may be shorter.</summary>
    public int Block { get; }

    public int Blocks { get; }

    public int PanelsPerBlock { get; }

    /// <summary>Keys of a panel, padding included: 16, 32, 48 or 64.</summary>
    public int Width { get; }

    /// <summary>Blocks are whole panels, so that several blocks are a run of full panels.</summary>
    public bool BlocksAreWhole => Block % Width == 0;

    public int Panels => Blocks * PanelsPerBlock;

    public float* Panel(int head, int panel) => _panels.Start + ((((long)head * Panels) + panel) * Width * _d);

    public int FirstKey(int panel) => _firstKey + Place(panel);

    /// <summary>Keys of a panel without padding; 0 where a short last block has no such panel.</summary>
    public int KeysIn(int panel)
    {
        var end = Math.Min(_n, ((panel / PanelsPerBlock) + 1) * Block);
        return Math.Clamp(end - Place(panel), 0, Width);
    }

    /// <summary>Packs everything: part of each launch, because a real program gets K unpacked.</summary>
    public void Pack(ThreadTeam team, float* keys) => Pack(team, keys, _n, [], 0);

    /// <summary>Packs the first keys of heads that have more.</summary>
    /// <param name="order">Where it is not empty: the row of each key to pack, <paramref name="orderStride"/> numbers for each head.</param>
    public void Pack(ThreadTeam team, float* keys, int rowsPerHead, int[] order, int orderStride) =>
        team.Run(_heads * Panels, (index, _) =>
        {
            var (head, panel) = (index / Panels, index % Panels);
            PackPanel(keys + ((long)head * rowsPerHead * _d), order.Length == 0 ? [] : order.AsSpan((head * orderStride) + Place(panel), KeysIn(panel)), head, panel);
        });

    public void Dispose() => _panels.Dispose();

    private int Place(int panel) => (panel / PanelsPerBlock * Block) + (panel % PanelsPerBlock * Width);

    private void PackPanel(float* keys, ReadOnlySpan<int> order, int head, int panel)
    {
        var target = Panel(head, panel);
        var count = KeysIn(panel); // beyond it there are zeros
        if (order.IsEmpty)
        {
            Transposition.Write(keys + ((long)Place(panel) * _d), _d, count, _d, target, Width, 1);
            return;
        }

        const int together = 8;
        var rows = stackalloc float[together * _d];
        for (var j = 0; j < count; j += together)
        {
            var present = Math.Min(together, count - j);
            for (var r = 0; r < present; r++)
            {
                Prefetch.Row(keys + ((long)order[Math.Min(j + r + together, count - 1)] * _d), _d);
                new ReadOnlySpan<float>(keys + ((long)order[j + r] * _d), _d).CopyTo(new Span<float>(rows + (r * _d), _d));
            }

            Transposition.Write(rows, _d, present, _d, target + j, Width, 1);
        }
    }
}
