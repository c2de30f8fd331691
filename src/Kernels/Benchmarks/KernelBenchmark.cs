using System.Diagnostics;
using AttnSweep.Catalogue;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Statistics;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Benchmarks;

/// <param name="Kernels">What to measure; dense <c>flash</c> is added for the speed-ups.</param>
/// <param name="DeviceId">A device of <see cref="DeviceCatalogue"/>.</param>
/// <param name="Threads">Threads of cpu-simd; 0 means one per core.</param>
/// <param name="Seconds">How long to go on, in seconds; at least five rounds are made.</param>
public sealed record BenchmarkOptions(
    IReadOnlyList<KernelSpec> Kernels, InputSpec Input, string DeviceId = CpuSimdDevice.Id, int Threads = 1, double Seconds = 2)
{
    /// <summary>Hears of kernels that the device does not have or cannot run on this input; they get no row.</summary>
    public Action<KernelSpec, string>? OnUnsupported { get; init; }
}

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
        var kernels = new List<KernelSpec>();
        using var device = DeviceCatalogue.Open(options.DeviceId, new DeviceOptions(options.Threads, IncludeIlgpuCpu: true));
        var threads = device is CpuSimdDevice cpu ? cpu.Threads : device.Info.ComputeUnits;
        using var peakTeam = device is CpuSimdDevice ? new ThreadTeam(threads) : null;
        var input = AttentionInput.Create(options.Input);
        var prepared = new List<IPreparedKernel>();
        try
        {
            foreach (var kernel in options.Kernels.Where(k => k.Name != dense.Name).Prepend(dense))
            {
                try
                {
                    prepared.Add(device.Prepare(kernel, input));
                    kernels.Add(kernel);
                }
                catch (KernelUnsupportedException e) when (kernel.Name != dense.Name)
                {
                    options.OnUnsupported?.Invoke(kernel, e.Message);
                }
            }

            var rounds = Measure(prepared, peakTeam, options.Seconds, cancellation);
            return [.. kernels.Select((kernel, k) => Row(kernel, k, rounds, options.Input, device.Info.Backend, threads, prepared[k].MeasurePhases()))];
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
            for (var turn = 0; turn < kernels.Count; turn++)
            {
                // Each round starts with another kernel, so that none always finds the same one's data in the caches.
                var k = (turn + rounds.Count) % kernels.Count;
                var before = Environment.CpuUsage.TotalTime;
                times[k] = kernels[k].Launch(launches[k]).Microseconds / launches[k];
                cpu[k] = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / launches[k];
            }

            rounds.Add(new Round(peakTeam is null ? null : FmaPeak.Measure(peakTeam), times, cpu));
        }

        return rounds;
    }

    private static BenchmarkRow Row(KernelSpec kernel, int index, List<Round> rounds, InputSpec input, string backend, int threads, IReadOnlyDictionary<string, double>? phases)
    {
        double Gflops(double microseconds) => KernelDefinition.DenseFlops(input) / microseconds / 1e3;
        double At(double share, Func<Round, double> figure) => Quantiles.OfSorted(rounds.Select(figure).Order().ToArray(), share);
        double OverRounds(Func<Round, double> figure) => At(0.5, figure);
        double Time(Round round) => round.Microseconds[index];
        var hasPeak = rounds[0].Peak is not null;
        var definition = KernelCatalogue.Find(kernel.Name)!;
        var kept = definition.ExpectedKeptPairs(input, kernel);
        var flopRatio = KernelDefinition.DenseFlops(input) / definition.UsefulFlops(input, kernel, kept);
        var speedup = OverRounds(r => r.Microseconds[0] / r.Microseconds[index]);
        double? cpuSpeedup = hasPeak ? OverRounds(r => r.CpuMicroseconds[0] / r.CpuMicroseconds[index]) : null;
        return new BenchmarkRow(
            kernel.Name, kernel.Parameters, backend, input.N, input.D, threads,
            OverRounds(Time), At(0.25, Time), At(0.75, Time), OverRounds(r => r.CpuMicroseconds[index]),
            Gflops(OverRounds(Time)),
            hasPeak ? OverRounds(r => r.Peak!.Value.Gflops) : null,
            hasPeak ? OverRounds(r => Gflops(r.Microseconds[index]) / r.Peak!.Value.Gflops) : null,
            hasPeak ? OverRounds(r => Gflops(r.CpuMicroseconds[index] / threads) / r.Peak!.Value.CpuGflops) : null,
            speedup, cpuSpeedup, kept / input.VisiblePairs, flopRatio, (cpuSpeedup ?? speedup) / flopRatio, phases, rounds.Count);
    }

    private sealed record Round(FmaSample? Peak, double[] Microseconds, double[] CpuMicroseconds);
}
