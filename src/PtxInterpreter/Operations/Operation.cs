using AttnSweep.PtxInterpreter.Execution;
using AttnSweep.PtxInterpreter.Reports;

namespace AttnSweep.PtxInterpreter.Operations;

/// <summary>One decoded instruction. It is executed for a whole warp at a time.</summary>
internal abstract class Operation
{
    public int Line { get; private set; }

    /// <summary>As in the text, without operands: <c>add.s32</c>.</summary>
    public string Text { get; private set; } = "";

    public InstructionClass Class { get; private set; }

    /// <summary>Predicate register of the guard, or -1.</summary>
    public int Guard { get; private set; } = -1;

    public bool GuardIsNegated { get; private set; }

    /// <summary>Place among all operations of the program: its costs are kept there.</summary>
    public int Index { get; set; }

    public Operation Describe(int line, string text, InstructionClass kind, int guard = -1, bool guardIsNegated = false)
    {
        (Line, Text, Class, Guard, GuardIsNegated) = (line, text, kind, guard, guardIsNegated);
        return this;
    }

    /// <param name="mask">Lanes that execute it: never none.</param>
    public abstract void Execute(Warp warp, Frame frame, uint mask);
}
