using System.Collections.Immutable;
using AttnSweep.Sweeps;

namespace AttnSweep.Theory;

/// <summary>What theory predicts for the sparsity metrics of an input (paper 4A to 4C, averaged over the spread of tau).</summary>
public static class SparsityTheory
{
    /// <summary>Predictions by metric name, for those metrics of <see cref="Sparsity.SparsityMetrics"/> that have one under this input model. Cached by (model, n, d, sigma, causal).</summary>
    public static ImmutableSortedDictionary<string, double> Predict(InputSpec input) => throw new NotImplementedException();
}
