using AttnSweep.Catalogue;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Sampling;

/// <summary>The keys that <c>hyper</c> draws for a part of a head, with replacement: all rows of the part share them.</summary>
internal static class SampledKeys
{
    /// <summary>Keys of the head, in the order of the draws.</summary>
    public static int[] Of(InputSpec input, int head, int partIndex, HyperPart part, int samples)
    {
        var stream = KernelStream.Of(input, "hyper samples").Derive((ulong)head).Derive((ulong)partIndex);
        var keys = new int[samples];
        for (var t = 0; t < samples; t++)
        {
            keys[t] = part.FirstKey + stream.Below((ulong)t, part.Keys);
        }

        return keys;
    }
}
