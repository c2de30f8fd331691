using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>Memory that will be wanted soon, in an order that the hardware cannot foresee.</summary>
internal static unsafe class Prefetch
{
    private const int LineOfFloats = 16;

    /// <summary>Asks for a row of floats, into the second-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Row(float* values, int length)
    {
        if (Sse.IsSupported)
        {
            for (var c = 0; c < length; c += LineOfFloats)
            {
                Sse.Prefetch1(values + c);
            }
        }
    }
}
