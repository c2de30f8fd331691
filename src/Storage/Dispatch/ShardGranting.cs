using System.Collections.Immutable;
using System.Text.Json;
using AttnSweep.Protocol;
using AttnSweep.Scheduling;
using AttnSweep.Storage.Sql;
using AttnSweep.Sweeps;

namespace AttnSweep.Storage.Dispatch;

/// <summary>
/// Grants to many devices, inside one ledger transaction: run by run in the order of <see cref="FairShare"/>, in each the longest shards first
/// (grant_shards.sql). Devices of one kind are served together; one that some shard keeps away from stands alone.
/// </summary>
internal static class ShardGranting
{
    private static readonly string GrantShards = SqlFiles.Statement("grant_shards");
    private static readonly string OpenRuns = SqlFiles.Statement("open_runs");
    private static readonly string Askers = SqlFiles.Statement("askers");
    private static readonly string PlacesFailedOn = SqlFiles.Statement("places_failed_on");
    private static readonly string CellsToMeasure = SqlFiles.Statement("cells_to_measure");

    /// <returns>In the order of the requests; null for a device that there is nothing for.</returns>
    public static async Task<IReadOnlyList<ShardWork?>> GrantAsync(LedgerTransaction statements, long epoch, IReadOnlyList<GrantRequest> requests, GrantTerms terms)
    {
        var granted = new ShardWork?[requests.Count];
        var runs = (await statements.QueryAsync<RunRow>(OpenRuns, new { terms.OnlyRun })).Select(row => row.ToStanding()).ToList();
        if (runs.Count == 0)
        {
            return granted;
        }

        var askers = await statements.QueryAsync<AskerRow>(
            Askers, new { workers = requests.Select(r => r.Worker).ToArray(), deviceIds = requests.Select(r => r.DeviceId).ToArray() });
        var alone = (await statements.QueryAsync<string>(PlacesFailedOn, null)).ToHashSet();
        var kinds = Enumerable.Range(0, requests.Count).Where(place => !askers[place].Barred)
            .GroupBy(place => (requests[place].Backend, requests[place].MemoryBytes, askers[place].Labels, Alone: alone.Contains(Place(requests[place])) ? place : -1));
        foreach (var kind in kinds)
        {
            var labels = kind.Key.Labels.Split(',', StringSplitOptions.RemoveEmptyEntries).ToImmutableSortedSet();
            var fitting = runs.Where(run => run.Requires.IsSubsetOf(labels)).ToList();
            var waiting = kind.ToList();
            foreach (var (turn, most) in FairShare.Turns(fitting, waiting.Count))
            {
                if (waiting.Count == 0)
                {
                    break;
                }

                var places = waiting.Take(Math.Min(most, waiting.Count)).ToArray();
                await foreach (var (place, work) in GrantKindAsync(statements, epoch, turn, kind.Key.Backend, kind.Key.MemoryBytes, [.. places.Select(p => requests[p])], terms))
                {
                    granted[places[place]] = work;
                    waiting.Remove(places[place]);
                    var at = runs.FindIndex(run => run.RunId == turn.RunId);
                    runs[at] = runs[at] with { UsedSeconds = runs[at].UsedSeconds + work.Seconds };
                }
            }
        }

        return granted;
    }

    private static string Place(GrantRequest request) => $"{request.Worker}/{request.DeviceId}";

    private static async IAsyncEnumerable<(int Place, ShardWork Work)> GrantKindAsync(
        LedgerTransaction statements, long epoch, RunStanding run, string backend, long memoryBytes, IReadOnlyList<GrantRequest> requests, GrantTerms terms)
    {
        var shards = await statements.QueryAsync<GrantRow>(GrantShards, new
        {
            epoch,
            backend,
            memoryBytes,
            run.RunId,
            run.Priority,
            places = requests.Select(Place).ToArray(),
            leaseSeconds = terms.LeaseDuration.TotalSeconds,
            devices = (long)requests.Count,
            workers = requests.Select(r => r.Worker).ToArray(),
            incarnations = requests.Select(r => r.Incarnation).ToArray(),
            deviceIds = requests.Select(r => r.DeviceId).ToArray(),
        });
        if (shards.Count == 0)
        {
            yield break;
        }

        var cells = (await statements.QueryAsync<CellRow>(CellsToMeasure, new { shardIds = shards.Select(s => s.ShardId).ToArray(), memoryBytes }))
            .ToLookup(cell => cell.ShardId);
        var rules = shards.Select(s => s.Measure).Distinct().ToDictionary(text => text, text => JsonSerializer.Deserialize<MeasureRules>(text, ProtocolJson.Options)!);
        foreach (var shard in shards)
        {
            yield return ((int)shard.Place - 1, shard.ToWork(epoch, backend, cells[shard.ShardId], rules[shard.Measure]));
        }
    }

    private sealed record RunRow(long RunId, int Priority, double UsedSeconds, string Requires)
    {
        public RunStanding ToStanding() => new(RunId, Priority, UsedSeconds, [.. Requires.Split(',', StringSplitOptions.RemoveEmptyEntries)]);
    }

    private sealed record AskerRow(long Place, string Labels, bool Barred);

    private sealed record CellRow(long ShardId, long CellId, string Kernel, string Parameters, string Variant, double Seconds)
    {
        public CellWork ToWork() => new(CellId, new KernelSpec(Kernel, Values(Parameters), Variant), ShardLedger.DeadlineSeconds(Seconds));

        private static ImmutableSortedDictionary<string, double> Values(string json) => json == "{}"
            ? ImmutableSortedDictionary<string, double>.Empty
            : JsonSerializer.Deserialize<ImmutableSortedDictionary<string, double>>(json)!;
    }

    private sealed record GrantRow(
        long Place, long ShardId, long RunId, long InputId, int Attempt, double Seconds, string Model, int Heads, int N, int D, double Sigma, long Seed, bool Causal,
        double? Norm, bool LayerNorm, double MeanV, double Rho, double RhoD, double? Nu, int Outliers, double OutlierScale, string Dtype,
        string? FilePath, string? FileSha256, string Measure, int? SparsityRows)
    {
        public ShardWork ToWork(long epoch, string backend, IEnumerable<CellRow> cells, MeasureRules measure) => new(
            new Lease(RunId, ShardId, Attempt, epoch), InputId, new InputSpec(Model, Heads, N, D, Sigma, Seed, Causal) { Options = Options }, backend,
            [.. cells.Select(cell => cell.ToWork())],
            SparsityRows is { } rows ? new SparsityRules(rows) : null,
            measure)
        {
            Seconds = Seconds,
        };

        private InputOptions Options => new()
        {
            Norm = Norm ?? 0,
            LayerNorm = LayerNorm,
            MeanV = MeanV,
            Rho = Rho,
            RhoD = RhoD,
            Nu = Nu ?? 0,
            Outliers = Outliers,
            OutlierScale = OutlierScale,
            DType = Dtype,
            FilePath = FilePath,
            FileSha256 = FileSha256,
        };
    }
}
