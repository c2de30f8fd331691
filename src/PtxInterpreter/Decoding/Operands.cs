using System.Collections.Immutable;
using AttnSweep.PtxInterpreter.Operations;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Decoding;

/// <summary>An instruction's operands as places in the frame; the complaints name the line.</summary>
internal sealed class Operands(InstructionSyntax syntax, FrameLayout layout)
{
    public int Count => syntax.Operands.Length;

    public void Expect(params ReadOnlySpan<int> counts)
    {
        if (!counts.Contains(Count))
            throw Wrong($"has {Count} operands");
    }

    /// <summary>The word of a register or constant whose width is that of the type.</summary>
    public int Source(int index, PtxType type) => SourcePlace(syntax.Operands[index], type, exact: true).Word;

    public int Destination(int index, PtxType type) => DestinationPlace(syntax.Operands[index], type, exact: true).Word;

    /// <summary>A source that may be wider than the type (ld, st, cvt).</summary>
    public Place WideSource(OperandSyntax operand, PtxType type) => SourcePlace(operand, type, exact: false);

    public Place WideDestination(OperandSyntax operand, PtxType type) => DestinationPlace(operand, type, exact: false);

    /// <summary>The elements of a vector, or the one operand.</summary>
    public ImmutableArray<OperandSyntax> Vector(int index, int lanes)
    {
        ImmutableArray<OperandSyntax> elements = this[index] is VectorOperand v ? v.Elements : [this[index]];
        return elements.Length == lanes ? elements : throw Wrong($"names {elements.Length} elements for {lanes}");
    }

    public OperandSyntax this[int index] => index < Count ? syntax.Operands[index] : throw Wrong($"has only {Count} operands");

    /// <summary>A predicate that is read: <c>p</c>, <c>!p</c>, 0 or 1.</summary>
    public (int Index, bool Negate) Predicate(int index) => this[index] switch
    {
        NameOperand name => (PredicateNamed(name.Name), false),
        NotOperand not => (PredicateNamed(not.Name), true),
        IntegerOperand { Value: 0 } => (Function.False, false),
        IntegerOperand => (Function.True, false),
        _ => throw Wrong($"operand {index + 1} is no predicate"),
    };

    public int PredicateNamed(string name) => layout.FindPredicate(name) ?? throw Wrong($"{name} is no predicate register");

    public long Integer(int index) => this[index] is IntegerOperand number ? number.Value : throw Wrong($"operand {index + 1} must be a number");

    public string Name(int index) => this[index] is NameOperand name ? name.Name : throw Wrong($"operand {index + 1} must be a name");

    public AddressOperand AddressSyntax(int index) => this[index] as AddressOperand ?? throw Wrong($"operand {index + 1} must be an address in brackets");

    public AccessAddress Address(int index, StateSpace space)
    {
        var address = AddressSyntax(index);
        if (address.Base is null)
            return new AccessAddress(space, null, address.Offset);
        if (layout.FindRegister(address.Base) is { } place)
            return place.Width == 8 ? new AccessAddress(space, place, address.Offset) : throw Wrong($"{address.Base} has {8 * place.Width} bits, an address 64");
        if (layout.FindAddress(address.Base) is { } at)
            return new AccessAddress(space, null, at + address.Offset);
        throw Wrong($"{address.Base} is not declared");
    }

    public PtxException Wrong(string why) => new(syntax.Line, $"{syntax.Text} {why}");

    private Place SourcePlace(OperandSyntax operand, PtxType type, bool exact)
    {
        if (operand is IntegerOperand or FloatOperand)
            return layout.Constant(type.Size(), ImmediateBits.Of(operand, type));
        if (operand is NameOperand { Name: "WARP_SZ" })
            return layout.Constant(type.Size(), 32);
        if (operand is not NameOperand name)
            throw Wrong("has an operand that is neither register nor number");
        if (layout.FindRegister(name.Name) is { } place)
            return Fit(place, name.Name, type, exact);
        if (layout.FindAddress(name.Name) is { } address && type.Size() == 8)
            return layout.Constant(8, (ulong)address);
        throw Wrong(layout.FindPredicate(name.Name) is null ? $": {name.Name} is not declared" : $": {name.Name} is a predicate");
    }

    private Place DestinationPlace(OperandSyntax operand, PtxType type, bool exact) => operand is NameOperand name
        ? Fit(layout.FindRegister(name.Name) ?? throw Wrong($": {name.Name} is no register of {8 * type.Size()} bits"), name.Name, type, exact)
        : throw Wrong("has a destination that is no register");

    private Place Fit(Place place, string name, PtxType type, bool exact)
    {
        var wanted = Math.Max(2, type.Size());
        if (exact ? place.Width != wanted : place.Width < wanted)
            throw Wrong($": {name} has {8 * place.Width} bits, .{type.Name()} {8 * type.Size()}");
        return place;
    }
}
