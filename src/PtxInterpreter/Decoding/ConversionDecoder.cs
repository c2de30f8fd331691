using System.Collections.Immutable;
using AttnSweep.PtxInterpreter.Memory;
using AttnSweep.PtxInterpreter.Operations;
using AttnSweep.PtxInterpreter.Reports;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Decoding;

/// <summary>mov, cvta and cvt.</summary>
internal sealed class ConversionDecoder(InstructionSyntax syntax, FrameLayout layout, Modifiers modifiers, Operands operands)
{
    public (Operation, InstructionClass) Decode() => syntax.Opcode switch
    {
        "mov" => Move(),
        "cvta" => (AddressConversion(), InstructionClass.Convert),
        _ => (Conversion(), InstructionClass.Convert),
    };

    private (Operation, InstructionClass) Move()
    {
        var type = modifiers.Type();
        operands.Expect(2);
        if (type == PtxType.Pred)
        {
            var (source, negate) = operands.Predicate(1);
            return (new PredicateOperation(operands.PredicateNamed(operands.Name(0)), PredicateLogic.None, source, negate, 0), InstructionClass.Predicate);
        }

        if (operands[0] is VectorOperand || operands[1] is VectorOperand)
            return (Pack(type), InstructionClass.Move);
        var (d, a) = (operands.Destination(0, type), operands.Source(1, type));
        return (type.Size() switch
        {
            2 => new Unary<ushort, ushort, Copy<ushort>>(d, a),
            4 => new Unary<uint, uint, Copy<uint>>(d, a),
            8 => new Unary<ulong, ulong, Copy<ulong>>(d, a),
            _ => throw operands.Wrong("moves bytes, which PTX cannot"),
        }, InstructionClass.Move);
    }

    private PackOperation Pack(PtxType type)
    {
        ImmutableArray<OperandSyntax> Elements(int index) => operands[index] is VectorOperand v ? v.Elements : [operands[index]];
        var (to, from) = (Elements(0), Elements(1));
        if ((to.Length == 1) == (from.Length == 1) || type.Size() % Math.Max(to.Length, from.Length) != 0)
            throw operands.Wrong("packs or unpacks one vector of equal parts");
        var part = (type.Size() / Math.Max(to.Length, from.Length)) switch { 1 => PtxType.B8, 2 => PtxType.B16, 4 => PtxType.B32, _ => type };
        return new PackOperation(
            [.. to.Select(o => o is NameOperand { Name: "_" } ? null : (Place?)operands.WideDestination(o, to.Length == 1 ? type : part))],
            [.. from.Select(o => operands.WideSource(o, from.Length == 1 ? type : part))], part.Size());
    }

    private Binary<ulong, ulong, ulong, AddInteger<ulong>> AddressConversion()
    {
        var toSpace = modifiers.Take("to");
        var space = PtxTypes.Space(modifiers.Need("a space", "global", "shared", "local", "const", "param"))!.Value;
        modifiers.Need("a type", "u64");
        operands.Expect(2);
        var shift = Windows.Base(space);
        return new Binary<ulong, ulong, ulong, AddInteger<ulong>>(
            operands.Destination(0, PtxType.U64), operands.Source(1, PtxType.U64),
            layout.Constant(8, toSpace ? unchecked(0 - shift) : shift).Word);
    }

    private ConvertOperation Conversion()
    {
        var saturates = modifiers.Take("sat");
        var flushes = modifiers.Take("ftz");
        var toInteger = modifiers.TakeOne("rni", "rzi", "rmi", "rpi");
        var rounding = modifiers.TakeOne("rn", "rz", "rm", "rp");
        if (rounding is not (null or "rn"))
            throw operands.Wrong($"rounds by .{rounding}; only .rn, .rni, .rzi, .rmi and .rpi are supported");
        var (to, from) = (modifiers.Type(), modifiers.Type());
        operands.Expect(2);
        var function = Conversions.Find(to, from, toInteger, saturates, flushes) ?? throw operands.Wrong("is not supported");
        return new ConvertOperation(operands.WideDestination(operands[0], to), operands.WideSource(operands[1], from), function);
    }
}
