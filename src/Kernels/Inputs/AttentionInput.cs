using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Inputs;

/// <summary>Q, K and V of one input, each heads x n x d, row-major float32; bit-identical on every machine.</summary>
public sealed record AttentionInput(InputSpec Spec, float[] Q, float[] K, float[] V)
{
    /// <exception cref="ArgumentException">The input model is unknown.</exception>
    public static AttentionInput Create(InputSpec spec)
    {
        if (spec.Model != InputModels.Independent)
        {
            throw new ArgumentException($"Unknown input model '{spec.Model}'; known: {string.Join(", ", InputModels.All)}.", nameof(spec));
        }

        // n and d name the stream too: inputs of one seed but of different shapes share no numbers, so that means over
        // shapes are means of independent draws. Sigma does not: it scales the same draws.
        var shape = new NormalSequence((ulong)spec.Seed).Derive((ulong)spec.N).Derive((ulong)spec.D);
        return new AttentionInput(spec, Tensor(0, spec.Sigma), Tensor(1, spec.Sigma), Tensor(2, 1.0));

        float[] Tensor(ulong name, double deviation)
        {
            var values = new float[checked(spec.Heads * spec.N * spec.D)];
            shape.Derive(name).Fill(values, 0, deviation);
            return values;
        }
    }
}
