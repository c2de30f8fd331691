using AttnSweep.Sparsity;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Sql;
using Dapper;

namespace AttnSweep.Storage.Reading;

/// <summary>What summaries and comparisons are made from. Role reader; the SQL is that of <c>sql/queries</c>, which people may run too.</summary>
public sealed class RunReader(Database database)
{
    private static readonly Dictionary<string, string> Queries = SqlFiles.Folder("queries").ToDictionary(f => Path.GetFileNameWithoutExtension(f.Name), f => f.Text);

    public Task<IReadOnlyList<EnvironmentRow>> EnvironmentsAsync(long runId, CancellationToken cancellation) =>
        QueryAsync<EnvironmentRow>("environments_of_run", new { runId }, cancellation);

    /// <summary>Speed-up and error by variant and shape, over the seeds.</summary>
    public Task<IReadOnlyList<SpeedupRow>> SpeedupsAsync(long runId, CancellationToken cancellation) =>
        QueryAsync<SpeedupRow>("speedup_by_shape", new { runId }, cancellation);

    /// <summary>One row per input and metric: the mean over its rows, and theory's value where there is one.</summary>
    public Task<IReadOnlyList<SparsityRow>> SparsityAsync(long runId, CancellationToken cancellation) =>
        QueryAsync<SparsityRow>("sparsity_by_input", new { runId, metrics = SparsityMetrics.All.ToArray() }, cancellation);

    public Task<IReadOnlyList<FailureRow>> FailuresAsync(long runId, CancellationToken cancellation) =>
        QueryAsync<FailureRow>("failures_of_run", new { runId }, cancellation);

    /// <summary>Samples of every trial of every ok cell of a run.</summary>
    public Task<IReadOnlyList<TrialSamplesRow>> SamplesAsync(long runId, CancellationToken cancellation) =>
        QueryAsync<TrialSamplesRow>("samples_of_run", new { runId }, cancellation);

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string query, object parameters, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        return [.. await connection.QueryAsync<T>(new CommandDefinition(Queries[query], parameters, cancellationToken: cancellation))];
    }
}

public sealed record EnvironmentRow(string Worker, string Host, string Backend, string Device, string? Driver, int? ComputeUnits, string CodeVersion, string? Facts, long Cells);

public sealed record SpeedupRow(
    string Backend, string InputModel, bool Causal, int D, string Kernel, string Variant, int N, double Sigma,
    long Cells, double? Speedup, double? SpeedupLow, double? SpeedupHigh, double? TimeUs, double? Gflops, double? RelError, double? TotalVariation, double? KeptFraction);

public sealed record SparsityRow(string InputModel, bool Causal, int N, int D, double Sigma, long Seed, int RowsSampled, string Metric, double Measured, double? Theory);

public sealed record FailureRow(string Outcome, string Kernel, string Backend, long Cells, string? Example);

public sealed record TrialSamplesRow(string CellKey, string Kernel, string Variant, long CellId, double[] SamplesUs);
