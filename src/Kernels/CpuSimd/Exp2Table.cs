using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// 2^x for x &lt;= 127 with 512-bit vectors and 3 multiplications instead of 7: x is rounded to a multiple of 1/32, whose power is
/// looked up in two registers; a polynomial of degree 2 covers the rest. Relative error below 1.5e-7; below -127 the result is 0,
/// minus infinity included. The multiplier is what a softmax contends for: its adder stands idle.
/// </summary>
internal static class Exp2Table
{
    // 1.5 x 2^23 / 32: added to x, the sum's last place is 1/32.
    private const float Magic = 393216f;

    // ln 2 and (ln 2)^2 / 2; the first holds the cubic term's best linear stand-in on +-1/64 as well.
    private const float C1 = 0.69315735f;
    private const float C2 = 0.24022651f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp2(Vector512<float> x) => OfModest(Vector512.MaxNative(x, Vector512.Create(-127f)));

    /// <summary>The same for -127 &lt;= x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> OfModest(Vector512<float> x)
    {
        var shifted = x + Vector512.Create(Magic);
        var r = x - (shifted - Vector512.Create(Magic));
        // Bits of 2^(i/32) minus i x 2^18: adding the rounded 32 x, shifted by 18, cancels its last five bits and puts the rest into the exponent.
        var low = Vector512.Create(
        0x3F800000, 0x3F7ECD87, 0x3F7DAAC3, 0x3F7C980F, 0x3F7B95C2, 0x3F7AA43A, 0x3F79C3D3, 0x3F78F4F0,
        0x3F7837F0, 0x3F778D3A, 0x3F76F532, 0x3F767043, 0x3F75FED7, 0x3F75A15B, 0x3F75583F, 0x3F7523F6);
        var high = Vector512.Create(
        0x3F7504F3, 0x3F74FBAF, 0x3F7508A4, 0x3F752C4D, 0x3F75672A, 0x3F75B9BE, 0x3F76248C, 0x3F76A81E,
        0x3F7744FD, 0x3F77FBB8, 0x3F78CCDF, 0x3F79B907, 0x3F7AC0C7, 0x3F7BE4BA, 0x3F7D257D, 0x3F7E83B3);
        var bits = shifted.AsInt32();
        var power = (Avx512F.PermuteVar16x32x2(low, bits, high) + (bits << 18)).AsSingle();
        var rest = Vector512.FusedMultiplyAdd(Vector512.Create(C2), r, Vector512.Create(C1)) * r;
        return Vector512.FusedMultiplyAdd(power, rest, power);
    }
}
