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

    public PackedKeys(int heads, int n, int d, int block)
    {
        (_heads, _n, _d) = (heads, n, d);
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

    public int Panels => Blocks * PanelsPerBlock;

    public float* Panel(int head, int panel) => _panels.Start + ((((long)head * Panels) + panel) * Width * _d);

    public int FirstKey(int panel) => (panel / PanelsPerBlock * Block) + (panel % PanelsPerBlock * Width);

    /// <summary>Keys of a panel without padding; 0 where a short last block has no such panel.</summary>
    public int KeysIn(int panel)
    {
        var end = Math.Min(_n, ((panel / PanelsPerBlock) + 1) * Block);
        return Math.Clamp(end - FirstKey(panel), 0, Width);
    }

    /// <summary>Packs everything: part of each launch, because a real program gets K unpacked.</summary>
    public void Pack(ThreadTeam team, float* keys) =>
        team.Run(_heads * Panels, (index, _) => PackPanel(keys, index / Panels, index % Panels));

    public void Dispose() => _panels.Dispose();

    private void PackPanel(float* keys, int head, int panel)
    {
        var source = keys + ((((long)head * _n) + FirstKey(panel)) * _d);
        var target = Panel(head, panel);
        var count = KeysIn(panel); // beyond it there are zeros
        Transposition.Write(source, _d, count, _d, target, Width, 1);
    }
}
