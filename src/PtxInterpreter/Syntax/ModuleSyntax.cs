using System.Collections.Immutable;

namespace AttnSweep.PtxInterpreter.Syntax;

/// <summary>What a text declares. Names are resolved later, when the code is decoded.</summary>
internal sealed record ModuleSyntax(
    string Version, string Target, ImmutableArray<VariableSyntax> Variables, ImmutableArray<FunctionSyntax> Functions);

/// <param name="Lanes">1, or the lanes of a vector type.</param>
/// <param name="Count">Elements; 0 where the text leaves them open (dynamic shared memory).</param>
/// <param name="Initial">Bytes that the text gives; null for none.</param>
internal sealed record VariableSyntax(
    int Line, StateSpace Space, PtxType Type, int Lanes, string Name, int Align, long Count, bool IsOpen, byte[]? Initial)
{
    public long Bytes => (long)Type.Size() * Lanes * Count;
}

/// <summary>Registers: one, or <c>name&lt;count&gt;</c>.</summary>
internal sealed record RegisterSyntax(int Line, PtxType Type, string Name, int? Count);

/// <param name="Body">Null for a declaration.</param>
internal sealed record FunctionSyntax(
    int Line, string Name, bool IsEntry, ImmutableArray<VariableSyntax> Results, ImmutableArray<VariableSyntax> Parameters,
    ImmutableArray<StatementSyntax>? Body);

internal abstract record StatementSyntax(int Line);

internal sealed record LabelSyntax(int Line, string Name) : StatementSyntax(Line);

internal sealed record BranchTargetsSyntax(int Line, ImmutableArray<string> Targets) : StatementSyntax(Line);

internal sealed record DeclarationSyntax(int Line, ImmutableArray<VariableSyntax> Variables, ImmutableArray<RegisterSyntax> Registers) : StatementSyntax(Line);

internal sealed record ScopeSyntax(int Line, bool Opens) : StatementSyntax(Line);

/// <param name="Modifiers">Without dots, in the order of the text.</param>
internal sealed record InstructionSyntax(
    int Line, string? Guard, bool GuardIsNegated, string Opcode, ImmutableArray<string> Modifiers, ImmutableArray<OperandSyntax> Operands) : StatementSyntax(Line)
{
    public string Text => string.Join('.', Modifiers.Prepend(Opcode));
}

internal abstract record OperandSyntax;

/// <summary>A register, a variable, a label or a function.</summary>
internal sealed record NameOperand(string Name) : OperandSyntax
{
    public override string ToString() => Name;
}

internal sealed record IntegerOperand(long Value) : OperandSyntax
{
    public override string ToString() => $"{Value}";
}

/// <param name="Bits">As 32 bits or 64 bits.</param>
internal sealed record FloatOperand(ulong Bits, bool IsDouble) : OperandSyntax;

/// <summary><c>[base + offset]</c>; no base for an absolute address.</summary>
internal sealed record AddressOperand(string? Base, long Offset) : OperandSyntax;

internal sealed record VectorOperand(ImmutableArray<OperandSyntax> Elements) : OperandSyntax;

/// <summary><c>d|p</c>: two destinations.</summary>
internal sealed record PairOperand(OperandSyntax First, OperandSyntax Second) : OperandSyntax;

/// <summary><c>!p</c>.</summary>
internal sealed record NotOperand(string Name) : OperandSyntax;

/// <summary>A parenthesised list: the results or arguments of a call.</summary>
internal sealed record ListOperand(ImmutableArray<string> Names) : OperandSyntax;
