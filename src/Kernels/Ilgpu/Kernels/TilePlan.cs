namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>Which keys a tiled launch visits: whole key blocks by list, and inside them a window (0 = none).</summary>
public readonly record struct TilePlan(int Block, int TilesPerBlock, int KeptPerBlock, int Window);
