using System.Diagnostics;
using AttnSweep.Catalogue;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Ilgpu;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Benchmarks;

/// <param name="Kernels">What to measure; dense <c>flash</c> is added for the speed-ups.</param>
/// <param name="DeviceId">A device of <see cref="DeviceCatalogue"/>.</param>
/// <param name="Threads">Threads of cpu-simd; 0 means one per core.</param>
/// <param name="Seconds">How long to go on, in seconds; at least five rounds are made.</param>
public sealed record BenchmarkOptions(
    IReadOnlyList<KernelSpec> Kernels, InputSpec Input, string DeviceId = CpuSimdDevice.Id, int Threads = 1, double Seconds = 2);

/// <summary>One kernel's row. Times are medians over the rounds, of wall time on the device's better clock.</summary>
/// <param name="Gflops">4 d per visible pair (dense-equivalent, for sparse kernels too) over the median time.</param>
/// <param name="PeakGflops">Median FMA peak of the same number of threads in the same rounds; null on devices where it is not measured.</param>
/// <param name="PeakShare">Median over the rounds of this kernel's GFLOP/s over the same round's peak.</param>
/// <param name="SpeedupVsDense">Median over the rounds of flash's time over this kernel's.</param>
/// <param name="CpuMicroseconds">Median processor time of the process for one launch, beside the wall time: far from threads x wall, the machine was disturbed.</param>
public sealed record BenchmarkRow(
    string Kernel, IReadOnlyDictionary<string, double> Parameters, string Backend, int N, int D, int Threads,
    double MedianMicroseconds, double CpuMicroseconds, double Gflops, double? PeakGflops, double? PeakShare, double SpeedupVsDense, int Runs);

/// <summary>
/// Measures kernels side by side: each round runs the FMA peak and every kernel once, so that a disturbance hits all of them,
/// and ratios are formed within rounds.
/// </summary>
public static class KernelBenchmark
{
    private const int MinRounds = 5;
    private const double SampleMicroseconds = 2000;

    public static IReadOnlyList<BenchmarkRow> Run(BenchmarkOptions options, CancellationToken cancellation = default)
    {
        var dense = KernelSpec.Plain(KernelCatalogue.DenseBaseline);
        var kernels = options.Kernels.Where(k => k.Name != dense.Name).Prepend(dense).ToList();
        using var device = DeviceCatalogue.Open(options.DeviceId, new DeviceOptions(options.Threads, IncludeIlgpuCpu: true));
        var threads = device is CpuSimdDevice cpu ? cpu.Threads : device.Info.ComputeUnits;
        using var peakTeam = device is CpuSimdDevice or IlgpuDevice { IsProcessor: true } ? new ThreadTeam(threads) : null;
        var input = AttentionInput.Create(options.Input);
        var prepared = new List<IPreparedKernel>();
        try
        {
            foreach (var kernel in kernels)
            {
                prepared.Add(device.Prepare(kernel, input));
            }

            var rounds = Measure(prepared, peakTeam, options.Seconds, cancellation);
            return [.. kernels.Select((kernel, k) => Row(kernel, k, rounds, options.Input, device.Info.Backend, threads))];
        }
        finally
        {
            prepared.ForEach(p => p.Dispose());
        }
    }

    private static List<Round> Measure(List<IPreparedKernel> kernels, ThreadTeam? peakTeam, double seconds, CancellationToken cancellation)
    {
        // Tiered compilation replaces code while it warms up, so a kernel is warm when it has run 30 times and 50 ms.
        var launches = kernels.ConvertAll(kernel =>
        {
            var (total, count) = (0.0, 0);
            while (count < 30 && (count < 3 || total < 400_000) || total < 50_000)
            {
                cancellation.ThrowIfCancellationRequested();
                total += kernel.Launch(1).Microseconds;
                count++;
            }

            return (int)Math.Clamp(SampleMicroseconds / (total / count), 1, 10_000);
        });
        if (peakTeam is not null)
        {
            FmaPeak.Measure(peakTeam);
        }

        var rounds = new List<Round>();
        var clock = Stopwatch.StartNew();
        while (rounds.Count < MinRounds || clock.Elapsed.TotalSeconds < seconds)
        {
            cancellation.ThrowIfCancellationRequested();
            var times = new double[kernels.Count];
            var cpu = new double[kernels.Count];
            for (var k = 0; k < kernels.Count; k++)
            {
                var before = Environment.CpuUsage.TotalTime;
                times[k] = kernels[k].Launch(launches[k]).Microseconds / launches[k];
                cpu[k] = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / launches[k];
            }

            rounds.Add(new Round(peakTeam is null ? null : FmaPeak.Measure(peakTeam), times, cpu));
        }

        return rounds;
    }

    private static BenchmarkRow Row(KernelSpec kernel, int index, List<Round> rounds, InputSpec input, string backend, int threads)
    {
        double Gflops(double microseconds) => KernelDefinition.DenseFlops(input) / microseconds / 1e3;
        var time = Median(rounds.Select(r => r.Microseconds[index]));
        var hasPeak = rounds[0].Peak is not null;
        return new BenchmarkRow(
            kernel.Name, kernel.Parameters, backend, input.N, input.D, threads, time, Median(rounds.Select(r => r.CpuMicroseconds[index])), Gflops(time),
            hasPeak ? Median(rounds.Select(r => r.Peak!.Value)) : null,
            hasPeak ? Median(rounds.Select(r => Gflops(r.Microseconds[index]) / r.Peak!.Value)) : null,
            Median(rounds.Select(r => r.Microseconds[0] / r.Microseconds[index])), rounds.Count);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private sealed record Round(double? Peak, double[] Microseconds, double[] CpuMicroseconds);
}
