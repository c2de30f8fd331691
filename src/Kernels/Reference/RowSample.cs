using AttnSweep.Kernels.Inputs;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Reference;

/// <summary>Rows of an input that stand for all of them: the same ones on every machine.</summary>
public static class RowSample
{
    private const ulong Verified = 0x76657269;
    private const ulong Sparsity = 0x73706172;

    /// <summary>Query rows of each head to verify, ascending: all, or the first, the last, and one drawn from each of count - 2 equal parts.</summary>
    public static int[] ForVerification(InputSpec spec, int count)
    {
        if (count >= spec.N)
        {
            return [.. Enumerable.Range(0, spec.N)];
        }

        return [.. new SortedSet<int>(Stratified(spec, spec.N, Math.Max(count - 2, 0), Verified).Select(r => (int)r).Append(0).Append(spec.N - 1))];
    }

    /// <summary>Rows (head * n + query) for the sparsity of an input, ascending: one from each of <paramref name="count"/> equal parts.</summary>
    public static long[] ForSparsity(InputSpec spec, int count) =>
        [.. Stratified(spec, (long)spec.Heads * spec.N, (int)Math.Min(count, (long)spec.Heads * spec.N), Sparsity)];

    private static IEnumerable<long> Stratified(InputSpec spec, long total, int count, ulong purpose)
    {
        var stream = new NormalSequence((ulong)spec.Seed).Derive(purpose);
        for (var part = 0; part < count; part++)
        {
            var low = total * part / count;
            var high = total * (part + 1) / count;
            yield return low + (long)(stream.Uniform((ulong)part) * (high - low));
        }
    }
}
