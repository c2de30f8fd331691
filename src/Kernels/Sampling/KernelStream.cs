using System.Text;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Sampling;

/// <summary>
/// Random words of the kernels that draw: a function of the input's seed, a name and indices, never of time, thread or backend,
/// so that the reference, every device and every launch choose the same keys.
/// </summary>
internal static class KernelStream
{
    /// <param name="purpose">The kernel's name, or that and what is drawn.</param>
    public static NormalSequence Of(InputSpec input, string purpose)
    {
        var hash = 0xCBF29CE484222325; // FNV-1a: a name must mean the same number for ever, which string.GetHashCode does not promise
        foreach (var letter in Encoding.UTF8.GetBytes(purpose))
        {
            hash = (hash ^ letter) * 0x100000001B3;
        }

        return new NormalSequence((ulong)input.Seed).Derive(hash);
    }

    /// <summary>A whole number in 0 .. count - 1.</summary>
    public static int Below(this NormalSequence stream, ulong index, int count) => (int)(stream.Uniform(index) * count);
}
