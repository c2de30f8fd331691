using AttnSweep.Kernels.Inputs.Files;
using AttnSweep.Kernels.Inputs.Models;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Inputs;

/// <summary>Q, K and V of one input, each heads x n x d, row-major float32; bit-identical on every machine.</summary>
public sealed record AttentionInput(InputSpec Spec, float[] Q, float[] K, float[] V)
{
    /// <exception cref="ArgumentException">There is no such input (<see cref="InputRules"/>).</exception>
    /// <exception cref="InputProblemException">Its file is missing, different or unreadable, or a number does not fit its storage type.</exception>
    public static AttentionInput Create(InputSpec spec)
    {
        if (InputRules.WhyNot(spec) is { } mistake)
        {
            throw new ArgumentException($"{mistake.Found}; {mistake.Expected}", nameof(spec));
        }

        var (q, k, v) = spec.Model switch
        {
            InputModels.File => InputFileTensors.Read(spec),
            InputModels.Shared => Shared(spec),
            InputModels.Xwx => WeightedScores.Create(spec),
            _ => Independent(spec),
        };
        StorageRounding.Apply(spec, "Q", q);
        if (!ReferenceEquals(q, k))
        {
            StorageRounding.Apply(spec, "K", k);
        }

        StorageRounding.Apply(spec, "V", v);
        return new AttentionInput(spec, q, k, v);
    }

    private static (float[] Q, float[] K, float[] V) Independent(InputSpec spec)
    {
        var draws = new EntryDraws(spec);
        return (draws.Rounded(TensorStream.X), draws.Rounded(TensorStream.K), draws.Values());
    }

    private static (float[] Q, float[] K, float[] V) Shared(InputSpec spec)
    {
        var draws = new EntryDraws(spec);
        var x = draws.Rounded(TensorStream.X);
        return (x, x, draws.Values());
    }
}
