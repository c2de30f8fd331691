using System.Numerics;
using System.Runtime.CompilerServices;
using AttnSweep.PtxInterpreter.Decoding;
using AttnSweep.PtxInterpreter.Execution;
using AttnSweep.PtxInterpreter.Reports;

namespace AttnSweep.PtxInterpreter.Operations;

/// <summary>What shuffles, votes and bar.warp.sync share: the lanes that they name must all be here.</summary>
internal abstract class WarpOperation(int members) : Operation
{
    protected abstract void Together(Warp warp, Frame frame, uint mask);

    public sealed override void Execute(Warp warp, Frame frame, uint mask)
    {
        ref var named = ref frame.At<uint>(members);
        for (var rest = mask; rest != 0; rest &= rest - 1)
        {
            var lane = BitOperations.TrailingZeroCount(rest);
            var wanted = Unsafe.Add(ref named, lane);
            if ((wanted >> lane & 1) == 0)
                warp.Find(FindingKind.UnevenWarp, this, lane, $"lane {lane} takes part but is not in the member mask 0x{wanted:x8}");
            else if ((wanted & warp.Live & ~mask) is var missing && missing != 0)
                warp.Find(FindingKind.UnevenWarp, this, lane, $"lanes 0x{missing:x8} of the member mask are elsewhere");
        }

        Together(warp, frame, mask);
    }
}

internal enum ShuffleKind
{
    Up, Down, Butterfly, Index,
}

/// <summary>shfl.sync, as in the pseudo code of the PTX manual.</summary>
/// <param name="inRange">Predicate that tells whether the source lane was in the segment, or -1.</param>
internal sealed class ShuffleOperation(ShuffleKind kind, int d, int inRange, int a, int b, int c, int members) : WarpOperation(members)
{
    protected override void Together(Warp warp, Frame frame, uint mask)
    {
        Span<uint> results = stackalloc uint[Warp.Size];
        ref var values = ref frame.At<uint>(a);
        ref var offsets = ref frame.At<uint>(b);
        ref var clamps = ref frame.At<uint>(c);
        var reached = 0u;
        for (var rest = mask; rest != 0; rest &= rest - 1)
        {
            var lane = BitOperations.TrailingZeroCount(rest);
            var offset = (int)(Unsafe.Add(ref offsets, lane) & 31);
            var (clamp, segment) = ((int)(Unsafe.Add(ref clamps, lane) & 31), (int)(Unsafe.Add(ref clamps, lane) >> 8 & 31));
            var maximum = (lane & segment) | (clamp & ~segment);
            var source = kind switch
            {
                ShuffleKind.Up => lane - offset,
                ShuffleKind.Down => lane + offset,
                ShuffleKind.Butterfly => lane ^ offset,
                _ => (lane & segment) | (offset & ~segment),
            };
            var isInRange = kind == ShuffleKind.Up ? source >= maximum : source <= maximum;
            if (!isInRange)
                source = lane;
            if ((mask >> source & 1) == 0)
                warp.Find(FindingKind.UnevenWarp, this, lane, $"lane {lane} reads from lane {source}, which does not take part");
            results[lane] = Unsafe.Add(ref values, source);
            reached |= isInRange ? 1u << lane : 0;
        }

        ref var destination = ref frame.At<uint>(d);
        for (var rest = mask; rest != 0; rest &= rest - 1)
        {
            var lane = BitOperations.TrailingZeroCount(rest);
            Unsafe.Add(ref destination, lane) = results[lane];
        }

        if (inRange >= 0)
            frame.SetPredicate(inRange, mask, reached);
    }
}

internal enum VoteKind
{
    All, Any, Uniform, Ballot,
}

/// <param name="d">A predicate; a word's place for Ballot.</param>
internal sealed class VoteOperation(VoteKind kind, int d, int predicate, bool negate, int members) : WarpOperation(members)
{
    protected override void Together(Warp warp, Frame frame, uint mask)
    {
        var votes = (negate ? ~frame.Predicates[predicate] : frame.Predicates[predicate]) & mask;
        if (kind == VoteKind.Ballot)
        {
            for (var rest = mask; rest != 0; rest &= rest - 1)
                frame.Write(new Place(d, 4), BitOperations.TrailingZeroCount(rest), votes);
            return;
        }

        var holds = kind switch
        {
            VoteKind.All => votes == mask,
            VoteKind.Any => votes != 0,
            _ => votes == mask || votes == 0,
        };
        frame.SetPredicate(d, mask, holds ? uint.MaxValue : 0);
    }
}

/// <summary>bar.warp.sync: orders the accesses of the warp's lanes.</summary>
internal sealed class WarpBarrierOperation(int members) : WarpOperation(members)
{
    protected override void Together(Warp warp, Frame frame, uint mask)
    {
        // Only a barrier of all running lanes orders: that is what the race check can tell apart.
        if (mask == warp.Live)
            warp.LastWarpBarrier = ++warp.Launch.Epoch;
    }
}

internal sealed class ActiveMaskOperation(int d) : Operation
{
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        for (var rest = mask; rest != 0; rest &= rest - 1)
            frame.Write(new Place(d, 4), BitOperations.TrailingZeroCount(rest), mask);
    }
}
