using System.Text.Json;
using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sweeps;
using AttnSweep.Worker.Measuring;

namespace AttnSweep.Clustering.Tests.Measuring;

/// <summary>What trials are measured under is done, and told.</summary>
public sealed class ConditionsTests
{
    private static readonly KernelSpec Flash = KernelSpec.Plain("flash");

    [Fact]
    public void Every_trial_tells_what_it_was_measured_under()
    {
        var result = Assert.Single(Measure(TinyShards.Of(2, Flash)));
        Assert.Equal(2, result.Trials.Count);
        Assert.All(result.Trials, t =>
        {
            var under = t.Conditions!;
            Assert.Equal(("burst", "hot", false, "host", null), (under.Regime, under.Cache, under.FreshProcess, under.Timer, under.HostMedianUs));
            Assert.True(under.VarianceFactor >= 1 && under.WallSeconds > 0 && under.WarmUpSeconds > 0);
            Assert.InRange(under.Machine!.LoadAverage!.Value, 0, 10_000);
        });
    }

    [Fact]
    public void Every_cell_tells_what_it_declares_what_its_device_can_do_and_what_theory_says()
    {
        var facts = Assert.Single(Measure(TinyShards.Of(1, new KernelSpec("window", System.Collections.Immutable.ImmutableSortedDictionary<string, double>.Empty.Add("width", 8), "window")))).Facts!;
        Assert.Equal(false, facts.DataDependent);
        Assert.True(facts.CompulsoryBytes > 0 && facts.VerifySeconds > 0 && facts.PeakMemoryBytes > 1 << 20);
        Assert.Contains("rel_error", facts.Theory.Keys);
    }

    [Fact]
    public void A_cold_sample_is_one_launch_after_the_caches_were_emptied()
    {
        using var device = new CountingDevice(canEmpty: true);
        var work = TinyShards.Of(1, Flash);
        var result = Assert.Single(Measure(work with { Measure = work.Measure with { Cache = CacheModes.Cold } }, device));
        var trial = Assert.Single(result.Trials);
        Assert.Equal(("cold", 1), (trial.Conditions!.Cache, trial.LaunchesPerSample));
        Assert.Equal(trial.SamplesUs.Length + 1, device.Emptied); // and once to see whether it can
    }

    [Fact]
    public void A_device_that_cannot_empty_its_caches_says_so()
    {
        using var device = new CountingDevice(canEmpty: false);
        var work = TinyShards.Of(1, Flash);
        var result = Assert.Single(Measure(work with { Measure = work.Measure with { Cache = CacheModes.Cold } }, device));
        Assert.Equal(Outcome.Unsupported, result.Outcome);
        Assert.Contains("cannot empty its caches", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_caches_of_the_processor_are_emptied_by_all_its_threads()
    {
        using var device = new CpuSimdDevice(2);
        Assert.True(device.TryEmptyCaches());
        Assert.True(device.TryEmptyCaches());
    }

    [Fact]
    public void The_last_trials_come_from_a_process_of_their_own()
    {
        var work = TinyShards.Of(3, Flash, Examples.TopK);
        work = work with { Measure = work.Measure with { FreshProcessTrials = 1 } };
        var trial = Assert.Single(Measure(TinyShards.Of(1, Flash))).Trials[0];
        var results = Measure(work, fresh: Runner(
            new RunnerProtocol.CellStarted("trial", 101, 0.5),
            new RunnerProtocol.CellFinished(new CellResult(101, Outcome.Ok, null, null, 1, 1, 1, [trial])),
            new RunnerProtocol.CellFinished(new CellResult(102, Outcome.WrongResult, "off by one", null, 1, 1, 1, [])),
            new RunnerProtocol.ShardFinished(work.Lease.ShardId, work.Lease.Attempt))).ToDictionary(r => r.CellId);

        Assert.Equal([(0, false), (1, false), (2, true)], results[101].Trials.Select(t => (t.Trial, t.Conditions!.FreshProcess)));
        Assert.Equal(trial.SamplesUs, results[101].Trials[2].SamplesUs);
        // Right in one process and wrong in the next is wrong.
        Assert.Equal((Outcome.WrongResult, "off by one"), (results[102].Outcome, results[102].Detail));
    }

    [Fact]
    public void A_fresh_process_that_dies_takes_the_runner_with_it_naming_why()
    {
        var work = TinyShards.Of(1, Flash);
        work = work with { Measure = work.Measure with { FreshProcessTrials = 1 } };
        var died = Assert.Throws<FreshRunnerException>(() => Measure(work, fresh: new FreshRunner(["/bin/sh", "-c", "exit 7", "sh"], "cpu-simd", 1)));
        Assert.Contains("exit code 7", died.Message, StringComparison.Ordinal);
        var refused = Assert.Throws<FreshRunnerException>(() => Measure(work, fresh: Runner(new RunnerProtocol.WorkRefused("no such device"))));
        Assert.Contains("no such device", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_real_study_counts_every_cell_once()
    {
        var row = RealStudy.Run(
            new CountingDevice(canEmpty: false), new RealStudyOptions("cpu-simd", 1, TinyShards.Of(2).Measure, 8, [0.5]), _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal((8, 8), (row.FalseVerdicts.Of, row.Ambiguous.Of));
        Assert.Equal((0.5, 8, 24), (row.Found[0].Slowdown, row.Found[0].Found.Of, row.Found[0].FalseBesides.Of));
        Assert.Null(row.Shape);
        Assert.Equal(8, RealStudy.Plan(8).Select(c => c.Key).Distinct().Count());
    }

    [Fact]
    public void A_slowed_kernel_is_slower_by_the_share_asked_for()
    {
        var slowed = new SlowedKernel(new SteadyKernel(2000), 0.05).Launch(1);
        Assert.InRange(slowed.HostMicroseconds, 2050, double.PositiveInfinity);
        Assert.InRange(slowed.DeviceMicroseconds!.Value, 1050, double.PositiveInfinity);
    }

    private static List<CellResult> Measure(ShardWork work, IDevice? device = null, FreshRunner? fresh = null)
    {
        var results = new List<CellResult>();
        using var own = device is null ? new CpuSimdDevice(1) : null;
        using var shards = new ShardMeasurement(device ?? own!, happened => results.AddRange(happened is RunnerProtocol.CellFinished f ? [f.Result] : []), fresh);
        shards.Measure(work);
        return results;
    }

    /// <summary>A runner that reads its work, says these lines and waits for its end.</summary>
    private static FreshRunner Runner(params RunnerProtocol.Event[] events)
    {
        var lines = string.Join('\n', events.Select(e => JsonSerializer.Serialize(e, ProtocolJson.Options)));
        return new FreshRunner(["/bin/sh", "-c", $"read work; cat <<'END'\n{lines}\nEND\nread more", "sh"], "cpu-simd", 1);
    }

    private sealed class CountingDevice(bool canEmpty) : IDevice
    {
        private readonly CpuSimdDevice _real = new(1);

        public int Emptied { get; private set; }

        public DeviceInfo Info => _real.Info;

        public IPreparedKernel Prepare(KernelSpec kernel, AttentionInput input) => _real.Prepare(kernel, input);

        public bool TryEmptyCaches()
        {
            Emptied++;
            return canEmpty;
        }

        public void Dispose() => _real.Dispose();
    }

    private sealed class SteadyKernel(double hostUs) : IPreparedKernel
    {
        public LaunchTiming Launch(int count) => new(hostUs * count, hostUs / 2 * count);

        public void ReadOutput(Span<float> output) => output.Clear();

        public void Dispose()
        {
        }
    }
}
