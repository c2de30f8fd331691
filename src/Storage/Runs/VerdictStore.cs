using AttnSweep.Statistics;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Sql;

namespace AttnSweep.Storage.Runs;

/// <summary>What comparisons of two runs found. Role app.</summary>
public sealed class VerdictStore(Database database)
{
    private static readonly string PutVerdicts = SqlFiles.Statement("put_verdicts");

    /// <summary>Stores one verdict per pair of cells; comparing the same runs again replaces them, so a second call changes nothing but the time.</summary>
    /// <param name="baselineRunId">A.</param>
    /// <param name="runId">B.</param>
    /// <returns>Verdicts stored: those whose cell exists in one of the runs.</returns>
    public Task<int> PutAsync(long baselineRunId, long runId, IReadOnlyList<CellComparison> compared, CancellationToken cancellation)
    {
        var rows = compared.Where(c => c.CellA is not null || c.CellB is not null).ToList();
        return database.ExecuteAsync(
            PutVerdicts,
            new
            {
                baseline = baselineRunId,
                run = runId,
                baselineCells = rows.Select(c => c.CellA).ToArray(),
                cells = rows.Select(c => c.CellB).ToArray(),
                verdicts = rows.Select(c => c.Verdict.Name()).ToArray(),
                ratios = rows.Select(c => c.Ratio).ToArray(),
                // A percentile interval need not hold the ratio of the samples themselves; the one stored does.
                lows = rows.Select(c => Math.Min(c.Low ?? double.NaN, c.Ratio ?? double.NaN)).Select(Finite).ToArray(),
                highs = rows.Select(c => Math.Max(c.High ?? double.NaN, c.Ratio ?? double.NaN)).Select(Finite).ToArray(),
                ps = rows.Select(c => c.P).ToArray(),
                whys = rows.Select(c => c.Why).ToArray(),
            },
            cancellation);
    }

    private static double? Finite(double value) => double.IsNaN(value) ? null : value;
}
