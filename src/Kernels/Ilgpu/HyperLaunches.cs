using System.Numerics;
using AttnSweep.Kernels.Ilgpu.Kernels;
using AttnSweep.Kernels.Sampling;
using AttnSweep.Sweeps;
using ILGPU;
using ILGPU.Runtime;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>hyper: hash, sort in as many passes as the longest part needs, attend round by round, divide by the sums.</summary>
internal static class HyperLaunches
{
    public static LaunchStep[] Build(
        Accelerator accelerator, DeviceCode code, KernelSpec kernel, DeviceTensors t, DeviceMemory scratch, ArrayView<float> output) => t.Problem.D switch
        {
            <= 64 => Build<Narrow>(accelerator, code, kernel, t, scratch, output),
            <= 128 => Build<Medium>(accelerator, code, kernel, t, scratch, output),
            _ => Build<Wide>(accelerator, code, kernel, t, scratch, output),
        };

    private static LaunchStep[] Build<TShape>(
        Accelerator accelerator, DeviceCode code, KernelSpec kernel, DeviceTensors t, DeviceMemory scratch, ArrayView<float> output)
        where TShape : unmanaged, ITileShape
    {
        var p = t.Problem;
        var plan = HyperPlan.Of(t.Input.Spec, kernel, default(TShape).Rows);
        var sort = Sort(accelerator, code, kernel, t, scratch, plan, out var sorted, out var keyAt);
        var buffers = new HyperBuffers(
            sorted, keyAt, scratch.Upload(plan.Samples), scratch.Allocate<float>((long)p.Heads * p.N), scratch.Allocate<float>((long)p.Heads * p.N));
        var attend = accelerator.LoadStreamKernel(code.Of(HyperAttention.Run<TShape>));
        var normalise = accelerator.LoadAutoGroupedStreamKernel(code.Of(HyperAttention.Normalise));
        var groupSize = Math.Min(KernelLaunches.GroupSize, accelerator.MaxNumThreadsPerGroup);
        var rounds = plan.Rounds.Select(tiles => (Config: new KernelConfig(tiles.Length, groupSize), Tiles: scratch.Upload(tiles))).ToList();
        return
        [
            .. sort,
            new LaunchStep("attend", () =>
            {
                foreach (var (config, tiles) in rounds)
                    attend(config, p, buffers, tiles, t.Q, t.K, t.V, output);
            }),
            new LaunchStep("merge", () => normalise(p.Heads * p.N * p.D, p, buffers.Sum, output)),
        ];
    }

    private static LaunchStep[] Sort(
        Accelerator accelerator, DeviceCode code, KernelSpec kernel, DeviceTensors t, DeviceMemory scratch, HyperPlan plan,
        out ArrayView<int> sorted, out ArrayView<int> keyAt)
    {
        var (p, count, bits) = (t.Problem, plan.Items.Length, kernel.Count("bits"));
        var items = scratch.Upload(plan.Items);
        keyAt = scratch.Allocate<int>(Math.Max(1, count));
        ArrayView<int>[] turns = [scratch.Allocate<int>(Math.Max(1, count)), scratch.Allocate<int>(Math.Max(1, count))];
        // An estimated part has a block and samples of at least one key, but a segment of one item needs no pass.
        var passes = plan.LongestSegment <= 1 ? 0 : 32 - BitOperations.LeadingZeroCount((uint)(plan.LongestSegment - 1));
        sorted = passes == 0 ? items : turns[(passes - 1) % 2];
        if (count == 0)
            return [];

        var segments = scratch.Upload(plan.Segments);
        var planes = scratch.Upload(Array.ConvertAll(HashPlanes.Of(t.Input.Spec, bits), x => (int)x));
        var places = scratch.Allocate<int>(2L * p.Heads * p.N);
        // HashPlanes.Factor is this power of two, less the exponent of the vector's largest entry.
        var headroom = 22 - BitOperations.Log2((uint)Math.Max(1, (2 * p.D) - 1));
        var hash = accelerator.LoadAutoGroupedStreamKernel(code.Of(HyperSort.Hash));
        var merge = accelerator.LoadAutoGroupedStreamKernel(code.Of(HyperSort.Merge));
        var invert = accelerator.LoadAutoGroupedStreamKernel(code.Of(HyperSort.Invert));
        var (at, result) = (keyAt, sorted);
        return
        [
            new LaunchStep("hash", () => hash(2 * p.Heads * p.N, p, bits, headroom, planes, t.Q, t.K, places)),
            new LaunchStep("sort", () =>
            {
                for (var pass = 0; pass < passes; pass++)
                    merge(count, 1 << pass, segments, places, pass == 0 ? items : turns[(pass - 1) % 2], turns[pass % 2]);
                invert(count, segments, items, result, at);
            }),
        ];
    }
}
