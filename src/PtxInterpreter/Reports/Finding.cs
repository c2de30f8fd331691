namespace AttnSweep.PtxInterpreter.Reports;

/// <summary>What a launch did that no program may do.</summary>
public enum FindingKind
{
    /// <summary>Two threads touched the same byte, at least one of them wrote, and no barrier lies between.</summary>
    Race,
    OutOfBounds,
    Misaligned,

    /// <summary>Read of memory that nobody has written.</summary>
    Uninitialised,

    /// <summary>A barrier that not all threads of a block reach together.</summary>
    UnevenBarrier,

    /// <summary>A shuffle or vote that names lanes which do not take part.</summary>
    UnevenWarp,

    /// <summary>A warp executed more instructions than the options allow.</summary>
    TooLong,

    /// <summary>trap.</summary>
    Trap,
}

/// <summary>One fault, told at its first occurrence.</summary>
/// <param name="Line">Line of the PTX text, from 1.</param>
/// <param name="Instruction">As in the text, without operands.</param>
/// <param name="Thread">Index in the block: x + y * width + z * width * height.</param>
/// <param name="Occurrences">How often this kind of fault happened at this line.</param>
public sealed record Finding(FindingKind Kind, int Line, string Instruction, Dim3 Block, int Thread, string Detail, long Occurrences)
{
    public override string ToString() =>
        $"{Kind} at line {Line} ({Instruction}), block {Block}, thread {Thread}: {Detail}{(Occurrences > 1 ? $" ({Occurrences} times)" : "")}";
}
