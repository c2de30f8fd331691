using System.Numerics;
using AttnSweep.PtxInterpreter.Operations;
using AttnSweep.PtxInterpreter.Reports;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Decoding;

/// <summary>Arithmetic, logic, comparisons and selection.</summary>
internal sealed class ArithmeticDecoder(InstructionSyntax syntax, Modifiers modifiers, Operands operands)
{
    public (Operation, InstructionClass) Decode()
    {
        if (syntax.Opcode is "setp")
            return (new ComparisonDecoder(modifiers, operands).Compare(), InstructionClass.Predicate);
        if (syntax.Opcode is "testp")
            return (new ComparisonDecoder(modifiers, operands).Classify(), InstructionClass.Predicate);
        if (syntax.Opcode is "and" or "or" or "xor" or "not" && modifiers.Take("pred"))
            return (PredicateLogic(), InstructionClass.Predicate);
        var approximate = syntax.Opcode is "ex2" or "lg2" or "sin" or "cos" or "tanh" or "rcp" or "sqrt" or "rsqrt";
        // Types come last; multiplications name their half before.
        var type = modifiers.Type();
        if (syntax.Opcode == "selp")
            return (Select(type), InstructionClass.Predicate);
        if (type.IsFloat())
        {
            var operation = new FloatDecoder(syntax, modifiers, operands).Decode(type);
            return (operation, approximate ? InstructionClass.Special : type switch
            {
                PtxType.F32 => InstructionClass.F32,
                PtxType.F64 => InstructionClass.F64,
                _ => InstructionClass.F16,
            });
        }

        return (type switch
        {
            PtxType.S16 => Integer<short, int>(type, PtxType.S32),
            PtxType.U16 or PtxType.B16 => Integer<ushort, uint>(type, PtxType.U32),
            PtxType.S32 => Integer<int, long>(type, PtxType.S64),
            PtxType.U32 or PtxType.B32 => Integer<uint, ulong>(type, PtxType.U64),
            PtxType.S64 => Integer<long, long>(type, type),
            PtxType.U64 or PtxType.B64 => Integer<ulong, ulong>(type, type),
            _ => throw Unknown(type),
        }, InstructionClass.IntegerArithmetic);
    }

    private PtxException Unknown(PtxType type) => operands.Wrong($"is not supported for .{type.Name()}");

    private PredicateOperation PredicateLogic()
    {
        operands.Expect(syntax.Opcode == "not" ? 2 : 3);
        var d = operands.PredicateNamed(operands.Name(0));
        var (a, negate) = operands.Predicate(1);
        if (syntax.Opcode == "not")
            return new PredicateOperation(d, Operations.PredicateLogic.None, a, !negate, 0);
        var (b, negateB) = operands.Predicate(2);
        if (negateB)
            throw operands.Wrong("negates its second operand");
        return new PredicateOperation(d, ComparisonDecoder.Logic(syntax.Opcode), a, negate, b);
    }

    private Operation Select(PtxType type)
    {
        operands.Expect(4);
        var (d, a, b) = (operands.Destination(0, type), operands.Source(1, type), operands.Source(2, type));
        var (predicate, negate) = operands.Predicate(3);
        if (negate)
            (a, b) = (b, a);
        return type.Size() switch
        {
            2 => new Select<ushort>(d, a, b, predicate),
            4 => new Select<uint>(d, a, b, predicate),
            8 => new Select<ulong>(d, a, b, predicate),
            _ => throw Unknown(type),
        };
    }

    private Operation Integer<T, TWide>(PtxType type, PtxType wide)
        where T : unmanaged, IBinaryInteger<T>
        where TWide : unmanaged, IBinaryInteger<TWide>
    {
        Unary<T, T, TOp> One<TOp>()
            where TOp : IUnary<T, T>
        {
            operands.Expect(2);
            return new Unary<T, T, TOp>(operands.Destination(0, type), operands.Source(1, type));
        }

        Unary<T, uint, TOp> Counted<TOp>()
            where TOp : IUnary<T, uint>
        {
            operands.Expect(2);
            return new Unary<T, uint, TOp>(operands.Destination(0, PtxType.U32), operands.Source(1, type));
        }

        Binary<T, T, T, TOp> Two<TOp>()
            where TOp : IBinary<T, T, T>
        {
            operands.Expect(3);
            return new Binary<T, T, T, TOp>(operands.Destination(0, type), operands.Source(1, type), operands.Source(2, type));
        }

        VectorBinary<T, TOp> Often<TOp>()
            where TOp : IVectorBinary<T>
        {
            operands.Expect(3);
            return new VectorBinary<T, TOp>(operands.Destination(0, type), operands.Source(1, type), operands.Source(2, type));
        }

        Binary<T, uint, T, TOp> Shift<TOp>()
            where TOp : IBinary<T, uint, T>
        {
            operands.Expect(3);
            return new Binary<T, uint, T, TOp>(operands.Destination(0, type), operands.Source(1, type), operands.Source(2, PtxType.U32));
        }

        Ternary<T, T, T, T, TOp> Three<TOp>()
            where TOp : ITernary<T, T, T, T>
        {
            operands.Expect(4);
            return new Ternary<T, T, T, T, TOp>(operands.Destination(0, type), operands.Source(1, type), operands.Source(2, type), operands.Source(3, type));
        }

        switch (syntax.Opcode)
        {
            case "add": return Often<AddInteger<T>>();
            case "sub": return Often<SubtractInteger<T>>();
            case "div": return Two<DivideInteger<T>>();
            case "rem": return Two<RemainderInteger<T>>();
            case "min": return Two<MinimumInteger<T>>();
            case "max": return Two<MaximumInteger<T>>();
            case "and": return Often<And<T>>();
            case "or": return Often<Or<T>>();
            case "xor": return Often<Xor<T>>();
            case "not": return One<Not<T>>();
            case "cnot": return One<LogicalNot<T>>();
            case "abs": return One<AbsoluteInteger<T>>();
            case "neg": return One<NegateInteger<T>>();
            case "brev": return One<ReverseBits<T>>();
            case "popc": return Counted<PopulationCount<T>>();
            case "clz": return Counted<LeadingZeros<T>>();
            case "shl": return Shift<ShiftLeft<T>>();
            case "shr": return Shift<ShiftRight<T>>();
            case "bfe":
                operands.Expect(4);
                return new Ternary<T, uint, uint, T, ExtractBits<T>>(
                    operands.Destination(0, type), operands.Source(1, type), operands.Source(2, PtxType.U32), operands.Source(3, PtxType.U32));
            case "mul":
                switch (modifiers.Need("a half", "lo", "hi", "wide"))
                {
                    case "lo": return Often<MultiplyLow<T>>();
                    case "hi": return Two<MultiplyHigh<T>>();
                    default:
                        operands.Expect(3);
                        return new Binary<T, T, TWide, MultiplyWide<T, TWide>>(Wide(0), operands.Source(1, type), operands.Source(2, type));
                }

            case "mad":
                switch (modifiers.Need("a half", "lo", "hi", "wide"))
                {
                    case "lo": return Three<MultiplyAddLow<T>>();
                    case "hi": return Three<MultiplyAddHigh<T>>();
                    default:
                        operands.Expect(4);
                        return new Ternary<T, T, TWide, TWide, MultiplyAddWide<T, TWide>>(
                            Wide(0), operands.Source(1, type), operands.Source(2, type), operands.Source(3, wide));
                }

            default:
                throw new PtxException(syntax.Line, $"instruction {syntax.Text} is not supported");
        }

        int Wide(int index) => wide != type ? operands.Destination(index, wide) : throw Unknown(type);
    }
}
