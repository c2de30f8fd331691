namespace AttnSweep.Kernels.Ilgpu;

/// <summary>The shape of an input as device code sees it. <paramref name="Causal"/> is 0 or 1: bool is not blittable.</summary>
internal readonly record struct Problem(int Heads, int N, int D, float Scale, int Causal);
