using System.Collections.Immutable;

namespace AttnSweep.PtxInterpreter.Reports;

/// <summary>What a launch did: its faults, and its costs, which are the same in every run.</summary>
/// <param name="IsAborted">It was stopped at the last finding: outputs are incomplete.</param>
/// <param name="Lines">Costs of each instruction that was executed, in the order of the text.</param>
public sealed record LaunchReport(string Kernel, ImmutableArray<Finding> Findings, bool IsAborted, LaunchCosts Costs, ImmutableArray<LineCosts> Lines);

/// <summary>Counts of a launch.</summary>
/// <param name="ByClass">Instructions of warps and of threads.</param>
/// <param name="GlobalSectors">Pieces of 32 bytes that warps moved from or to global memory: a warp's access counts each piece once.</param>
/// <param name="GlobalAccesses">Accesses of warps to global memory.</param>
/// <param name="SharedWavefronts">Passes of shared memory: each serves a word from each of the 32 banks.</param>
/// <param name="BankConflicts">Passes beyond those that an access of its width needs at least.</param>
/// <param name="DivergentBranches">Branches at which a warp's threads parted.</param>
/// <param name="DivergentUniformBranches">Those of them that the text calls .uni, which promises that they never part.</param>
public sealed record LaunchCosts(
    ImmutableSortedDictionary<InstructionClass, InstructionCount> ByClass,
    long GlobalSectors, long GlobalAccesses, long SharedWavefronts, long BankConflicts, long DivergentBranches, long DivergentUniformBranches)
{
    public long WarpInstructions => ByClass.Values.Sum(c => c.Warps);

    public long ThreadInstructions => ByClass.Values.Sum(c => c.Threads);

    public static LaunchCosts operator +(LaunchCosts a, LaunchCosts b) => Add(a, b);

    /// <summary>Costs of two launches.</summary>
    public static LaunchCosts Add(LaunchCosts left, LaunchCosts right) => new(
        left.ByClass.Keys.Union(right.ByClass.Keys).ToImmutableSortedDictionary(
            c => c, c => left.ByClass.GetValueOrDefault(c) + right.ByClass.GetValueOrDefault(c)),
        left.GlobalSectors + right.GlobalSectors, left.GlobalAccesses + right.GlobalAccesses,
        left.SharedWavefronts + right.SharedWavefronts, left.BankConflicts + right.BankConflicts,
        left.DivergentBranches + right.DivergentBranches, left.DivergentUniformBranches + right.DivergentUniformBranches);
}

/// <summary>Instructions issued to warps, and the threads that were there, also those whose guard did not hold.</summary>
public readonly record struct InstructionCount(long Warps, long Threads)
{
    public static InstructionCount operator +(InstructionCount a, InstructionCount b) => Add(a, b);

    public static InstructionCount Add(InstructionCount left, InstructionCount right) => new(left.Warps + right.Warps, left.Threads + right.Threads);
}

/// <summary>Costs of one instruction of the text.</summary>
public sealed record LineCosts(
    int Line, string Instruction, InstructionCount Count, long GlobalSectors, long SharedWavefronts, long BankConflicts, long Divergences);
