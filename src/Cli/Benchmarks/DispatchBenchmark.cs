using AttnSweep.Cli.CommandLine;
using AttnSweep.Sweeps;

namespace AttnSweep.Cli.Benchmarks;

/// <param name="Devices">Of each worker.</param>
internal sealed record DispatchRequest(int Workers, int Devices, int Shards, IReadOnlyList<string> Parts);

/// <summary>What was measured; null where it was not asked for.</summary>
internal sealed record DispatchFigures(int Workers, int DevicesPerWorker, int Shards, double? ShardsPerSecond, int Cores)
{
    public FabricRun? Dispatch { get; init; }

    public FabricRun? Rows { get; init; }

    public FabricRun? Idle { get; init; }

    /// <summary>Resident memory of the coordinator with <see cref="DispatchBenchmark.QueuedCells"/> cells queued.</summary>
    public long? CoordinatorBytes { get; init; }

    /// <summary>The same work with ever more cells.</summary>
    public IReadOnlyList<FabricRun> Scales { get; init; } = [];
}

/// <summary>The parts of <c>attnsweep bench dispatch</c>, one after the other on one cluster.</summary>
internal static class DispatchBenchmark
{
    public const int QueuedCells = 1_000_000;
    private const int IdleShardsPerDevice = 15;
    private const int RowShards = 1500;
    private const int WarmUpShards = 2000;

    public static IReadOnlyList<string> Parts { get; } = ["dispatch", "rows", "idle", "memory", "scale"];

    public static async Task<DispatchFigures> RunAsync(Surroundings around, DispatchRequest request, CancellationToken cancellation)
    {
        await using var bench = await FabricBench.StartAsync(around, request.Workers, request.Devices, cancellation);

        // The first shards pay for compilation, connections and statements; a cluster lives for weeks.
        await bench.RunAsync(EmptyPlan.Of("warm-up", WarmUpShards, 1), cancellation);
        var figures = new DispatchFigures(request.Workers, request.Devices, request.Shards, null, Environment.ProcessorCount);
        if (request.Parts.Contains("dispatch"))
        {
            var run = await bench.RunAsync(EmptyPlan.Of("dispatch", request.Shards, 1), cancellation);
            figures = figures with { Dispatch = run, ShardsPerSecond = run.ShardsPerSecond };
        }

        if (request.Parts.Contains("rows"))
        {
            figures = figures with { Rows = await bench.RunAsync(EmptyPlan.Of("rows", RowShards, PlannedShard.MaxCells), cancellation) };
        }

        if (request.Parts.Contains("idle"))
        {
            figures = figures with { Idle = await bench.RunAsync(EmptyPlan.Of("idle", bench.Devices * IdleShardsPerDevice, 1, seconds: 1), cancellation) };
        }

        if (request.Parts.Contains("memory"))
        {
            figures = figures with { CoordinatorBytes = await MemoryAsync(around, bench, cancellation) };
        }

        if (request.Parts.Contains("scale"))
        {
            var scales = new List<FabricRun>();
            foreach (var cells in (int[])[1_000, 10_000, 100_000, 1_000_000])
            {
                scales.Add(await bench.RunAsync(EmptyPlan.Of(FormattableString.Invariant($"{cells} cells"), (cells + 49) / 50, 50), cancellation));
            }

            figures = figures with { Scales = scales };
        }

        return figures;
    }

    /// <summary>With a million cells queued behind shards of a second each, so that they stay queued while the coordinator is looked at.</summary>
    private static async Task<long> MemoryAsync(Surroundings around, FabricBench bench, CancellationToken cancellation)
    {
        var run = await bench.QueueAsync(EmptyPlan.Of("queued", QueuedCells / 50, 50, seconds: 1), cancellation);
        await Task.Delay(TimeSpan.FromSeconds(10), around.Time, cancellation);
        var bytes = bench.CoordinatorBytes;
        await bench.CancelAsync(run, cancellation);
        return bytes;
    }
}
