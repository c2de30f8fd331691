using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sweeps;
using AttnSweep.Worker.Measuring;

namespace AttnSweep.Clustering.Tests.Measuring;

/// <summary>Kernels that fail in each of the ways that leave the process whole: every one costs its own cell and no other.</summary>
public sealed class FaultyKernelTests
{
    private static readonly KernelSpec Flash = KernelSpec.Plain("flash");
    private static readonly KernelSpec Naive = KernelSpec.Plain("naive");

    [Fact]
    public void A_wrong_kernel_is_a_wrong_result_with_its_error_and_without_a_time()
    {
        var results = Measure(Device((real, _) => new WrongKernel(real)), Flash, Naive);

        var wrong = results[102];
        Assert.Equal(Outcome.WrongResult, wrong.Outcome);
        Assert.Empty(wrong.Trials);
        Assert.True(wrong.Error!.Verification > wrong.Error.Allowed);
        Assert.False(string.IsNullOrWhiteSpace(wrong.Detail));
        Assert.Equal((Outcome.Ok, 2), (results[101].Outcome, results[101].Trials.Count));
    }

    [Theory]
    [InlineData(nameof(KernelUnsupportedException), Outcome.Unsupported)]
    [InlineData(nameof(DeviceOutOfMemoryException), Outcome.OutOfMemory)]
    [InlineData(nameof(InsufficientMemoryException), Outcome.OutOfMemory)]
    [InlineData(nameof(InvalidOperationException), Outcome.WrongResult)]
    public void A_kernel_that_throws_ends_its_cell_by_kind_with_its_words(string kind, Outcome outcome)
    {
        var results = Measure(Device((_, _) => throw Make(kind)), Flash, Naive);

        Assert.Equal((outcome, null, 0), (results[102].Outcome, results[102].Error, results[102].Trials.Count));
        Assert.Contains("the words of the kernel", results[102].Detail, StringComparison.Ordinal);
        Assert.Equal((Outcome.Ok, 2), (results[101].Outcome, results[101].Trials.Count));
    }

    [Fact]
    public void Without_a_right_dense_kernel_cells_are_timed_without_a_baseline()
    {
        var results = Measure(new FaultyDevice(Flash.Name, (_, _) => throw Make(nameof(KernelUnsupportedException))), Naive, Flash);

        Assert.Equal(Outcome.Unsupported, results[102].Outcome);
        Assert.Equal(2, results[101].Trials.Count);
        Assert.All(results[101].Trials, t => Assert.Null(t.DenseMedianUs));
    }

    [Fact]
    public void Where_no_kernel_is_right_the_shard_still_ends_and_nothing_is_left_open()
    {
        using var device = Device((real, _) => new WrongKernel(real));
        var events = new List<RunnerProtocol.Event>();
        new ShardMeasurement(device, events.Add).Measure(TinyShards.Of(2, Naive));

        Assert.Equal(Outcome.WrongResult, Assert.Single(events.OfType<RunnerProtocol.CellFinished>()).Result.Outcome);
        Assert.IsType<RunnerProtocol.ShardFinished>(events[^1]);
        Assert.Equal(0, device.Open);
    }

    [Fact]
    public void Prepared_kernels_are_given_back_however_the_shard_went()
    {
        using var device = Device((real, _) => real);
        new ShardMeasurement(device, _ => { }).Measure(TinyShards.Of(1, Naive, Examples.TopK));
        Assert.Equal((3, 0), (device.Prepared, device.Open));
    }

    private static FaultyDevice Device(Func<IPreparedKernel, KernelSpec, IPreparedKernel> spoil) => new(Naive.Name, spoil);

    private static Dictionary<long, CellResult> Measure(FaultyDevice device, params KernelSpec[] kernels)
    {
        using (device)
        {
            var results = new List<CellResult>();
            new ShardMeasurement(device, happened => results.AddRange(happened is RunnerProtocol.CellFinished f ? [f.Result] : [])).Measure(TinyShards.Of(2, kernels));
            Assert.Equal(0, device.Open);
            return results.ToDictionary(r => r.CellId);
        }
    }

    private static Exception Make(string kind) => kind switch
    {
        nameof(KernelUnsupportedException) => new KernelUnsupportedException("the words of the kernel"),
        nameof(DeviceOutOfMemoryException) => new DeviceOutOfMemoryException("the words of the kernel"),
        nameof(InsufficientMemoryException) => new InsufficientMemoryException("the words of the kernel"),
        _ => new InvalidOperationException("the words of the kernel"),
    };

    /// <summary>The real device, except that one kernel of it is spoilt.</summary>
    private sealed class FaultyDevice(string faulty, Func<IPreparedKernel, KernelSpec, IPreparedKernel> spoil) : IDevice
    {
        private readonly IDevice _real = DeviceCatalogue.Open(Examples.Device, new DeviceOptions(1));

        public int Prepared { get; private set; }

        public int Open { get; private set; }

        public DeviceInfo Info => _real.Info;

        public IPreparedKernel Prepare(KernelSpec kernel, AttentionInput input)
        {
            var real = _real.Prepare(kernel, input);
            var prepared = kernel.Name == faulty ? spoil(real, kernel) : real;
            Prepared++;
            Open++;
            return new CountedKernel(prepared, () => Open--);
        }

        public void Dispose() => _real.Dispose();
    }

    private sealed class CountedKernel(IPreparedKernel real, Action disposed) : IPreparedKernel
    {
        public LaunchTiming Launch(int count) => real.Launch(count);

        public void ReadOutput(Span<float> output) => real.ReadOutput(output);

        public void Dispose()
        {
            real.Dispose();
            disposed();
        }
    }

    /// <summary>Right but for one element.</summary>
    private sealed class WrongKernel(IPreparedKernel real) : IPreparedKernel
    {
        public LaunchTiming Launch(int count) => real.Launch(count);

        public void ReadOutput(Span<float> output)
        {
            real.ReadOutput(output);
            output[^1] += 0.01f;
        }

        public void Dispose() => real.Dispose();
    }
}
