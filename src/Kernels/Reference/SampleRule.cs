using AttnSweep.Kernels.Sampling;

namespace AttnSweep.Kernels.Reference;

/// <summary>
/// <c>sample-topk</c>: beside the top k, the first so many of the others in the row's random order, each standing for as many
/// keys as there are others per sample.
/// </summary>
internal static class SampleRule
{
    public static KeptKeys Apply(KeptKeys top, int visible, int samples, KeyPermutation order)
    {
        var others = visible - top.Kept.Count;
        if (samples >= others)
        {
            return KeepRule.All(visible);
        }

        // A key that falls out of the top k is sampled if its place comes up, and then the last sample is not; and the other
        // way round. So each ambiguous key brings one sample and one key that is next in turn.
        var isTop = new HashSet<int>(top.Kept);
        var sampled = new List<int>();
        for (var place = 0u; sampled.Count < Math.Min(others, samples + top.Ambiguous.Count); place++)
        {
            var key = order.At(place);
            if (key < visible && !isTop.Contains((int)key))
            {
                sampled.Add((int)key);
            }
        }

        var factor = (double)others / samples;
        var keys = new KeptKeys { AmbiguousFactor = factor };
        foreach (var (key, weight) in top.Kept.Select(j => (j, 1.0)).Concat(sampled.Take(samples).Select(j => (j, factor))).OrderBy(k => k.Item1))
        {
            keys.Kept.Add(key);
            keys.Factors.Add(weight);
        }

        keys.Ambiguous.AddRange(top.Ambiguous.Concat(sampled.Skip(samples - Math.Min(samples, top.Ambiguous.Count))).Distinct().Where(_ => top.Ambiguous.Count > 0));
        return keys;
    }
}
