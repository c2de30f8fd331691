using System.Text.Json;
using AttnSweep.Clustering.Tests.Worker;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sweeps;
using AttnSweep.Worker;

namespace AttnSweep.Clustering.Tests.Measuring;

/// <summary>The runner's loop on a device that fails to order.</summary>
public sealed class FailingDeviceTests
{
    [Fact]
    public async Task Every_failure_is_its_own_outcome_and_the_other_cells_go_on()
    {
        KernelSpec[] kernels = [Shards.Flash, KernelSpec.Plain("naive"), Unsupported, Large, Broken];
        var results = Results(await MeasureAsync(new FailingDevice(), Shards.Work(kernels: kernels))).OrderBy(r => r.CellId).ToList();

        Assert.Equal([Outcome.Ok, Outcome.WrongResult, Outcome.Unsupported, Outcome.OutOfMemory, Outcome.WrongResult], results.Select(r => r.Outcome));
        Assert.All(results.Skip(1), r => Assert.Empty(r.Trials));
        Assert.All(results.Skip(1), r => Assert.NotEqual("", r.Detail));
        Assert.NotNull(results[1].Error);
        Assert.Contains("broken to order", results[4].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kernels_that_do_not_fit_side_by_side_are_measured_one_by_one()
    {
        var device = new FailingDevice { Room = 1 };
        var results = Results(await MeasureAsync(device, Shards.Work(kernels: [Shards.Flash, Shards.TopK(4), Shards.TopK(8)])));
        Assert.Equal([Outcome.Ok, Outcome.Ok, Outcome.Ok], results.Select(r => r.Outcome));
        Assert.Equal(0, device.Held);
    }

    private static async Task<List<RunnerProtocol.Event>> MeasureAsync(IDevice device, ShardWork work)
    {
        using (device)
        using (var output = new StringWriter())
        {
            using var input = new StringReader(JsonSerializer.Serialize(work, ProtocolJson.Options));
            Assert.Equal(0, await RunnerProcess.RunAsync(device, new RunnerOptions("any", 1), input, output, TestContext.Current.CancellationToken));
            return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<RunnerProtocol.Event>(l, ProtocolJson.Options)!)];
        }
    }

    private static List<CellResult> Results(List<RunnerProtocol.Event> events) => [.. events.OfType<RunnerProtocol.CellFinished>().Select(f => f.Result)];

    private static readonly KernelSpec Unsupported = Shards.TopK(1);
    private static readonly KernelSpec Large = Shards.TopK(2);
    private static readonly KernelSpec Broken = Shards.TopK(3);

    /// <summary>cpu-simd with kernels that fail as they are called above, a naive one that is wrong, and room for so many prepared kernels at once.</summary>
    private sealed class FailingDevice : IDevice
    {
        private readonly CpuSimdDevice _real = new(1);

        public int Room { get; init; } = int.MaxValue;

        public int Held { get; private set; }

        public DeviceInfo Info => _real.Info;

        public IPreparedKernel Prepare(KernelSpec kernel, AttentionInput input)
        {
            if (kernel == Large || Held >= Room)
            {
                throw new DeviceOutOfMemoryException("full to order");
            }

            var real = kernel == Unsupported ? throw new KernelUnsupportedException("unsupported to order")
                : kernel == Broken ? throw new InvalidOperationException("broken to order")
                : _real.Prepare(kernel, input);
            Held++;
            return new Kernel(this, real, kernel.Name == "naive");
        }

        public void Dispose() => _real.Dispose();

        private sealed class Kernel(FailingDevice device, IPreparedKernel real, bool isWrong) : IPreparedKernel
        {
            public LaunchTiming Launch(int count) => real.Launch(count);

            public void ReadOutput(Span<float> output)
            {
                real.ReadOutput(output);
                output[0] += isWrong ? 1 : 0;
            }

            public void Dispose()
            {
                device.Held--;
                real.Dispose();
            }
        }
    }
}
