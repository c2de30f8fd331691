using System.Collections.Immutable;
using AttnSweep.PtxInterpreter.Execution;
using AttnSweep.PtxInterpreter.Operations;
using AttnSweep.PtxInterpreter.Reports;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Decoding;

/// <summary>A function's text to operations: names become places, labels become indices.</summary>
internal sealed class FunctionDecoder
{
    private readonly FunctionSyntax _syntax;
    private readonly FrameLayout _layout;
    private readonly VariablePlacement _placement;
    private readonly List<Operation> _operations = [];
    private readonly Dictionary<string, int> _labels = [];
    private readonly Dictionary<string, BranchTargetsSyntax> _targetLists = [];
    private readonly List<(int Operation, InstructionSyntax Syntax)> _branches = [];

    private FunctionDecoder(FunctionSyntax syntax, VariablePlacement placement)
    {
        _syntax = syntax;
        _placement = placement;
        _layout = new FrameLayout(placement.Addresses);
    }

    /// <exception cref="PtxException">An instruction, modifier or name that is not known, with its line.</exception>
    public static Function Decode(FunctionSyntax syntax, VariablePlacement placement) => new FunctionDecoder(syntax, placement).Decode();

    private Function Decode()
    {
        var statements = _syntax.Body!.Value;
        _layout.RegisterLimit = 32 * 2 * statements.OfType<DeclarationSyntax>().SelectMany(d => d.Registers).Sum(r => r.Count ?? 1);
        _layout.ConstantLimit = statements.OfType<InstructionSyntax>().Sum(i => i.Operands.Sum(o => o is VectorOperand v ? v.Elements.Length : 1));
        var function = new Function(_syntax.Name, _syntax.IsEntry, _syntax.Line)
        {
            Results = [.. _syntax.Results.Select(_layout.DeclareParameter)],
            Parameters = [.. _syntax.Parameters.Select(_layout.DeclareParameter)],
        };
        foreach (var statement in statements)
            Statement(statement, statements);
        _operations.Add(new ReturnOperation(false).Describe(statements.Length > 0 ? statements[^1].Line : _syntax.Line, "(end)", InstructionClass.Branch));
        Link();
        function.Operations = [.. _operations];
        _layout.Finish(function);
        return function;
    }

    private void Statement(StatementSyntax statement, ImmutableArray<StatementSyntax> all)
    {
        switch (statement)
        {
            case ScopeSyntax scope:
                if (scope.Opens)
                    _layout.Open();
                else
                    _layout.Close();
                break;
            case DeclarationSyntax declaration:
                foreach (var register in declaration.Registers)
                    _layout.Declare(register);
                foreach (var variable in declaration.Variables)
                    Declare(variable);
                break;
            case LabelSyntax label:
                if (!_labels.TryAdd(label.Name, _operations.Count))
                    throw new PtxException(label.Line, $"label {label.Name} is set twice");
                if (all.IndexOf(label) + 1 < all.Length && all[all.IndexOf(label) + 1] is BranchTargetsSyntax targets)
                    _targetLists[label.Name] = targets;
                break;
            case InstructionSyntax instruction:
                Instruction(instruction);
                break;
        }
    }

    private void Declare(VariableSyntax variable)
    {
        if (variable.Space == StateSpace.Param)
            _layout.DeclareParameter(variable);
        else if (variable.Space is StateSpace.Shared or StateSpace.Local or StateSpace.Global or StateSpace.Const)
            _layout.DeclareVariable(variable.Line, variable.Name, _placement.Place(variable));
        else
            throw new PtxException(variable.Line, $"variables of .{variable.Space.ToString().ToLowerInvariant()} are not supported in functions");
    }

    private void Instruction(InstructionSyntax instruction)
    {
        var guard = instruction.Guard is { } name ? new Operands(instruction, _layout).PredicateNamed(name) : -1;
        var operation = new InstructionDecoder(instruction, _layout, guard).Decode();
        if (operation is BranchOperation or IndexedBranchOperation)
            _branches.Add((_operations.Count, instruction));
        _operations.Add(operation);
    }

    private void Link()
    {
        foreach (var (index, syntax) in _branches)
        {
            switch (_operations[index])
            {
                case BranchOperation branch:
                    branch.Target = Label(syntax.Line, ((NameOperand)syntax.Operands[0]).Name);
                    break;
                case IndexedBranchOperation branch:
                    var list = ((NameOperand)syntax.Operands[1]).Name;
                    if (!_targetLists.TryGetValue(list, out var targets))
                        throw new PtxException(syntax.Line, $"{list} names no .branchtargets");
                    branch.Targets = [.. targets.Targets.Select(t => Label(targets.Line, t))];
                    break;
            }
        }

        var meetings = PostDominators.Find([.. _operations.Select(Successors)]);
        foreach (var (index, _) in _branches)
        {
            if (_operations[index] is BranchOperation branch)
                branch.Reconverge = meetings[index];
            else if (_operations[index] is IndexedBranchOperation indexed)
                indexed.Reconverge = meetings[index];
        }
    }

    private int[] Successors(Operation operation, int index) => operation switch
    {
        BranchOperation { Guard: < 0 } branch => [branch.Target],
        BranchOperation branch => [branch.Target, index + 1],
        IndexedBranchOperation { Guard: < 0 } branch => [.. branch.Targets.Distinct()],
        IndexedBranchOperation branch => [.. branch.Targets.Append(index + 1).Distinct()],
        ReturnOperation { Guard: < 0 } or TrapOperation { Guard: < 0 } => [],
        _ => [index + 1],
    };

    private int Label(int line, string name) =>
        _labels.TryGetValue(name, out var index) ? index : throw new PtxException(line, $"there is no label {name}");
}
