using AttnSweep.PtxInterpreter.Operations;
using AttnSweep.PtxInterpreter.Reports;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Decoding;

/// <summary>Shuffles and votes. The forms without .sync are gone from the devices that this text is for.</summary>
internal sealed class WarpDecoder(InstructionSyntax syntax, Modifiers modifiers, Operands operands)
{
    public (Operation, InstructionClass) Decode()
    {
        if (syntax.Opcode == "activemask")
        {
            modifiers.Need("a type", "b32");
            operands.Expect(1);
            return (new ActiveMaskOperation(operands.Destination(0, PtxType.B32)), InstructionClass.Warp);
        }

        modifiers.Need("synchronisation", "sync");
        return (syntax.Opcode == "shfl" ? Shuffle() : Vote(), InstructionClass.Warp);
    }

    private ShuffleOperation Shuffle()
    {
        var kind = modifiers.Need("a mode", "up", "down", "bfly", "idx") switch
        {
            "up" => ShuffleKind.Up,
            "down" => ShuffleKind.Down,
            "bfly" => ShuffleKind.Butterfly,
            _ => ShuffleKind.Index,
        };
        modifiers.Need("a type", "b32");
        operands.Expect(5);
        var (destination, inRange) = operands[0] is PairOperand { Second: NameOperand second } pair
            ? (operands.WideDestination(pair.First, PtxType.B32).Word, operands.PredicateNamed(second.Name))
            : (operands.Destination(0, PtxType.B32), -1);
        return new ShuffleOperation(kind, destination, inRange,
            operands.Source(1, PtxType.B32), operands.Source(2, PtxType.B32), operands.Source(3, PtxType.B32), operands.Source(4, PtxType.B32));
    }

    private VoteOperation Vote()
    {
        var kind = modifiers.Need("a mode", "all", "any", "uni", "ballot") switch
        {
            "all" => VoteKind.All,
            "any" => VoteKind.Any,
            "uni" => VoteKind.Uniform,
            _ => VoteKind.Ballot,
        };
        modifiers.Need("a type", kind == VoteKind.Ballot ? "b32" : "pred");
        operands.Expect(3);
        var destination = kind == VoteKind.Ballot ? operands.Destination(0, PtxType.B32) : operands.PredicateNamed(operands.Name(0));
        var (predicate, negate) = operands.Predicate(1);
        return new VoteOperation(kind, destination, predicate, negate, operands.Source(2, PtxType.B32));
    }
}
