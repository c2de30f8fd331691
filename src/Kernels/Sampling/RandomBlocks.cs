using AttnSweep.Catalogue;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Sampling;

/// <summary>The key blocks of <c>bigbird</c>, random ones included. They hang on shape and seed only, so they are no part of a launch.</summary>
internal static class RandomBlocks
{
    public static NormalSequence StreamOf(InputSpec input, int head) => KernelStream.Of(input, "bigbird").Derive((ulong)head);

    /// <summary>
    /// Key blocks that query block <paramref name="own"/> keeps, ascending. Random ones: the blocks that are not kept anyway,
    /// in ascending order, are shuffled (Fisher and Yates, step t taking word t) and the first so many kept.
    /// </summary>
    public static int[] Kept(BigBirdShape shape, NormalSequence headStream, int own)
    {
        var visible = Enumerable.Range(0, shape.Visible(own));
        var candidates = visible.Where(block => !shape.IsFixed(own, block)).ToArray();
        var stream = headStream.Derive((ulong)own);
        var drawn = Math.Min(shape.Random, candidates.Length);
        for (var t = 0; t < drawn; t++)
        {
            var other = t + stream.Below((ulong)t, candidates.Length - t);
            (candidates[t], candidates[other]) = (candidates[other], candidates[t]);
        }

        return [.. visible.Where(block => shape.IsFixed(own, block)).Concat(candidates.Take(drawn)).Order()];
    }
}
