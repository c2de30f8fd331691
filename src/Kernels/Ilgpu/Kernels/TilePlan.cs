using ILGPU.Algorithms;

namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>
/// Which keys a tiled launch visits: whole key blocks by list, and inside them a window of <paramref name="Window"/> keys (0 = no
/// window) beside the first <paramref name="Sinks"/> keys. A window goes with a single block of n keys.
/// </summary>
public readonly record struct TilePlan(int Block, int TilesPerBlock, int KeptPerBlock, int Window, int Sinks)
{
    /// <summary>First key of query i's window.</summary>
    public int FirstKey(Problem p, int i)
    {
        if (Window == 0)
            return 0;
        return p.Causal != 0
            ? XMath.Max(0, i - Window + 1)
            : XMath.Min(XMath.Max(i - Window / 2, 0), p.N - Window);
    }

    /// <summary>Last key of query i's window, also where the query does not see it.</summary>
    public int LastKey(Problem p, int i) => Window == 0 ? p.N - 1 : FirstKey(p, i) + Window - 1;

    public static int LastSeen(Problem p, int i) => p.Causal != 0 ? i : p.N - 1;
}
