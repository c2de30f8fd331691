using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Operations;

/// <summary>What an atomic makes of the old value and its operands, all as bits.</summary>
internal static class AtomicFunctions
{
    public static Func<ulong, ulong, ulong, ulong>? Find(string name, PtxType type) => (name, type) switch
    {
        ("exch", _) => (_, b, _) => b,
        ("cas", PtxType.B32 or PtxType.U32 or PtxType.S32) => (a, b, c) => (uint)a == (uint)b ? c : a,
        ("cas", PtxType.B64 or PtxType.U64 or PtxType.S64) => (a, b, c) => a == b ? c : a,
        ("and", _) => (a, b, _) => a & b,
        ("or", _) => (a, b, _) => a | b,
        ("xor", _) => (a, b, _) => a ^ b,
        ("add", PtxType.F32) => (a, b, _) => BitConverter.SingleToUInt32Bits(AddFloat<float>.Apply(Single(a), Single(b))),
        ("add", PtxType.F64) => (a, b, _) => BitConverter.DoubleToUInt64Bits(AddFloat<double>.Apply(Double(a), Double(b))),
        ("add", PtxType.U32 or PtxType.S32 or PtxType.U64 or PtxType.S64) => (a, b, _) => unchecked(a + b),
        ("min", PtxType.S32) => (a, b, _) => (uint)Math.Min((int)a, (int)b),
        ("max", PtxType.S32) => (a, b, _) => (uint)Math.Max((int)a, (int)b),
        ("min", PtxType.U32) => (a, b, _) => Math.Min((uint)a, (uint)b),
        ("max", PtxType.U32) => (a, b, _) => Math.Max((uint)a, (uint)b),
        ("min", PtxType.S64) => (a, b, _) => (ulong)Math.Min((long)a, (long)b),
        ("max", PtxType.S64) => (a, b, _) => (ulong)Math.Max((long)a, (long)b),
        ("min", PtxType.U64) => (a, b, _) => Math.Min(a, b),
        ("max", PtxType.U64) => (a, b, _) => Math.Max(a, b),
        ("inc", PtxType.U32) => (a, b, _) => (uint)a >= (uint)b ? 0 : a + 1,
        ("dec", PtxType.U32) => (a, b, _) => (uint)a == 0 || (uint)a > (uint)b ? b : a - 1,
        _ => null,
    };

    private static float Single(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    private static double Double(ulong bits) => BitConverter.UInt64BitsToDouble(bits);
}
