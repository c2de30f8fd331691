using System.Collections.Immutable;
using System.Text.Json;
using AttnSweep.Protocol;
using AttnSweep.Storage.Sql;
using AttnSweep.Sweeps;

namespace AttnSweep.Storage.Dispatch;

/// <summary>Grants to many devices, inside one ledger transaction. Which shard is worth most is decided in grant_shards.sql.</summary>
internal static class ShardGranting
{
    private static readonly string GrantShards = SqlFiles.Statement("grant_shards");
    private static readonly string CellsToMeasure = SqlFiles.Statement("cells_to_measure");

    /// <returns>In the order of the requests; null for a device that there is nothing for.</returns>
    public static async Task<IReadOnlyList<ShardWork?>> GrantAsync(LedgerTransaction statements, long epoch, IReadOnlyList<GrantRequest> requests, GrantTerms terms)
    {
        var granted = new ShardWork?[requests.Count];
        foreach (var kind in Enumerable.Range(0, requests.Count).GroupBy(place => (requests[place].Backend, requests[place].MemoryBytes)))
        {
            var places = kind.ToArray();
            await foreach (var (place, work) in GrantKindAsync(statements, epoch, kind.Key.Backend, kind.Key.MemoryBytes, [.. places.Select(p => requests[p])], terms))
            {
                granted[places[place]] = work;
            }
        }

        return granted;
    }

    private static async IAsyncEnumerable<(int Place, ShardWork Work)> GrantKindAsync(
        LedgerTransaction statements, long epoch, string backend, long memoryBytes, IReadOnlyList<GrantRequest> requests, GrantTerms terms)
    {
        var shards = await statements.QueryAsync<GrantRow>(GrantShards, new
        {
            epoch,
            backend,
            memoryBytes,
            terms.OnlyRun,
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

    private sealed record CellRow(long ShardId, long CellId, string Kernel, string Parameters, string Variant, string? KernelBuild, double Seconds)
    {
        public CellWork ToWork() => new(CellId, new KernelSpec(Kernel, Values(Parameters), Variant) { Build = KernelBuild }, ShardLedger.DeadlineSeconds(Seconds));

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
