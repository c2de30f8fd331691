using System.Collections.Immutable;

namespace AttnSweep.Results;

/// <summary>
/// Sparsity of one input on sampled rows: for each metric its mean over rows, and where a closed form exists, what theory
/// predicts for the same (n, d, sigma). Metric names are those of <see cref="Sparsity.SparsityMetrics"/> and are columns of <c>v_sparsity</c>.
/// </summary>
/// <param name="Seconds">Spent on measuring it; null from a runner that did not say.</param>
public sealed record SparsityResult(
    int RowsSampled,
    ImmutableSortedDictionary<string, MetricSummary> Metrics,
    ImmutableSortedDictionary<string, double> Theory,
    double? Seconds = null);

/// <summary>A metric over the sampled rows.</summary>
public sealed record MetricSummary(double Mean, double StandardDeviation, double P5, double P50, double P95, double Min, double Max);
