using AttnSweep.Catalogue;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Ilgpu.Kernels;
using AttnSweep.Kernels.Own;
using AttnSweep.Kernels.Sampling;
using AttnSweep.Sweeps;
using ILGPU;
using ILGPU.Runtime;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>Compiles the steps of a kernel, allocates its scratch, and gives the steps of a launch in their order.</summary>
internal static class KernelLaunches
{
    /// <summary>One patch of 4 x 8 of the 32 x 64 scores, or of the 32 x 64 outputs, of a narrow tile for each thread.</summary>
    public const int GroupSize = 64;

    /// <param name="code">Chooses the device functions.</param>
    /// <param name="scratch">Gets what was allocated, also when a later allocation fails.</param>
    /// <param name="output">heads x n x d.</param>
    public static LaunchStep[] Build(
        Accelerator accelerator, DeviceCode code, KernelSpec kernel, DeviceTensors t, DeviceMemory scratch, ArrayView<float> output) => kernel.Name switch
        {
            // Every weight is >= 0, so a negative epsilon drops nothing.
            "naive" => Materialised(accelerator, code, t, scratch, output, Weigh(accelerator, code, t, -1f), "softmax"),
            "threshold" when kernel.Parameters.TryGetValue("margin", out var margin) => Materialised(
                accelerator, code, t, scratch, output, WeighBy(accelerator, t, code.Of(MaterialisedScores.WeighWithin), (float)margin)),
            "threshold" => Materialised(accelerator, code, t, scratch, output, Weigh(accelerator, code, t, (float)kernel["epsilon"])),
            "topk" => Materialised(accelerator, code, t, scratch, output, WeighBy(accelerator, t, code.Of(MaterialisedScores.WeighTopK), kernel.Count("k"))),
            "topp" => Materialised(accelerator, code, t, scratch, output, WeighBy(accelerator, t, code.Of(TopPWeights.Weigh), (float)kernel["mass"])),
            "sample-topk" => Materialised(
                accelerator, code, t, scratch, output, WeighSampled(accelerator, code, t, scratch, kernel.Count("k"), kernel.Count("samples"))),
            "flash" => Tiled(accelerator, code, t, scratch, output, window: 0),
            "window" => Tiled(accelerator, code, t, scratch, output, kernel.Count("width")),
            "sink-window" => Tiled(accelerator, code, t, scratch, output, kernel.Count("width"), kernel.Count("sinks")),
            "bigbird" => BigBird(accelerator, code, t, scratch, output, BigBirdShape.Of(t.Input.Spec, kernel)),
            "block-topk" => BlockTopK(accelerator, code, t, scratch, output, kernel.Count("block"), kernel.Count("keep")),
            "hyper" => HyperLaunches.Build(accelerator, code, kernel, t, scratch, output),
            _ when KernelCatalogue.Find(kernel.Name) is OwnKernel own => own.PrepareOnGpu(new GpuWork(accelerator, kernel, t, scratch, output)) is { } launch
                ? [new LaunchStep(null, launch)]
                : throw new KernelUnsupportedException($"{own.Name} ({own.Build}) has no code for ILGPU's devices (cuda, opencl)."),
            _ => throw new ArgumentException($"No kernel '{kernel.Name}': the limits let it pass.", nameof(kernel)),
        };

    private static Action<ArrayView<float>> Weigh(Accelerator accelerator, DeviceCode code, DeviceTensors t, float epsilon) =>
        WeighBy(accelerator, t, code.Of(MaterialisedScores.Weigh), epsilon);

    private static Action<ArrayView<float>> WeighBy<T>(
        Accelerator accelerator, DeviceTensors t, Action<Index1D, Problem, T, ArrayView<float>> step, T parameter)
        where T : unmanaged
    {
        var weigh = accelerator.LoadAutoGroupedStreamKernel(step);
        return scores => weigh(t.Problem.Heads * t.Problem.N, t.Problem, parameter, scores);
    }

    private static Action<ArrayView<float>> WeighSampled(
        Accelerator accelerator, DeviceCode code, DeviceTensors t, DeviceMemory scratch, int k, int samples)
    {
        var p = t.Problem;
        var orders = scratch.Upload<KeyPermutation>(
            [.. Enumerable.Range(0, p.Heads * p.N).Select(row => KeyPermutation.Of(t.Input.Spec, row / p.N, row % p.N))]);
        var weigh = accelerator.LoadAutoGroupedStreamKernel(code.Of(SampleTopKWeights.Weigh));
        return scores => weigh(p.Heads * p.N, p, k, samples, orders, scores);
    }

    /// <param name="weighing">The phase in which scores become weights.</param>
    private static LaunchStep[] Materialised(
        Accelerator accelerator, DeviceCode code, DeviceTensors t, DeviceMemory scratch, ArrayView<float> output, Action<ArrayView<float>> weigh, string weighing = "select")
    {
        var p = t.Problem;
        var scores = scratch.Allocate<float>((long)p.Heads * p.N * p.N);
        var score = accelerator.LoadAutoGroupedStreamKernel(code.Of(MaterialisedScores.Score));
        var combine = accelerator.LoadAutoGroupedStreamKernel(code.Of(MaterialisedScores.Combine));
        return
        [
            new LaunchStep("score", () => score(p.Heads * p.N * p.N, p, t.Q, t.K, scores)),
            new LaunchStep(weighing, () => weigh(scores)),
            new LaunchStep("combine", () => combine(p.Heads * p.N * p.D, p, scores, t.V, output)),
        ];
    }

    /// <summary>One block of n keys, kept by everybody.</summary>
    private static LaunchStep[] Tiled(
        Accelerator accelerator, DeviceCode code, DeviceTensors t, DeviceMemory scratch, ArrayView<float> output, int window, int sinks = 0)
    {
        // Not filled on the device: Oclgrind takes what a fill wrote for uninitialised.
        var kept = scratch.Upload(new int[t.Problem.Heads]);
        return [Tiled(accelerator, code, t, output, kept, t.Problem.N, 1, window, sinks)];
    }

    private static LaunchStep[] BigBird(Accelerator accelerator, DeviceCode code, DeviceTensors t, DeviceMemory scratch, ArrayView<float> output, BigBirdShape shape)
    {
        var most = KernelLimits.KeptBlocks(shape);
        var kept = Enumerable.Range(0, t.Problem.Heads).SelectMany(head =>
        {
            var stream = RandomBlocks.StreamOf(t.Input.Spec, head);
            return Enumerable.Range(0, shape.Blocks).Select(own => RandomBlocks.Kept(shape, stream, own));
        });
        return
        [
            Tiled(
                accelerator, code, t, output, scratch.Upload<int>([.. kept.SelectMany(blocks => blocks.Concat(Enumerable.Repeat(-1, most - blocks.Length)))]),
                shape.Block, most, window: 0),
        ];
    }

    private static LaunchStep[] BlockTopK(Accelerator accelerator, DeviceCode code, DeviceTensors t, DeviceMemory scratch, ArrayView<float> output, int block, int keep)
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
        return
        [
            new LaunchStep("select", () =>
            {
                mean(p.Heads * blocks * p.D, p, block, t.Q, meanQ);
                mean(p.Heads * blocks * p.D, p, block, t.K, meanK);
                select(p.Heads * blocks, p, blocks, keptBlocks, meanQ, meanK, scores, kept);
            }),
            attend,
        ];
    }

    private static LaunchStep Tiled(Accelerator accelerator, DeviceCode code, DeviceTensors t, ArrayView<float> output, ArrayView<int> kept, int block, int keptBlocks, int window, int sinks = 0) => t.Problem.D switch
    {
        <= 64 => Tiled<Narrow>(accelerator, code, t, output, kept, block, keptBlocks, window, sinks),
        <= 128 => Tiled<Medium>(accelerator, code, t, output, kept, block, keptBlocks, window, sinks),
        _ => Tiled<Wide>(accelerator, code, t, output, kept, block, keptBlocks, window, sinks),
    };

    private static LaunchStep Tiled<TShape>(Accelerator accelerator, DeviceCode code, DeviceTensors t, ArrayView<float> output, ArrayView<int> kept, int block, int keptBlocks, int window, int sinks)
        where TShape : unmanaged, ITileShape
    {
        var p = t.Problem;
        var tiles = KernelLimits.Blocks(block, default(TShape).Rows);
        var plan = new TilePlan(block, tiles, keptBlocks, window, sinks);
        var groups = p.Heads * KernelLimits.Blocks(p.N, block) * tiles;
        var config = new KernelConfig(groups, Math.Min(GroupSize, accelerator.MaxNumThreadsPerGroup));
        var attend = accelerator.LoadStreamKernel(code.Of(TiledAttention.Run<TShape>));
        return new LaunchStep("attend", () => attend(config, p, plan, t.Q, t.K, t.V, kept, output));
    }
}
