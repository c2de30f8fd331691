using System.Collections.Immutable;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sparsity;
using AttnSweep.Statistics;
using AttnSweep.Sweeps;

namespace AttnSweep.Clustering.Tests.Infrastructure;

/// <summary>Messages as they really are: with samples, errors, dictionaries and the nulls that occur.</summary>
internal static class Examples
{
    public const string Worker = "lab-1";
    public const string Incarnation = "8f14e45f";
    public const string Device = "cpu-simd";

    public static DateTimeOffset Noon { get; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static InputSpec Input { get; } = new(InputModels.Independent, 2, 64, 32, 1.5, 7, false);

    public static DeviceInfo Cpu { get; } = new(Device, Backends.CpuSimd, "8 cores", 17_179_869_184, 8, "AVX-512");

    public static NodeInfo Node { get; } = new(
        Worker, "lab-1.local", 4711, "0.1.0+abc", ImmutableSortedDictionary<string, string>.Empty.Add("cores", "8").Add("cpu", "Ünusual \"CPU\" 3000"), "00ff");

    public static KernelSpec TopK { get; } = new("topk", ImmutableSortedDictionary<string, double>.Empty.Add("k", 4), "topk(k=n/16)");

    public static Lease Lease(long shard = 12, int attempt = 2, long epoch = 5) => new(3, shard, attempt, epoch);

    public static CellResult Ok(long cell, params double[] samplesUs)
    {
        double[] samples = samplesUs.Length > 0 ? samplesUs : [101.5, 99.25, 100];
        var trial = new TrialResult(0, samples, SampleStatistics.Summarise(samples, 0.95), "converged", 3, 1, 0.25, 80.125);
        return new CellResult(cell, Outcome.Ok, null, new KernelError(64, 0.015625, 0.25, 0.125, 1e-7, 2e-6, 1, Estimate: new EstimateError(0.0625, 1.5, 2.5), Storage: new StorageError(0.001, 0.002, 0.03125), Distance: new OutputDistance(0.5, 0.75, 0.0625)),
            512, 65536, 524288, [trial, trial with { Trial = 1, DenseMedianUs = null }],
            Facts: new CellFacts(true, 65536, 0.25, 0.125, 1 << 28, new DeviceCeilings(200, 25), ImmutableSortedDictionary<string, Prediction>.Empty.Add("rel_error", new Prediction(0.5, 0.001, "x = 0.9 is above 0.35"))));
    }

    public static CellResult OutOfMemory(long cell) => new(cell, Outcome.OutOfMemory, "6 GB do not fit into 4 GB", null, 0, 0, 524288, []);

    public static SparsityResult Sparsity { get; } = new(
        64,
        ImmutableSortedDictionary<string, MetricSummary>.Empty
            .Add(SparsityMetrics.Entropy, new MetricSummary(3.5, 0.25, 3, 3.5, 4, 2.75, 4.125))
            .Add(SparsityMetrics.MaxP, new MetricSummary(0.25, 0.125, 0.0625, 0.25, 0.5, 0.03125, 0.75)),
        ImmutableSortedDictionary<string, double>.Empty.Add(SparsityMetrics.Entropy, 3.625));

    public static ShardWork Work(Lease? lease = null, SparsityRules? sparsity = null, params CellWork[] cells) => new(
        lease ?? Lease(), 9, Input, Backends.CpuSimd,
        cells.Length > 0 ? cells : [new CellWork(101, KernelSpec.Plain("flash"), 30), new CellWork(102, TopK, 60)], sparsity, MeasureRules.Quick);

    public static DispatchProtocol.ReportChunk Chunk(Lease? lease = null, int chunk = 0, bool final = true) =>
        new(Worker, Incarnation, lease ?? Lease(), Device, chunk, final, [Ok(101), OutOfMemory(102)], chunk == 0 ? Sparsity : null);

    public static DispatchProtocol.ReturnShard Returned(Lease? lease = null) =>
        new(Worker, Incarnation, lease ?? Lease(), Device, AttemptEnding.Crashed, 102, "Segmentation fault\n(core dumped)");

    public static DispatchProtocol.Introduce Introduction(
        string worker = Worker, string incarnation = Incarnation, int version = DispatchProtocol.Version) =>
        new(worker, incarnation, version, Node, [Cpu], [Lease()]);
}
