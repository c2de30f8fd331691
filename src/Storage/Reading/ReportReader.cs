using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Sql;

namespace AttnSweep.Storage.Reading;

/// <summary>What reports are made of: the queries of <c>sql/queries</c>. Role reader.</summary>
public sealed class ReportReader(Database database)
{
    private static readonly Dictionary<string, string> Queries = SqlFiles.Folder("queries").ToDictionary(f => Path.GetFileNameWithoutExtension(f.Name), f => f.Text);

    public Task<IReadOnlyList<SpeedupRow>> SpeedupsAsync(long run, CancellationToken cancellation) =>
        database.QueryAsync<SpeedupRow>(Queries["speedups"], new { run }, cancellation);

    /// <summary>Only the points on the frontier, shape by shape, most exact first.</summary>
    public Task<IReadOnlyList<FrontierRow>> FrontierAsync(long run, CancellationToken cancellation) =>
        database.QueryAsync<FrontierRow>(Queries["frontier"], new { run }, cancellation);

    /// <param name="metrics">Columns of <c>v_sparsity</c>.</param>
    public Task<IReadOnlyList<SparsityRow>> SparsityAsync(long run, IReadOnlyList<string> metrics, CancellationToken cancellation) =>
        database.QueryAsync<SparsityRow>(Queries["sparsity_by_seed"], new { run, metrics = metrics.ToArray() }, cancellation);

    public Task<IReadOnlyList<OutcomeRow>> OutcomesAsync(long run, CancellationToken cancellation) =>
        database.QueryAsync<OutcomeRow>(Queries["outcomes"], new { run }, cancellation);

    public Task<IReadOnlyList<EnvironmentRow>> EnvironmentsAsync(long run, CancellationToken cancellation) =>
        database.QueryAsync<EnvironmentRow>(Queries["environments"], new { run }, cancellation);

    public Task<IReadOnlyList<CellRow>> CellsAsync(long run, CancellationToken cancellation) =>
        database.QueryAsync<CellRow>(Queries["cells"], new { run }, cancellation);

    public Task<IReadOnlyList<VerdictRow>> VerdictsAsync(long run, CancellationToken cancellation) =>
        database.QueryAsync<VerdictRow>(Queries["verdicts"], new { run }, cancellation);

    public async Task<IReadOnlyList<SeriesRow>> SeriesAsync(long run, CancellationToken cancellation) =>
        [.. (await database.QueryAsync<SeriesColumns>(Queries["samples"], new { run }, cancellation))
            .Select(c => new SeriesRow(c.CellId, c.Kernel, c.Key, c.SamplesUs))];

    // Npgsql announces an array column as System.Array, which fits no constructor, so Dapper gets properties.
    private sealed class SeriesColumns
    {
        public long CellId { get; init; }

        public string Kernel { get; init; } = "";

        public string Key { get; init; } = "";

        public double[]? SamplesUs { get; init; }
    }
}

public sealed record SpeedupRow(
    string Variant, string Backend, int N, int D, double Sigma, long Cells, double Speedup, double SpeedupLow, double SpeedupHigh, double? RelError, double? KeptFraction);

/// <param name="Input">Input variant, mask and heads in words.</param>
/// <param name="Place">1: the most exact of its shape.</param>
public sealed record FrontierRow(
    string Backend, string? Device, string Input, int N, int D, double Sigma, int Place, string Variant, double Speedup, double RelError, double? KeptFraction, long Cells);

/// <param name="Measured">Mean over the sampled rows of one input.</param>
public sealed record SparsityRow(string InputModel, bool Causal, int Heads, int N, int D, double Sigma, long Seed, string Metric, double? Measured, double? Theory);

public sealed record OutcomeRow(string Outcome, string Variant, string Backend, long Cells, string? Detail);

/// <param name="Facts">JSON object.</param>
public sealed record EnvironmentRow(string Backend, string Device, long Workers, long Cells, string? Facts);

public sealed record CellRow(
    long CellId, string Variant, string Backend, int N, int D, double Sigma, long Seed, string Outcome,
    int? Samples, double? TimeMedianUs, double? Gflops, double? SpeedupVsDense, double? RelError);

/// <param name="BaselineRunId">A; the run asked for is one of the two.</param>
/// <param name="RunId">B.</param>
public sealed record VerdictRow(long BaselineRunId, string BaselineRunName, long RunId, string RunName, string Verdict, long Cells, DateTimeOffset DecidedAt);

/// <param name="Key">The same for the same cell of any run.</param>
/// <param name="SamplesUs">One trial's samples; null for a cell without any.</param>
public sealed record SeriesRow(long CellId, string Kernel, string Key, double[]? SamplesUs);
