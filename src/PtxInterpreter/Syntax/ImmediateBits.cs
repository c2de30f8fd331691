namespace AttnSweep.PtxInterpreter.Syntax;

internal static class ImmediateBits
{
    /// <summary>A number of the text as the bits of a type, in the low bytes.</summary>
    public static ulong Of(OperandSyntax number, PtxType type) => number switch
    {
        IntegerOperand { Value: var value } => type switch
        {
            PtxType.F64 => BitConverter.DoubleToUInt64Bits(value),
            PtxType.F32 => BitConverter.SingleToUInt32Bits(value),
            PtxType.F16 => BitConverter.HalfToUInt16Bits((Half)value),
            _ => unchecked((ulong)value),
        },
        FloatOperand { IsDouble: true, Bits: var bits } => type switch
        {
            PtxType.F32 => BitConverter.SingleToUInt32Bits((float)BitConverter.UInt64BitsToDouble(bits)),
            PtxType.F16 => BitConverter.HalfToUInt16Bits((Half)BitConverter.UInt64BitsToDouble(bits)),
            _ => bits,
        },
        FloatOperand { Bits: var bits } => type switch
        {
            PtxType.F64 => BitConverter.DoubleToUInt64Bits(BitConverter.UInt32BitsToSingle((uint)bits)),
            PtxType.F16 => BitConverter.HalfToUInt16Bits((Half)BitConverter.UInt32BitsToSingle((uint)bits)),
            _ => bits,
        },
        _ => throw new ArgumentException($"{number} is no number", nameof(number)),
    };
}
