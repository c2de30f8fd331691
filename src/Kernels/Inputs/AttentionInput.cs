using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Inputs;

/// <summary>Q, K and V of one input, each heads x n x d, row-major float32; bit-identical on every machine.</summary>
public sealed record AttentionInput(InputSpec Spec, float[] Q, float[] K, float[] V)
{
    /// <exception cref="ArgumentException">The input model is unknown.</exception>
    public static AttentionInput Create(InputSpec spec) => throw new NotImplementedException();
}
