using System.Collections.Immutable;
using AttnSweep.Results;

namespace AttnSweep.Sparsity;

/// <summary>Collects the sparsity metrics of sampled rows and summarises them over the rows.</summary>
public sealed class RowSparsity
{
    /// <summary>Adds one row, given its scores (q.k x scale, visible keys only, double precision). The span is used as scratch.</summary>
    public void Add(Span<double> scores) => throw new NotImplementedException();

    public int Rows => throw new NotImplementedException();

    /// <summary>Each metric of <see cref="SparsityMetrics"/> over the rows added so far.</summary>
    public ImmutableSortedDictionary<string, MetricSummary> Summarise() => throw new NotImplementedException();
}
