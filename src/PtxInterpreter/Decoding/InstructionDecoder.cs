using AttnSweep.PtxInterpreter.Operations;
using AttnSweep.PtxInterpreter.Reports;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Decoding;

/// <summary>One instruction to one operation: control flow here, the rest by subject in the other decoders.</summary>
internal sealed class InstructionDecoder(InstructionSyntax syntax, FrameLayout layout, int guard)
{
    private readonly Modifiers _modifiers = new(syntax);
    private readonly Operands _operands = new(syntax, layout);

    /// <exception cref="PtxException">It is not known, or not in this form.</exception>
    public Operation Decode()
    {
        var (operation, kind) = syntax.Opcode switch
        {
            "bra" or "brx" or "call" or "ret" or "exit" or "trap" => Control(),
            "bar" or "barrier" => Barrier(),
            "membar" or "fence" or "prefetch" or "prefetchu" or "nanosleep" => Nothing(),
            "shfl" or "vote" or "activemask" => new WarpDecoder(syntax, _modifiers, _operands).Decode(),
            "ld" or "ldu" or "st" or "atom" or "red" => new MemoryDecoder(syntax, layout, _modifiers, _operands).Decode(),
            "cvt" or "cvta" or "mov" => new ConversionDecoder(syntax, layout, _modifiers, _operands).Decode(),
            _ => new ArithmeticDecoder(syntax, _modifiers, _operands).Decode(),
        };
        _modifiers.Done();
        return operation.Describe(syntax.Line, syntax.Text, kind, guard, syntax.GuardIsNegated);
    }

    private (Operation, InstructionClass) Control()
    {
        var isUniform = _modifiers.Take("uni");
        switch (syntax.Opcode)
        {
            case "bra":
                _operands.Expect(1);
                _operands.Name(0);
                return (new BranchOperation(isUniform), InstructionClass.Branch);
            case "brx":
                if (!_modifiers.Take("idx"))
                    throw _operands.Wrong("is not supported; brx.idx is");
                _operands.Expect(2);
                _operands.Name(1);
                return (new IndexedBranchOperation(_operands.WideSource(_operands[0], PtxType.U32), isUniform), InstructionClass.Branch);
            case "call":
                return (Call(), InstructionClass.Call);
            case "trap":
                _operands.Expect(0);
                return (new TrapOperation(), InstructionClass.Branch);
            default:
                _operands.Expect(0);
                return (new ReturnOperation(syntax.Opcode == "exit"), InstructionClass.Branch);
        }
    }

    private CallOperation Call()
    {
        var next = 0;
        var results = _operands[0] is ListOperand list ? List(list, ref next) : [];
        var name = _operands.Name(next++);
        var arguments = next < _operands.Count && _operands[next] is ListOperand given ? List(given, ref next) : [];
        if (next != _operands.Count)
            throw _operands.Wrong("calls through a register or prototype, which is not supported");
        return new CallOperation(name, [.. results], [.. arguments]);
    }

    private List<ParameterPlace> List(ListOperand list, ref int next)
    {
        next++;
        return [.. list.Names.Select(n => layout.FindParameter(n) ?? throw _operands.Wrong($"passes {n}, which is no .param variable"))];
    }

    private (Operation, InstructionClass) Barrier()
    {
        _modifiers.Take("cta");
        _modifiers.Take("aligned");
        if (_modifiers.Take("warp"))
        {
            _modifiers.Need("an operation", "sync");
            _operands.Expect(1);
            return (new WarpBarrierOperation(_operands.Source(0, PtxType.B32)), InstructionClass.Barrier);
        }

        if (_modifiers.Need("an operation", "sync", "red") == "sync")
        {
            _operands.Expect(1);
            return (new BarrierOperation(BarrierKind.Sync, Number(0), 0, 0, false), InstructionClass.Barrier);
        }

        var reduction = _modifiers.Need("a reduction", "popc", "and", "or");
        _operands.Expect(3);
        var kind = reduction switch { "popc" => BarrierKind.PopulationCount, "and" => BarrierKind.And, _ => BarrierKind.Or };
        _modifiers.Need("a type", kind == BarrierKind.PopulationCount ? "u32" : "pred");
        var destination = kind == BarrierKind.PopulationCount ? _operands.Destination(0, PtxType.U32) : _operands.PredicateNamed(_operands.Name(0));
        var (predicate, negate) = _operands.Predicate(2);
        return (new BarrierOperation(kind, Number(1), destination, predicate, negate), InstructionClass.Barrier);
    }

    private int Number(int index) => _operands.Integer(index) is >= 0 and < 16 and var number
        ? (int)number
        : throw _operands.Wrong($"names barrier {_operands.Integer(index)}; there are 0 to 15");

    private (Operation, InstructionClass) Nothing()
    {
        _modifiers.TakeOne("gl", "cta", "sys", "gpu", "proxy", "u32");
        _modifiers.TakeOne("sc", "acq_rel", "global", "L1", "L2");
        _modifiers.TakeOne("gl", "cta", "sys", "gpu", "L1", "L2");
        return (new NothingOperation(), InstructionClass.Barrier);
    }
}
