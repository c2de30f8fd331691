using System.Collections.Immutable;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sweeps;

namespace AttnSweep.Clustering.Tests.Worker;

/// <summary>Small shards and reports for these tests.</summary>
internal static class Shards
{
    public static MeasureRules Measure { get; } = new("test", 2, 3, 6, 0, 0.05, 0.5, 0.9, 1, 0, 16);

    public static KernelSpec Flash { get; } = KernelSpec.Plain("flash");

    public static KernelSpec TopK(int k) => new("topk", ImmutableSortedDictionary<string, double>.Empty.Add("k", k), $"topk(k={k})");

    public static ShardWork Work(long shardId = 7, int attempt = 1, SparsityRules? sparsity = null, string backend = Backends.CpuSimd, double deadline = 60, params KernelSpec[] kernels) => new(
        new Lease(1, shardId, attempt, 3), 11, new InputSpec(InputModels.Independent, 1, 48, 16, 1, 5, false), backend,
        [.. kernels.Select((kernel, i) => new CellWork(100 + i, kernel, deadline))], sparsity, Measure);

    public static DispatchProtocol.ReportChunk Chunk(Lease lease, int chunk, bool final) =>
        new("w", "i", lease, "cpu-simd", chunk, final, [Result(100 + chunk)], null);

    public static CellResult Result(long cellId) => new(cellId, Outcome.Unsupported, "not here", null, 0, 0, 1, []);
}
