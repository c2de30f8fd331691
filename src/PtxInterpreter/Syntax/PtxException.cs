namespace AttnSweep.PtxInterpreter.Syntax;

/// <summary>The text is not PTX, or uses what the interpreter does not know. The message begins with the line.</summary>
public sealed class PtxException(int line, string message) : Exception($"line {line}: {message}")
{
    /// <summary>Line of the text, from 1.</summary>
    public int Line { get; } = line;
}
