using System.Collections.Immutable;
using AttnSweep.PtxInterpreter.Operations;
using AttnSweep.PtxInterpreter.Reports;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Decoding;

/// <summary>Loads, stores and atomics.</summary>
internal sealed class MemoryDecoder(InstructionSyntax syntax, FrameLayout layout, Modifiers modifiers, Operands operands)
{
    public (Operation, InstructionClass) Decode()
    {
        var space = modifiers.TakeOne("global", "shared", "local", "param", "const") is { } name ? PtxTypes.Space(name)!.Value : StateSpace.Generic;
        modifiers.TakeOne("shared::cta");
        var isAtomic = syntax.Opcode is "atom" or "red";
        var isStrong = modifiers.TakeOne("volatile", "relaxed", "acquire", "release", "acq_rel") is not null;
        modifiers.TakeOne("cta", "gpu", "sys");
        if (isAtomic)
            return (Atomic(space), InstructionClass.Atomic);
        // Caching hints change no result.
        modifiers.TakeOne("ca", "cg", "cs", "lu", "cv", "wb", "wt");
        modifiers.Take("nc");
        modifiers.TakeOne("L1::evict_last", "L1::evict_first", "L1::no_allocate", "L1::evict_normal");
        modifiers.TakeOne("L2::64B", "L2::128B", "L2::256B");
        var lanes = modifiers.TakeOne("v2", "v4") switch { "v2" => 2, "v4" => 4, _ => 1 };
        var type = modifiers.Type();
        operands.Expect(2);
        return syntax.Opcode == "st" ? Store(space, type, lanes, isStrong) : Load(space, type, lanes, isStrong);
    }

    private (Operation, InstructionClass) Load(StateSpace space, PtxType type, int lanes, bool isStrong)
    {
        ImmutableArray<Place?> destinations = [.. operands.Vector(0, lanes).Select(o =>
            o is NameOperand { Name: "_" } ? null : (Place?)operands.WideDestination(o, type))];
        if (space == StateSpace.Param)
            return (new LoadParameterOperation(Parameter(1, type, lanes), type.Size(), type.IsSigned(), destinations), InstructionClass.Parameter);
        var kind = space switch
        {
            StateSpace.Shared => InstructionClass.SharedLoad,
            StateSpace.Local => InstructionClass.LocalLoad,
            StateSpace.Const => InstructionClass.ConstantLoad,
            _ => InstructionClass.GlobalLoad,
        };
        return (new LoadOperation(operands.Address(1, space), type.Size(), type.IsSigned(), destinations, isStrong), kind);
    }

    private (Operation, InstructionClass) Store(StateSpace space, PtxType type, int lanes, bool isStrong)
    {
        ImmutableArray<Place> sources = [.. operands.Vector(1, lanes).Select(o => operands.WideSource(o, type))];
        if (space == StateSpace.Param)
            return (new StoreParameterOperation(Parameter(0, type, lanes), type.Size(), sources), InstructionClass.Parameter);
        var kind = space switch
        {
            StateSpace.Shared => InstructionClass.SharedStore,
            StateSpace.Local => InstructionClass.LocalStore,
            StateSpace.Const => throw operands.Wrong("stores to constants"),
            _ => InstructionClass.GlobalStore,
        };
        return (new StoreOperation(operands.Address(0, space), type.Size(), sources, isStrong), kind);
    }

    private int Parameter(int index, PtxType type, int lanes)
    {
        var address = operands.AddressSyntax(index);
        if (address.Base is null || layout.FindParameter(address.Base) is not { } place)
            throw operands.Wrong($": {address.Base} is no parameter");
        if (address.Offset < 0 || address.Offset + (type.Size() * lanes) > place.Bytes)
            throw operands.Wrong($"leaves {address.Base}, which has {place.Bytes} bytes");
        return place.Offset + (int)address.Offset;
    }

    private AtomicOperation Atomic(StateSpace space)
    {
        var name = modifiers.Need("an operation", "add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec");
        var type = modifiers.Type();
        var first = syntax.Opcode == "atom" ? 1 : 0;
        operands.Expect(first + (name == "cas" ? 3 : 2));
        return new AtomicOperation(
            operands.Address(first, space), type.Size(), AtomicFunctions.Find(name, type) ?? throw operands.Wrong("is not supported"),
            first == 1 ? operands.WideDestination(operands[0], type) : null,
            operands.WideSource(operands[first + 1], type), name == "cas" ? operands.WideSource(operands[first + 2], type) : null);
    }
}
