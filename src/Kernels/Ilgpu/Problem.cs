namespace AttnSweep.Kernels.Ilgpu;

/// <summary>The shape of an input as device code sees it. Public, as all device code here: ILGPU's CPU backend emits code of another assembly that names it. <paramref name="Causal"/> is 0 or 1: bool is not blittable.</summary>
public readonly record struct Problem(int Heads, int N, int D, float Scale, int Causal);
