using System.Diagnostics;
using AttnSweep.Results;
using ILGPU;
using ILGPU.Runtime;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>
/// What an accelerator can do at best: the best of a few short tries on the host's clock. Multiply-adds are chains in registers, written so that the
/// driver's compiler may fuse them; bandwidth is a copy between two buffers on the device. It has never run on a real GPU (docs/measuring.md).
/// </summary>
internal static class AcceleratorCeilings
{
    private const int Tries = 4;
    private const int Rounds = 2048;
    private const int FlopsPerRound = 16; // eight chains, a multiplication and an addition each
    private const int ThreadsPerUnit = 2048;
    private const long MostBytes = 256L << 20;

    public static DeviceCeilings Measure(Accelerator accelerator, long memoryBytes)
    {
        var threads = Math.Max(1, accelerator.NumMultiprocessors) * ThreadsPerUnit;
        using var sink = accelerator.Allocate1D<float>(threads);
        var chain = accelerator.LoadAutoGroupedStreamKernel<Index1D, float, ArrayView<float>>(Chains);
        var seconds = Best(accelerator, () => chain(threads, 0.999f, sink.View));

        var bytes = Math.Min(MostBytes, Math.Max(1L << 20, memoryBytes / 16));
        using var from = accelerator.Allocate1D<byte>(bytes);
        using var to = accelerator.Allocate1D<byte>(bytes);
        from.MemSetToZero();
        var copying = Best(accelerator, () => from.View.CopyTo(to.View));
        return new DeviceCeilings((double)threads * Rounds * FlopsPerRound / seconds / 1e9, 2.0 * bytes / copying / 1e9);
    }

    private static double Best(Accelerator accelerator, Action launch)
    {
        launch(); // builds what the driver puts off until then
        accelerator.Synchronize();
        var best = double.PositiveInfinity;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var begun = Stopwatch.GetTimestamp();
            launch();
            accelerator.Synchronize();
            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }

        return best;
    }

    private static void Chains(Index1D index, float factor, ArrayView<float> sink)
    {
        float a = index, b = a + 1, c = a + 2, d = a + 3, e = a + 4, f = a + 5, g = a + 6, h = a + 7;
        for (var i = 0; i < Rounds; i++)
        {
            a = a * factor + 0.001f;
            b = b * factor + 0.001f;
            c = c * factor + 0.001f;
            d = d * factor + 0.001f;
            e = e * factor + 0.001f;
            f = f * factor + 0.001f;
            g = g * factor + 0.001f;
            h = h * factor + 0.001f;
        }

        sink[index] = a + b + c + d + e + f + g + h;
    }
}
