using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Ilgpu.Kernels;
using AttnSweep.Sweeps;
using ILGPU;
using ILGPU.Runtime;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>Compiles the steps of a kernel, allocates its scratch, and gives the action that launches all of them.</summary>
internal static class KernelLaunches
{
    /// <param name="scratch">Gets what was allocated, also when a later allocation fails.</param>
    public static Action Build(Accelerator accelerator, KernelSpec kernel, DeviceTensors t, List<MemoryBuffer> scratch) => kernel.Name switch
    {
        // Every weight is >= 0, so a negative epsilon drops nothing.
        "naive" => Materialised(accelerator, t, scratch, Weigh(accelerator, t, -1f)),
        "threshold" => Materialised(accelerator, t, scratch, Weigh(accelerator, t, (float)kernel["epsilon"])),
        "topk" => Materialised(accelerator, t, scratch, WeighTopK(accelerator, t, kernel.Count("k"))),
        "flash" => Tiled(accelerator, t, scratch, window: 0),
        "window" => Tiled(accelerator, t, scratch, kernel.Count("width")),
        "block-topk" => BlockTopK(accelerator, t, scratch, kernel.Count("block"), kernel.Count("keep")),
        _ => throw new KernelUnsupportedException($"ILGPU has no kernel '{kernel.Name}'; it has naive, flash, threshold, topk, window, block-topk."),
    };

    private static Action<ArrayView<float>> Weigh(Accelerator accelerator, DeviceTensors t, float epsilon)
    {
        var weigh = accelerator.LoadAutoGroupedStreamKernel<Index1D, Problem, float, ArrayView<float>>(MaterialisedScores.Weigh);
        return scores => weigh(t.Problem.Heads * t.Problem.N, t.Problem, epsilon, scores);
    }

    private static Action<ArrayView<float>> WeighTopK(Accelerator accelerator, DeviceTensors t, int k)
    {
        var weigh = accelerator.LoadAutoGroupedStreamKernel<Index1D, Problem, int, ArrayView<float>>(MaterialisedScores.WeighTopK);
        return scores => weigh(t.Problem.Heads * t.Problem.N, t.Problem, k, scores);
    }

    private static Action Materialised(Accelerator accelerator, DeviceTensors t, List<MemoryBuffer> scratch, Action<ArrayView<float>> weigh)
    {
        var p = t.Problem;
        var scores = Allocate<float>(accelerator, scratch, (long)p.Heads * p.N * p.N);
        var score = accelerator.LoadAutoGroupedStreamKernel<Index1D, Problem, ArrayView<float>, ArrayView<float>, ArrayView<float>>(MaterialisedScores.Score);
        var combine = accelerator.LoadAutoGroupedStreamKernel<Index1D, Problem, ArrayView<float>, ArrayView<float>, ArrayView<float>>(MaterialisedScores.Combine);
        return () =>
        {
            score(p.Heads * p.N * p.N, p, t.Q, t.K, scores);
            weigh(scores);
            combine(p.Heads * p.N * p.D, p, scores, t.V, t.Output);
        };
    }

    /// <summary>One block of n keys, kept by everybody.</summary>
    private static Action Tiled(Accelerator accelerator, DeviceTensors t, List<MemoryBuffer> scratch, int window)
    {
        var kept = Allocate<int>(accelerator, scratch, t.Problem.Heads);
        kept.MemSetToZero();
        return Tiled(accelerator, t, kept, t.Problem.N, 1, window);
    }

    private static Action BlockTopK(Accelerator accelerator, DeviceTensors t, List<MemoryBuffer> scratch, int block, int keep)
    {
        var p = t.Problem;
        var blocks = (p.N + block - 1) / block;
        var keptBlocks = Math.Min(blocks, Math.Max(1, (keep + block - 1) / block));
        var meanQ = Allocate<float>(accelerator, scratch, (long)p.Heads * blocks * p.D);
        var meanK = Allocate<float>(accelerator, scratch, (long)p.Heads * blocks * p.D);
        var scores = Allocate<float>(accelerator, scratch, (long)p.Heads * blocks * blocks);
        var kept = Allocate<int>(accelerator, scratch, (long)p.Heads * blocks * keptBlocks);
        var mean = accelerator.LoadAutoGroupedStreamKernel<Index1D, Problem, int, ArrayView<float>, ArrayView<float>>(BlockSelection.Mean);
        var select = accelerator.LoadAutoGroupedStreamKernel<Index1D, Problem, int, int, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>>(BlockSelection.Select);
        var attend = Tiled(accelerator, t, kept, block, keptBlocks, window: 0);
        return () =>
        {
            mean(p.Heads * blocks * p.D, p, block, t.Q, meanQ);
            mean(p.Heads * blocks * p.D, p, block, t.K, meanK);
            select(p.Heads * blocks, p, blocks, keptBlocks, meanQ, meanK, scores, kept);
            attend();
        };
    }

    private static Action Tiled(Accelerator accelerator, DeviceTensors t, ArrayView<int> kept, int block, int keptBlocks, int window)
    {
        var p = t.Problem;
        var tiles = (block + TiledAttention.Tile - 1) / TiledAttention.Tile;
        var plan = new TilePlan(block, tiles, keptBlocks, window);
        var groups = p.Heads * ((p.N + block - 1) / block) * tiles;
        var config = new KernelConfig(groups, Math.Min(128, accelerator.MaxNumThreadsPerGroup));
        var attend = accelerator.LoadStreamKernel<Problem, TilePlan, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<float>>(TiledAttention.Run);
        return () => attend(config, p, plan, t.Q, t.K, t.V, kept, t.Output);
    }

    private static ArrayView<T> Allocate<T>(Accelerator accelerator, List<MemoryBuffer> scratch, long length)
        where T : unmanaged
    {
        var buffer = accelerator.Allocate1D<T>(length);
        scratch.Add(buffer);
        return buffer.View.BaseView;
    }
}
