using ILGPU.Algorithms;

namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>
/// Which keys a tiled launch visits: whole key blocks by list, and inside them a window of <paramref name="Window"/> keys (0 = no
/// window) beside the first <paramref name="Sinks"/> keys. A window goes with a single block of n keys.
/// </summary>
public readonly record struct TilePlan(int Block, int TilesPerBlock, int KeptPerBlock, int Window, int Sinks)
{
    public int FirstKey(Problem p, int i)
    {
        if (Window == 0)
            return 0;
        return p.Causal != 0
            ? XMath.Max(0, i - Window + 1)
            : XMath.Min(XMath.Max(i - Window / 2, 0), p.N - Window);
    }

    public int LastKey(Problem p, int i)
    {
        if (p.Causal != 0)
            return i;
        return Window == 0 ? p.N - 1 : FirstKey(p, i) + Window - 1;
    }
}
