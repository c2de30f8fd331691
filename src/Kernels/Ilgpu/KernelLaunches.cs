using AttnSweep.Kernels.Ilgpu.Kernels;
using AttnSweep.Sweeps;
using ILGPU;
using ILGPU.Runtime;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>Compiles the steps of a kernel, allocates its scratch, and gives the action that launches all of them.</summary>
internal static class KernelLaunches
{
    /// <summary>One 4 x 4 patch of a 32 x 32 score tile for each thread.</summary>
    private const int GroupSize = 64;

    /// <param name="code">Chooses the device functions.</param>
    /// <param name="scratch">Gets what was allocated, also when a later allocation fails.</param>
    /// <param name="output">heads x n x d.</param>
    public static Action Build(
        Accelerator accelerator, DeviceCode code, KernelSpec kernel, DeviceTensors t, DeviceMemory scratch, ArrayView<float> output) => kernel.Name switch
        {
            // Every weight is >= 0, so a negative epsilon drops nothing.
            "naive" => Materialised(accelerator, code, t, scratch, output, Weigh(accelerator, code, t, -1f)),
            "threshold" => Materialised(accelerator, code, t, scratch, output, Weigh(accelerator, code, t, (float)kernel["epsilon"])),
            "topk" => Materialised(accelerator, code, t, scratch, output, WeighTopK(accelerator, code, t, kernel.Count("k"))),
            "flash" => Tiled(accelerator, code, t, scratch, output, window: 0),
            "window" => Tiled(accelerator, code, t, scratch, output, kernel.Count("width")),
            "block-topk" => BlockTopK(accelerator, code, t, scratch, output, kernel.Count("block"), kernel.Count("keep")),
            _ => throw new ArgumentException($"No kernel '{kernel.Name}': the limits let it pass.", nameof(kernel)),
        };

    private static Action<ArrayView<float>> Weigh(Accelerator accelerator, DeviceCode code, DeviceTensors t, float epsilon)
    {
        var weigh = accelerator.LoadAutoGroupedStreamKernel(code.Of(MaterialisedScores.Weigh));
        return scores => weigh(t.Problem.Heads * t.Problem.N, t.Problem, epsilon, scores);
    }

    private static Action<ArrayView<float>> WeighTopK(Accelerator accelerator, DeviceCode code, DeviceTensors t, int k)
    {
        var weigh = accelerator.LoadAutoGroupedStreamKernel(code.Of(MaterialisedScores.WeighTopK));
        return scores => weigh(t.Problem.Heads * t.Problem.N, t.Problem, k, scores);
    }

    private static Action Materialised(Accelerator accelerator, DeviceCode code, DeviceTensors t, DeviceMemory scratch, ArrayView<float> output, Action<ArrayView<float>> weigh)
    {
        var p = t.Problem;
        var scores = scratch.Allocate<float>((long)p.Heads * p.N * p.N);
        var score = accelerator.LoadAutoGroupedStreamKernel(code.Of(MaterialisedScores.Score));
        var combine = accelerator.LoadAutoGroupedStreamKernel(code.Of(MaterialisedScores.Combine));
        return () =>
        {
            score(p.Heads * p.N * p.N, p, t.Q, t.K, scores);
            weigh(scores);
            combine(p.Heads * p.N * p.D, p, scores, t.V, output);
        };
    }

    /// <summary>One block of n keys, kept by everybody.</summary>
    private static Action Tiled(Accelerator accelerator, DeviceCode code, DeviceTensors t, DeviceMemory scratch, ArrayView<float> output, int window)
    {
        var kept = scratch.Allocate<int>(t.Problem.Heads);
        kept.CopyFromCPU(new int[t.Problem.Heads]);
        return Tiled(accelerator, code, t, output, kept, t.Problem.N, 1, window);
    }

    private static Action BlockTopK(Accelerator accelerator, DeviceCode code, DeviceTensors t, DeviceMemory scratch, ArrayView<float> output, int block, int keep)
    {
        var p = t.Problem;
        var blocks = KernelLimits.Blocks(p.N, block);
        var keptBlocks = KernelLimits.KeptBlocks(p.N, block, keep);
        var meanQ = scratch.Allocate<float>((long)p.Heads * blocks * p.D);
        var meanK = scratch.Allocate<float>((long)p.Heads * blocks * p.D);
        var scores = scratch.Allocate<float>((long)p.Heads * blocks * blocks);
        var kept = scratch.Allocate<int>((long)p.Heads * blocks * keptBlocks);
        var mean = accelerator.LoadAutoGroupedStreamKernel(code.Of(BlockSelection.Mean));
        var select = accelerator.LoadAutoGroupedStreamKernel(code.Of(BlockSelection.Select));
        var attend = Tiled(accelerator, code, t, output, kept, block, keptBlocks, window: 0);
        return () =>
        {
            mean(p.Heads * blocks * p.D, p, block, t.Q, meanQ);
            mean(p.Heads * blocks * p.D, p, block, t.K, meanK);
            select(p.Heads * blocks, p, blocks, keptBlocks, meanQ, meanK, scores, kept);
            attend();
        };
    }

    private static Action Tiled(Accelerator accelerator, DeviceCode code, DeviceTensors t, ArrayView<float> output, ArrayView<int> kept, int block, int keptBlocks, int window) => t.Problem.D switch
    {
        <= 64 => Tiled<Narrow>(accelerator, code, t, output, kept, block, keptBlocks, window),
        <= 128 => Tiled<Medium>(accelerator, code, t, output, kept, block, keptBlocks, window),
        _ => Tiled<Wide>(accelerator, code, t, output, kept, block, keptBlocks, window),
    };

    private static Action Tiled<TShape>(Accelerator accelerator, DeviceCode code, DeviceTensors t, ArrayView<float> output, ArrayView<int> kept, int block, int keptBlocks, int window)
        where TShape : unmanaged, ITileShape
    {
        var p = t.Problem;
        var tiles = KernelLimits.Blocks(block, default(TShape).Rows);
        var plan = new TilePlan(block, tiles, keptBlocks, window);
        var groups = p.Heads * KernelLimits.Blocks(p.N, block) * tiles;
        var config = new KernelConfig(groups, Math.Min(GroupSize, accelerator.MaxNumThreadsPerGroup));
        var attend = accelerator.LoadStreamKernel(code.Of(TiledAttention.Run<TShape>));
        return () => attend(config, p, plan, t.Q, t.K, t.V, kept, output);
    }
}
