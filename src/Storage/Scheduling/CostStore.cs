using System.Collections.Immutable;
using System.Text.Json;
using AttnSweep.Catalogue;
using AttnSweep.Scheduling.Costs;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Sql;
using AttnSweep.Sweeps;
using Dapper;

namespace AttnSweep.Storage.Scheduling;

/// <summary>What launches cost, fitted to the stored results. Reading: any role; fitting: role app.</summary>
public sealed class CostStore(Database database)
{
    /// <summary>Newest cells of a kernel on a device that are looked at: more would not move the line.</summary>
    private const int Most = 500;

    private static readonly string Observations = SqlFiles.Statement("cost_observations");
    private static readonly string NewestCellsFloor = SqlFiles.Statement("newest_cells_floor");
    private static readonly string PutCostModel = SqlFiles.Statement("put_cost_model");
    private static readonly string ListCostModels = SqlFiles.Statement("list_cost_models");

    public async Task<CostModel> ReadAsync(CancellationToken cancellation) =>
        new(await database.QueryAsync<FittedCost>(ListCostModels, null, cancellation));

    /// <summary>Fits anew to what is stored, and keeps it. Returns how many lines there are.</summary>
    public async Task<int> RefitAsync(CancellationToken cancellation)
    {
        var after = await database.QueryFirstAsync<long>(NewestCellsFloor, null, cancellation);
        var rows = await database.QueryAsync<ObservationRow>(Observations, new { after, most = Most }, cancellation);
        var estimate = new CostEstimate();
        var model = CostModel.Of(rows.Select(row => row.ToObservation(estimate)).OfType<CostObservation>());
        return await database.InTransactionAsync(async (connection, transaction) =>
        {
            foreach (var fit in model.Fits.OrderBy(fit => (fit.Kernel, fit.Backend, fit.Device)))
            {
                await connection.ExecuteAsync(new CommandDefinition(PutCostModel, fit, transaction, cancellationToken: cancellation));
            }

            return model.Fits.Count;
        }, cancellation);
    }

    private sealed record ObservationRow(
        string Kernel, string Backend, string Device, string Parameters, string Variant, string Model, int Heads, int N, int D, double Sigma, long Seed,
        bool Causal, double Seconds)
    {
        /// <summary>Null for a kernel or backend of another version of this program.</summary>
        public CostObservation? ToObservation(CostEstimate estimate)
        {
            if (KernelCatalogue.Find(Kernel) is not { } definition || !estimate.FlopsPerSecond.ContainsKey(Backend))
            {
                return null;
            }

            var kernel = new KernelSpec(Kernel, JsonSerializer.Deserialize<ImmutableSortedDictionary<string, double>>(Parameters)!, Variant);
            var prior = estimate.ByFlops(definition, new InputSpec(Model, Heads, N, D, Sigma, Seed, Causal), kernel, Backend);
            return new CostObservation(Kernel, Backend, Device, N, D, prior, Seconds);
        }
    }
}
