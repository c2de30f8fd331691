using System.Text.Json;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sparsity;
using Npgsql;
using NpgsqlTypes;

namespace AttnSweep.Storage.Dispatch;

/// <summary>Writes results, trials and sparsity by binary COPY inside the gate's transaction.</summary>
internal sealed class ResultWriter(NpgsqlConnection connection, CancellationToken cancellation)
{
    private const string CopyResults =
        """
        COPY results (cell_id, attempt, outcome, detail, samples, time_median_us, time_low_us, time_high_us, speedup_vs_dense,
            verified_rows, rel_error, max_abs_error, total_variation, verification_error, verification_allowed, ambiguous_rows,
            kept_pairs, useful_flops, dense_flops, dropped_error, dropped_max_abs_error, phases_us,
            data_dependent, compulsory_bytes, prepare_seconds, verify_seconds, peak_memory_bytes, peak_gflops, peak_gigabytes, theory,
            rel_l1_error, cosine, rms_error, lse_error, kappa, bucket_gain, rounding_error, rounding_max_abs_error, selection_changed) FROM STDIN (FORMAT BINARY)
        """;

    private const string CopyTrials =
        """
        COPY trials (cell_id, trial, samples_us, sample_count, median_us, low_us, high_us, min_us, max_us, q1_us, q3_us, mean_us, sd_us, mad_us,
            stopped_because, warm_up_launches, launches_per_sample, cpu_seconds, dense_median_us, conditions) FROM STDIN (FORMAT BINARY)
        """;

    private static readonly string CopySparsity =
        $"COPY sparsity (input_id, shard_id, attempt, rows_sampled, {string.Join(", ", SparsityMetrics.All)}, metrics, theory, seconds) FROM STDIN (FORMAT BINARY)";

    public async Task WriteAsync(IReadOnlyList<AttemptResult> results)
    {
        if (results.Count == 0)
        {
            return;
        }

        await using (var copy = await connection.BeginBinaryImportAsync(CopyResults, cancellation))
        {
            foreach (var (result, attempt) in results)
            {
                await WriteResultAsync(copy, result, attempt);
            }

            await copy.CompleteAsync(cancellation);
        }

        if (results.All(r => r.Result.Trials.Count == 0))
        {
            return;
        }

        await using (var copy = await connection.BeginBinaryImportAsync(CopyTrials, cancellation))
        {
            foreach (var (result, _) in results)
            {
                foreach (var trial in result.Trials)
                {
                    await WriteTrialAsync(copy, result.CellId, trial);
                }
            }

            await copy.CompleteAsync(cancellation);
        }
    }

    public async Task WriteSparsityAsync(IReadOnlyList<InputSparsity> measured)
    {
        if (measured.Count == 0)
        {
            return;
        }

        await using var copy = await connection.BeginBinaryImportAsync(CopySparsity, cancellation);
        foreach (var (inputId, lease, sparsity) in measured)
        {
            await copy.StartRowAsync(cancellation);
            await Long(copy, inputId);
            await Long(copy, lease.ShardId);
            await Int(copy, lease.Attempt);
            await Int(copy, sparsity.RowsSampled);
            foreach (var metric in SparsityMetrics.All)
            {
                await Double(copy, sparsity.Metrics.TryGetValue(metric, out var summary) ? summary.Mean : null);
            }

            await Json(copy, sparsity.Metrics);
            await Json(copy, sparsity.Theory);
            await Double(copy, sparsity.Seconds);
        }

        await copy.CompleteAsync(cancellation);
    }

    private async Task WriteResultAsync(NpgsqlBinaryImporter copy, CellResult result, int attempt)
    {
        var timing = CellTiming.Of(result.Trials);
        await copy.StartRowAsync(cancellation);
        await Long(copy, result.CellId);
        await Int(copy, attempt);
        await Text(copy, result.Outcome.Name());
        await Text(copy, result.Detail);
        await Int(copy, timing?.Samples ?? 0);
        await Double(copy, timing?.MedianUs);
        await Double(copy, timing?.LowUs);
        await Double(copy, timing?.HighUs);
        await Double(copy, timing?.SpeedupVsDense);
        await Int(copy, result.Error?.Rows);
        await Double(copy, result.Error?.RelativeFrobenius);
        await Double(copy, result.Error?.MaxAbsolute);
        await Double(copy, result.Error?.TotalVariation);
        await Double(copy, result.Error?.Verification);
        await Double(copy, result.Error?.Allowed);
        await Int(copy, result.Error?.AmbiguousRows);
        await Double(copy, result.KeptPairs);
        await Double(copy, result.UsefulFlops);
        await Double(copy, result.DenseFlops);
        await Double(copy, result.Error?.DroppedFrobenius);
        await Double(copy, result.Error?.DroppedMaxAbsolute);
        await Json(copy, result.Phases);
        await WriteFactsAsync(copy, result.Facts);
        await Double(copy, result.Error?.Distance?.RelativeL1);
        await Double(copy, result.Error?.Distance?.Cosine);
        await Double(copy, result.Error?.Distance?.RootMeanSquare);
        await Double(copy, result.Error?.Estimate?.LogSum);
        await Double(copy, result.Error?.Estimate?.RowSumRatio);
        await Double(copy, result.Error?.Estimate?.BucketGain);
        await Double(copy, result.Error?.Storage?.RelativeFrobenius);
        await Double(copy, result.Error?.Storage?.MaxAbsolute);
        await Double(copy, result.Error?.Storage?.SelectionChanged);
    }

    private async Task WriteTrialAsync(NpgsqlBinaryImporter copy, long cellId, TrialResult trial)
    {
        await copy.StartRowAsync(cancellation);
        await Long(copy, cellId);
        await Int(copy, trial.Trial);
        await copy.WriteAsync(trial.SamplesUs, NpgsqlDbType.Array | NpgsqlDbType.Double, cancellation);
        await Int(copy, trial.Summary.Count);
        await Double(copy, trial.Summary.Median);
        await Double(copy, trial.Summary.Low);
        await Double(copy, trial.Summary.High);
        await Double(copy, trial.Summary.Min);
        await Double(copy, trial.Summary.Max);
        await Double(copy, trial.Summary.Q1);
        await Double(copy, trial.Summary.Q3);
        await Double(copy, trial.Summary.Mean);
        await Double(copy, trial.Summary.StandardDeviation);
        await Double(copy, trial.Summary.Mad);
        await Text(copy, trial.StoppedBecause);
        await Int(copy, trial.WarmUpLaunches);
        await Int(copy, trial.LaunchesPerSample);
        await Double(copy, trial.CpuSeconds);
        await Double(copy, trial.DenseMedianUs);
        await Json(copy, trial.Conditions);
    }

    private async Task WriteFactsAsync(NpgsqlBinaryImporter copy, CellFacts? facts)
    {
        await (facts?.DataDependent is { } declared ? copy.WriteAsync(declared, NpgsqlDbType.Boolean, cancellation) : copy.WriteNullAsync(cancellation));
        await Double(copy, facts?.CompulsoryBytes);
        await Double(copy, facts?.PrepareSeconds);
        await Double(copy, facts?.VerifySeconds);
        await (facts?.PeakMemoryBytes is { } bytes ? Long(copy, bytes) : copy.WriteNullAsync(cancellation));
        await Double(copy, facts?.Ceilings?.Gflops);
        await Double(copy, facts?.Ceilings?.Gigabytes);
        await Json(copy, facts?.Theory);
    }

    private Task Long(NpgsqlBinaryImporter copy, long value) => copy.WriteAsync(value, NpgsqlDbType.Bigint, cancellation);

    private Task Int(NpgsqlBinaryImporter copy, int? value) =>
        value is { } number ? copy.WriteAsync(number, NpgsqlDbType.Integer, cancellation) : copy.WriteNullAsync(cancellation);

    private Task Double(NpgsqlBinaryImporter copy, double? value) =>
        value is { } number ? copy.WriteAsync(number, NpgsqlDbType.Double, cancellation) : copy.WriteNullAsync(cancellation);

    private Task Json<T>(NpgsqlBinaryImporter copy, T? value)
        where T : class =>
        value is null ? copy.WriteNullAsync(cancellation) : copy.WriteAsync(JsonSerializer.Serialize(value, ProtocolJson.Options), NpgsqlDbType.Jsonb, cancellation);

    private Task Text(NpgsqlBinaryImporter copy, string? value) =>
        // A driver's message may hold a NUL, which PostgreSQL's text cannot.
        value is not null ? copy.WriteAsync(value.Replace("\0", "", StringComparison.Ordinal), NpgsqlDbType.Text, cancellation) : copy.WriteNullAsync(cancellation);
}
