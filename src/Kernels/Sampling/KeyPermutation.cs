using System.Numerics;
using System.Runtime.Intrinsics;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Sampling;

/// <summary>
/// A random order of the keys that one row sees, for <c>sample-topk</c>: places 0, 1, 2, … map one to one onto numbers below
/// the next power of two; those that are no visible key are passed over. Three rounds of multiply, add and shift: 32-bit
/// arithmetic without memory, the same in a vector lane and on a GPU. A fixed order, rather than draws from what the top k
/// leave, because then a near tie at the k-th score changes two keys of the row and not its whole sample.
/// </summary>
public readonly record struct KeyPermutation(uint Mask, int Shift, uint Factor0, uint Addend0, uint Factor1, uint Addend1, uint Factor2, uint Addend2)
{
    /// <summary>The order for query <paramref name="row"/> of a head.</summary>
    public static KeyPermutation Of(InputSpec input, int head, int row) =>
        Of(StreamOf(input, head).Derive((ulong)row), input.Causal ? row + 1 : input.N);

    public static NormalSequence StreamOf(InputSpec input, int head) => KernelStream.Of(input, "sample-topk").Derive((ulong)head);

    public static KeyPermutation Of(NormalSequence stream, int visible)
    {
        var bits = Math.Max(1, 32 - BitOperations.LeadingZeroCount((uint)(visible - 1)));
        var (a, b, c) = (stream.Word(0), stream.Word(1), stream.Word(2));
        return new KeyPermutation(
            (uint)((1UL << bits) - 1), (bits + 1) / 2, (uint)a | 1, (uint)(a >> 32), (uint)b | 1, (uint)(b >> 32), (uint)c | 1, (uint)(c >> 32));
    }

    /// <summary>The number at a place (0 .. Mask); no visible key where it is not below the number of visible keys.</summary>
    public uint At(uint place)
    {
        // Odd factors and right shifts are undone by others of their kind modulo a power of two: each step is one to one.
        var x = ((place * Factor0) + Addend0) & Mask;
        x ^= x >> Shift;
        x = ((x * Factor1) + Addend1) & Mask;
        x ^= x >> Shift;
        x = ((x * Factor2) + Addend2) & Mask;
        return x ^ (x >> Shift);
    }

    /// <summary>The same for eight places. Of the places that differ only above the mask, each gives the same number.</summary>
    public Vector256<uint> At(Vector256<uint> place)
    {
        var mask = Vector256.Create(Mask);
        var x = ((place * Factor0) + Vector256.Create(Addend0)) & mask;
        x ^= x >> Shift;
        x = ((x * Factor1) + Vector256.Create(Addend1)) & mask;
        x ^= x >> Shift;
        x = ((x * Factor2) + Vector256.Create(Addend2)) & mask;
        return x ^ (x >> Shift);
    }
}
