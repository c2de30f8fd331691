using System.Collections.Immutable;
using System.Numerics;
using AttnSweep.PtxInterpreter.Decoding;
using AttnSweep.PtxInterpreter.Execution;
using AttnSweep.PtxInterpreter.Reports;

namespace AttnSweep.PtxInterpreter.Operations;

internal sealed class BranchOperation(bool isUniform) : Operation
{
    public int Target { get; set; }

    /// <summary>Where its sides meet again, or -1.</summary>
    public int Reconverge { get; set; } = -1;

    public override void Execute(Warp warp, Frame frame, uint mask) => warp.Branch(frame, mask, Target, Reconverge, this, isUniform);
}

/// <summary>brx.idx: to the place that an index names in a list.</summary>
internal sealed class IndexedBranchOperation(Place index, bool isUniform) : Operation
{
    public ImmutableArray<int> Targets { get; set; } = [];

    public int Reconverge { get; set; } = -1;

    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        var sides = new List<(int Target, uint Mask)>();
        for (var rest = mask; rest != 0; rest &= rest - 1)
        {
            var lane = BitOperations.TrailingZeroCount(rest);
            var at = frame.Read(index, lane);
            if (at >= (ulong)Targets.Length)
            {
                warp.Find(FindingKind.OutOfBounds, this, lane, $"index {at} into {Targets.Length} branch targets");
                throw new AbortedException();
            }

            var side = sides.FindIndex(s => s.Target == Targets[(int)at]);
            if (side < 0)
                sides.Add((Targets[(int)at], 1u << lane));
            else
                sides[side] = (sides[side].Target, sides[side].Mask | (1u << lane));
        }

        warp.Branch(frame, sides.ToArray(), Reconverge, this, isUniform);
    }
}

internal sealed class ReturnOperation(bool ends) : Operation
{
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        if (ends)
            warp.Exit(mask);
        else
            warp.Return(frame, mask);
    }
}

internal sealed class TrapOperation : Operation
{
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        warp.Find(FindingKind.Trap, this, BitOperations.TrailingZeroCount(mask), "the program gave up");
        throw new AbortedException();
    }
}

/// <summary>Fences and hints: all accesses here take effect at once and in order.</summary>
internal sealed class NothingOperation : Operation
{
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
    }
}

/// <summary>call: arguments are copied from the caller's parameters to the callee's, results back.</summary>
/// <param name="results">Places of the call's variables in the caller.</param>
internal sealed class CallOperation(string name, ImmutableArray<ParameterPlace> results, ImmutableArray<ParameterPlace> arguments) : Operation
{
    public string Name { get; } = name;

    public ImmutableArray<ParameterPlace> Results { get; } = results;

    public ImmutableArray<ParameterPlace> Arguments { get; } = arguments;

    public Function Callee { get; set; } = null!;

    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        frame.Pending = this;
        warp.Call(Callee, mask);
        Copy(frame, Arguments, warp.Top, Callee.Parameters);
    }

    public void Finish(Frame caller, Frame callee) => Copy(callee, Callee.Results, caller, Results);

    private static void Copy(Frame from, ImmutableArray<ParameterPlace> sources, Frame to, ImmutableArray<ParameterPlace> targets)
    {
        for (var lane = 0; lane < Warp.Size; lane++)
        {
            for (var i = 0; i < sources.Length; i++)
            {
                from.Parameters.AsSpan((lane * from.Function.ParameterStride) + sources[i].Offset, sources[i].Bytes)
                    .CopyTo(to.Parameters.AsSpan((lane * to.Function.ParameterStride) + targets[i].Offset));
            }
        }
    }
}

internal enum BarrierKind
{
    Sync, PopulationCount, And, Or,
}

/// <summary>bar.sync and bar.red, of a whole block.</summary>
/// <param name="destination">Of the reduction: a word's place, or a predicate; unused for Sync.</param>
internal sealed class BarrierOperation(BarrierKind kind, int barrier, int destination, int predicate, bool negate) : Operation
{
    public BarrierKind Kind { get; } = kind;

    public int Barrier { get; } = barrier;

    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        if (mask != warp.Live)
        {
            warp.Find(FindingKind.UnevenBarrier, this, BitOperations.TrailingZeroCount(mask),
                $"{BitOperations.PopCount(mask)} of the warp's {BitOperations.PopCount(warp.Live)} running threads are here");
            throw new AbortedException();
        }

        if (Kind != BarrierKind.Sync)
            warp.Votes = negate ? ~frame.Predicates[predicate] : frame.Predicates[predicate];
        warp.Waiting = this;
    }

    /// <summary>Gives a waiting warp the outcome of the reduction.</summary>
    public void Complete(Frame frame, uint mask, int votes, int threads)
    {
        switch (Kind)
        {
            case BarrierKind.PopulationCount:
                for (var rest = mask; rest != 0; rest &= rest - 1)
                    frame.Write(new Place(destination, 4), BitOperations.TrailingZeroCount(rest), (ulong)votes);
                break;
            case BarrierKind.And:
                frame.SetPredicate(destination, mask, votes == threads ? uint.MaxValue : 0);
                break;
            case BarrierKind.Or:
                frame.SetPredicate(destination, mask, votes > 0 ? uint.MaxValue : 0);
                break;
        }
    }
}
