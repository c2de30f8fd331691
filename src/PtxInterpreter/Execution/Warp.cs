using System.Numerics;
using System.Runtime.InteropServices;
using AttnSweep.PtxInterpreter.Decoding;
using AttnSweep.PtxInterpreter.Memory;
using AttnSweep.PtxInterpreter.Operations;
using AttnSweep.PtxInterpreter.Reports;

namespace AttnSweep.PtxInterpreter.Execution;

/// <summary>
/// Up to 32 threads that execute together. Where they part, each side runs alone until the branch's immediate post-dominator;
/// the side that falls through runs first.
/// </summary>
internal sealed class Warp
{
    public const int Size = 32;

    private readonly List<Frame> _frames = [];
    private AddressSpace? _local;
    private long _executed;

    public Warp(Block block, int index)
    {
        Block = block;
        Index = index;
        Launch = block.Launch;
        var threads = Math.Min(Size, Launch.BlockThreads - (index * Size));
        Live = threads == Size ? uint.MaxValue : (1u << threads) - 1;
        Enter(Launch.Entry, Live);
        var frame = _frames[0];
        for (var lane = 0; lane < threads; lane++)
            Launch.Arguments.CopyTo(frame.Parameters, lane * frame.Function.ParameterStride);
    }

    public Block Block { get; }

    public Launch Launch { get; }

    public int Index { get; }

    /// <summary>Lanes that have not ended.</summary>
    public uint Live { get; private set; }

    public bool IsDone => _frames.Count == 0;

    /// <summary>The barrier at which it waits.</summary>
    public BarrierOperation? Waiting { get; set; }

    /// <summary>Lanes whose predicate held at that barrier.</summary>
    public uint Votes { get; set; }

    public int LastWarpBarrier { get; set; }

    public Frame Top => _frames[^1];

    public int FirstThread => Block.FirstThread + (Index * Size);

    /// <summary>Local variables of all lanes; made when first needed.</summary>
    public AddressSpace Local => _local ??= Launch.Program.LocalSpace();

    /// <summary>Runs until all lanes have ended or the warp waits at a barrier.</summary>
    public void Run()
    {
        var costs = Launch.Costs;
        while (_frames.Count > 0)
        {
            var frame = _frames[^1];
            var operations = frame.Function.Operations;
            while (true)
            {
                if (frame.Paths.Count == 0)
                {
                    Leave(frame);
                    break;
                }

                ref var path = ref CollectionsMarshal.AsSpan(frame.Paths)[^1];
                if (path.Mask == 0 || path.Pc == path.Reconverge)
                {
                    frame.Paths.RemoveAt(frame.Paths.Count - 1);
                    continue;
                }

                var operation = operations[path.Pc++];
                var mask = path.Mask;
                costs.Count(operation, mask);
                if (operation.Guard >= 0)
                    mask &= operation.GuardIsNegated ? ~frame.Predicates[operation.Guard] : frame.Predicates[operation.Guard];
                if (++_executed > Launch.Options.MaxInstructionsPerWarp)
                    RunsTooLong(operation);
                if (mask == 0)
                    continue;
                operation.Execute(this, frame, mask);
                if (Waiting is not null)
                    return;
                if (!ReferenceEquals(_frames.Count > 0 ? _frames[^1] : null, frame))
                    break;
            }
        }
    }

    /// <summary>Some lanes of the present path go to <paramref name="target"/>, the others on.</summary>
    public void Branch(Frame frame, uint taken, int target, int reconverge, Operation operation, bool isUniform)
    {
        ref var path = ref CollectionsMarshal.AsSpan(frame.Paths)[^1];
        if (taken == path.Mask)
        {
            path.Pc = target;
            return;
        }

        Launch.Costs.CountDivergence(operation, isUniform);
        var (next, rest, outer) = (path.Pc, path.Mask & ~taken, path.Reconverge);
        Split(frame, reconverge, outer);
        var inner = reconverge < 0 ? outer : reconverge;
        Add(frame, target, taken, inner);
        Add(frame, next, rest, inner);
    }

    /// <summary>Lanes go to several places.</summary>
    public void Branch(Frame frame, ReadOnlySpan<(int Target, uint Mask)> sides, int reconverge, Operation operation, bool isUniform)
    {
        ref var path = ref CollectionsMarshal.AsSpan(frame.Paths)[^1];
        if (sides.Length == 1 && sides[0].Mask == path.Mask)
        {
            path.Pc = sides[0].Target;
            return;
        }

        Launch.Costs.CountDivergence(operation, isUniform);
        var (next, rest, outer) = (path.Pc, path.Mask, path.Reconverge);
        Split(frame, reconverge, outer);
        var inner = reconverge < 0 ? outer : reconverge;
        foreach (var (target, mask) in sides)
        {
            rest &= ~mask;
            Add(frame, target, mask, inner);
        }

        if (rest != 0)
            Add(frame, next, rest, inner);
    }

    public void Call(Function function, uint mask) => Enter(function, mask);

    public Frame Caller => _frames[^2];

    /// <summary>Lanes leave the function; from the entry that ends them.</summary>
    public void Return(Frame frame, uint mask)
    {
        if (_frames.Count == 1)
        {
            Exit(mask);
            return;
        }

        Remove(frame, mask);
    }

    public void Exit(uint mask)
    {
        Live &= ~mask;
        foreach (var frame in _frames)
            Remove(frame, mask);
    }

    public Accessor Accessor(bool isStrong) =>
        new(FirstThread, Block.FirstThread, Launch.BlockThreads, Launch.Epoch, Block.LastBarrier, LastWarpBarrier, isStrong);

    public void Find(FindingKind kind, Operation operation, int lane, string detail) =>
        Launch.Find(kind, operation, Block, (Index * Size) + lane, detail);

    public void Free()
    {
        _frames.ForEach(Launch.Return);
        _frames.Clear();
    }

    /// <summary>The present path becomes the one that goes on where the sides meet again.</summary>
    private static void Split(Frame frame, int reconverge, int outer)
    {
        if (reconverge < 0 || reconverge == outer)
            frame.Paths.RemoveAt(frame.Paths.Count - 1);
        else
            CollectionsMarshal.AsSpan(frame.Paths)[^1].Pc = reconverge;
    }

    private static void Add(Frame frame, int pc, uint mask, int reconverge)
    {
        if (pc != reconverge)
            frame.Paths.Add(new Path(pc, mask, reconverge));
    }

    private static void Remove(Frame frame, uint mask)
    {
        foreach (ref var path in CollectionsMarshal.AsSpan(frame.Paths))
            path.Mask &= ~mask;
    }

    private void Enter(Function function, uint mask)
    {
        var frame = Launch.Rent(function);
        frame.Paths.Add(new Path(0, mask, -1));
        foreach (var (register, word) in function.Specials)
            SpecialRegisters.Fill(frame, register, word, this);
        _frames.Add(frame);
    }

    private void Leave(Frame frame)
    {
        _frames.RemoveAt(_frames.Count - 1);
        if (_frames.Count > 0)
            ((CallOperation)_frames[^1].Pending!).Finish(_frames[^1], frame);
        Launch.Return(frame);
    }

    private void RunsTooLong(Operation operation)
    {
        Find(FindingKind.TooLong, operation, BitOperations.TrailingZeroCount(Live), $"warp {Index} has executed {Launch.Options.MaxInstructionsPerWarp} instructions");
        throw new AbortedException();
    }
}
