using System.Diagnostics;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Results;

namespace AttnSweep.Kernels.Benchmarks;

/// <summary>
/// What the processor can do at best, in two tenths of a second or so: the best of several short tries, since whatever else the machine is at only ever
/// slows them down. Multiply-adds in registers (<see cref="FmaPeak"/>), and copies between buffers that no cache holds.
/// </summary>
internal static class ProcessorCeilings
{
    private const int PeakTries = 40;
    private const int CopyTries = 8;
    private const int Parts = 64;
    private const long MostBytes = 256L << 20;

    public static DeviceCeilings Measure(ThreadTeam team)
    {
        var tries = Enumerable.Range(0, PeakTries).Select(_ => FmaPeak.Measure(team)).ToList();
        // Beside other work no try may have the cores to itself; by processor time it is as if it had.
        var gflops = Math.Max(tries.Max(t => t.Gflops), tries.Select(t => t.CpuGflops).Order().ElementAt(PeakTries / 2));
        return new DeviceCeilings(gflops, Bandwidth(team));
    }

    /// <summary>Bytes read and written, in GB/s; what a cache line costs to be fetched before it is written is not counted.</summary>
    private static unsafe double Bandwidth(ThreadTeam team)
    {
        var length = Math.Min(MostBytes, 2 * CacheSweep.LastCacheBytes()) / sizeof(float);
        using var from = new AlignedBuffer(length);
        using var to = new AlignedBuffer(length);
        var (source, target) = ((nint)from.Start, (nint)to.Start);
        var best = double.PositiveInfinity;
        for (var attempt = 0; attempt < CopyTries; attempt++)
        {
            var begun = Stopwatch.GetTimestamp();
            team.Run(Parts, (part, _) =>
            {
                var (first, end) = (length * part / Parts, length * (part + 1) / Parts);
                new ReadOnlySpan<float>((float*)source + first, (int)(end - first)).CopyTo(new Span<float>((float*)target + first, (int)(end - first)));
            });
            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }

        return 2.0 * length * sizeof(float) / best / 1e9;
    }
}
