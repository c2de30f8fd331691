using System.Numerics;
using AttnSweep.PtxInterpreter.Operations;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Decoding;

/// <summary>Arithmetic of f16, f32 and f64. Only rounding to nearest even is supported.</summary>
internal sealed class FloatDecoder(InstructionSyntax syntax, Modifiers modifiers, Operands operands)
{
    public Operation Decode(PtxType type)
    {
        // rn is what an instruction without rounding means, except that an assembler may then fuse mul and add.
        modifiers.Take("rn");
        return type switch
        {
            PtxType.F32 => Single(),
            PtxType.F64 => General<double>(type),
            _ => syntax.Opcode is "fma" ? throw operands.Wrong("is not supported: its single rounding is not modelled") : General<Half>(type),
        };
    }

    private Operation Single()
    {
        const PtxType Type = PtxType.F32;
        var flushes = modifiers.Take("ftz");
        var saturates = modifiers.Take("sat");
        var isNaN = modifiers.Take("NaN");

        Operation One<TOp>()
            where TOp : IUnary<float, float>
        {
            operands.Expect(2);
            if (saturates)
                throw operands.Wrong("does not saturate");
            var (d, a) = (operands.Destination(0, Type), operands.Source(1, Type));
            return flushes ? new Unary<float, float, Flushed1<TOp>>(d, a) : new Unary<float, float, TOp>(d, a);
        }

        Operation Two<TOp>()
            where TOp : IBinary<float, float, float>
        {
            operands.Expect(3);
            var (d, a, b) = (operands.Destination(0, Type), operands.Source(1, Type), operands.Source(2, Type));
            return (flushes, saturates) switch
            {
                (false, false) => new Binary<float, float, float, TOp>(d, a, b),
                (true, false) => new Binary<float, float, float, Flushed2<TOp>>(d, a, b),
                (false, true) => new Binary<float, float, float, Saturated2<TOp>>(d, a, b),
                _ => new Binary<float, float, float, Saturated2<Flushed2<TOp>>>(d, a, b),
            };
        }

        Operation Often<TOp>()
            where TOp : IVectorBinary<float>
        {
            if (flushes || saturates)
                return Two<TOp>();
            operands.Expect(3);
            return new VectorBinary<float, TOp>(operands.Destination(0, Type), operands.Source(1, Type), operands.Source(2, Type));
        }

        Operation Three<TOp>()
            where TOp : ITernary<float, float, float, float>
        {
            operands.Expect(4);
            var (d, a, b, c) = (operands.Destination(0, Type), operands.Source(1, Type), operands.Source(2, Type), operands.Source(3, Type));
            return (flushes, saturates) switch
            {
                (false, false) => new Ternary<float, float, float, float, TOp>(d, a, b, c),
                (true, false) => new Ternary<float, float, float, float, Flushed3<TOp>>(d, a, b, c),
                (false, true) => new Ternary<float, float, float, float, Saturated3<TOp>>(d, a, b, c),
                _ => new Ternary<float, float, float, float, Saturated3<Flushed3<TOp>>>(d, a, b, c),
            };
        }

        if (syntax.Opcode is "ex2" or "lg2" or "sin" or "cos" or "tanh" or "rsqrt")
            modifiers.Need("its kind", "approx");
        else if (syntax.Opcode is "div" or "rcp" or "sqrt")
            modifiers.TakeOne("approx", "full");
        return syntax.Opcode switch
        {
            "add" => Often<AddSingle>(),
            "sub" => Often<SubtractSingle>(),
            "mul" => Often<MultiplySingle>(),
            "div" => Two<DivideFloat<float>>(),
            "min" => isNaN ? Two<MinimumNaN<float>>() : Two<MinimumFloat<float>>(),
            "max" => isNaN ? Two<MaximumNaN<float>>() : Two<MaximumFloat<float>>(),
            "copysign" => Two<CopySignFloat<float>>(),
            "fma" or "mad" => Three<FusedMultiplyAdd<float>>(),
            "abs" => One<AbsoluteFloat<float>>(),
            "neg" => One<NegateFloat<float>>(),
            "rcp" => One<ReciprocalFloat<float>>(),
            "sqrt" => One<SquareRootFloat<float>>(),
            "rsqrt" => One<ReciprocalSquareRoot<float>>(),
            "ex2" => One<Exponential2>(),
            "lg2" => One<Logarithm2>(),
            "sin" => One<Sine>(),
            "cos" => One<Cosine>(),
            "tanh" => One<HyperbolicTangent>(),
            _ => throw new PtxException(syntax.Line, $"instruction {syntax.Text} is not supported"),
        };
    }

    private Operation General<T>(PtxType type)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Unary<T, T, TOp> One<TOp>()
            where TOp : IUnary<T, T>
        {
            operands.Expect(2);
            return new Unary<T, T, TOp>(operands.Destination(0, type), operands.Source(1, type));
        }

        Binary<T, T, T, TOp> Two<TOp>()
            where TOp : IBinary<T, T, T>
        {
            operands.Expect(3);
            return new Binary<T, T, T, TOp>(operands.Destination(0, type), operands.Source(1, type), operands.Source(2, type));
        }

        Ternary<T, T, T, T, FusedMultiplyAdd<T>> Fused()
        {
            operands.Expect(4);
            return new Ternary<T, T, T, T, FusedMultiplyAdd<T>>(
                operands.Destination(0, type), operands.Source(1, type), operands.Source(2, type), operands.Source(3, type));
        }

        return syntax.Opcode switch
        {
            "add" => Two<AddFloat<T>>(),
            "sub" => Two<SubtractFloat<T>>(),
            "mul" => Two<MultiplyFloat<T>>(),
            "div" when type == PtxType.F64 => Two<DivideFloat<T>>(),
            "min" => Two<MinimumFloat<T>>(),
            "max" => Two<MaximumFloat<T>>(),
            "copysign" when type == PtxType.F64 => Two<CopySignFloat<T>>(),
            "fma" or "mad" => Fused(),
            "abs" => One<AbsoluteFloat<T>>(),
            "neg" => One<NegateFloat<T>>(),
            "rcp" when type == PtxType.F64 => One<ReciprocalFloat<T>>(),
            "sqrt" when type == PtxType.F64 => One<SquareRootFloat<T>>(),
            _ => throw new PtxException(syntax.Line, $"instruction {syntax.Text} is not supported"),
        };
    }
}
