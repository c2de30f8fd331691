using System.Text.Json;
using AttnSweep.Storage.Sql;
using AttnSweep.Sweeps;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace AttnSweep.Storage.Runs;

/// <summary>Writes the inputs, shards and cells of a plan by binary COPY inside the caller's transaction.</summary>
internal sealed class PlanWriter(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
{
    private static readonly string TakeIds = SqlFiles.Statement("take_ids");

    public async Task WriteAsync(SweepPlan plan, long runId, int priority)
    {
        var firstInput = await TakeAsync("input", plan.Inputs.Count);
        var firstShard = await TakeAsync("shard", plan.Shards.Count);
        var firstCell = await TakeAsync("cell", plan.Cells.Count);

        await CopyInputsAsync(plan, runId, firstInput);
        await CopyShardsAsync(plan, runId, priority, firstInput, firstShard);
        await CopyCellsAsync(plan, firstShard, firstCell);
    }

    private Task<long> TakeAsync(string name, int count) => connection.ExecuteScalarAsync<long>(
        new CommandDefinition(TakeIds, new { name, count = (long)count }, transaction, cancellationToken: cancellation));

    private async Task CopyInputsAsync(SweepPlan plan, long runId, long firstInput)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY inputs (input_id, run_id, model, heads, n, d, sigma, seed, causal, "
            + "norm, layer_norm, mean_v, rho, rho_d, nu, outliers, outlier_scale, dtype, file_path, file_sha256) FROM STDIN (FORMAT BINARY)", cancellation);
        for (var i = 0; i < plan.Inputs.Count; i++)
        {
            var input = plan.Inputs[i];
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(firstInput + i, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(runId, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(input.Model, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(input.Heads, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(input.N, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(input.D, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(input.Sigma, NpgsqlDbType.Double, cancellation);
            await copy.WriteAsync(input.Seed, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(input.Causal, NpgsqlDbType.Boolean, cancellation);
            await WriteOptionsAsync(copy, input.Options);
        }

        await copy.CompleteAsync(cancellation);
    }

    private async Task WriteOptionsAsync(NpgsqlBinaryImporter copy, InputOptions options)
    {
        await NumberOrNullAsync(options.Norm);
        await copy.WriteAsync(options.LayerNorm, NpgsqlDbType.Boolean, cancellation);
        await copy.WriteAsync(options.MeanV, NpgsqlDbType.Double, cancellation);
        await copy.WriteAsync(options.Rho, NpgsqlDbType.Double, cancellation);
        await copy.WriteAsync(options.RhoD, NpgsqlDbType.Double, cancellation);
        await NumberOrNullAsync(options.Nu);
        await copy.WriteAsync(options.Outliers, NpgsqlDbType.Integer, cancellation);
        await copy.WriteAsync(options.OutlierScale, NpgsqlDbType.Double, cancellation);
        await copy.WriteAsync(options.DType, NpgsqlDbType.Text, cancellation);
        await copy.WriteAsync(options.FilePath, NpgsqlDbType.Text, cancellation);
        await copy.WriteAsync(options.FileSha256, NpgsqlDbType.Text, cancellation);

        Task NumberOrNullAsync(double value) =>
            value == 0 ? copy.WriteNullAsync(cancellation) : copy.WriteAsync(value, NpgsqlDbType.Double, cancellation);
    }

    private async Task CopyShardsAsync(SweepPlan plan, long runId, int priority, long firstInput, long firstShard)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY shards (shard_id, run_id, input_id, backend, cell_count, measures_sparsity, seconds, least_memory_bytes, priority) FROM STDIN (FORMAT BINARY)",
            cancellation);
        for (var i = 0; i < plan.Shards.Count; i++)
        {
            var shard = plan.Shards[i];
            var leastMemory = long.MaxValue;
            for (var c = shard.FirstCell; c < shard.FirstCell + shard.CellCount; c++)
            {
                leastMemory = Math.Min(leastMemory, plan.Cells[c].MemoryBytes);
            }

            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(firstShard + i, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(runId, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(firstInput + shard.Input, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(shard.Backend, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(shard.CellCount, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(shard.MeasuresSparsity, NpgsqlDbType.Boolean, cancellation);
            await copy.WriteAsync(shard.Seconds, NpgsqlDbType.Double, cancellation);
            await copy.WriteAsync(leastMemory, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(priority, NpgsqlDbType.Integer, cancellation);
        }

        await copy.CompleteAsync(cancellation);
    }

    private async Task CopyCellsAsync(SweepPlan plan, long firstShard, long firstCell)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY cells (cell_id, shard_id, kernel, parameters, variant, kernel_build, seconds, memory_bytes) FROM STDIN (FORMAT BINARY)", cancellation);
        for (var s = 0; s < plan.Shards.Count; s++)
        {
            var shard = plan.Shards[s];
            var scale = ShareOfShard(plan, shard);
            for (var c = shard.FirstCell; c < shard.FirstCell + shard.CellCount; c++)
            {
                var cell = plan.Cells[c];
                await copy.StartRowAsync(cancellation);
                await copy.WriteAsync(firstCell + c, NpgsqlDbType.Bigint, cancellation);
                await copy.WriteAsync(firstShard + s, NpgsqlDbType.Bigint, cancellation);
                await copy.WriteAsync(cell.Kernel.Name, NpgsqlDbType.Text, cancellation);
                await copy.WriteAsync(JsonSerializer.Serialize(cell.Kernel.Parameters), NpgsqlDbType.Jsonb, cancellation);
                await copy.WriteAsync(cell.Kernel.Variant, NpgsqlDbType.Text, cancellation);
                await copy.WriteAsync(cell.Kernel.Build, NpgsqlDbType.Text, cancellation);
                await copy.WriteAsync(cell.Seconds * scale, NpgsqlDbType.Double, cancellation);
                await copy.WriteAsync(cell.MemoryBytes, NpgsqlDbType.Bigint, cancellation);
            }
        }

        await copy.CompleteAsync(cancellation);
    }

    /// <summary>
    /// A shard also pays for its input's sparsity and the dense baseline; its cells share that out, so that the work done, told by cells,
    /// reaches the work estimated, told by shards.
    /// </summary>
    private static double ShareOfShard(SweepPlan plan, PlannedShard shard)
    {
        var cells = 0.0;
        for (var c = shard.FirstCell; c < shard.FirstCell + shard.CellCount; c++)
        {
            cells += plan.Cells[c].Seconds;
        }

        return cells > 0 ? shard.Seconds / cells : 1;
    }
}
