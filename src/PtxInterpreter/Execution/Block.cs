using System.Numerics;
using AttnSweep.PtxInterpreter.Memory;
using AttnSweep.PtxInterpreter.Operations;
using AttnSweep.PtxInterpreter.Reports;

namespace AttnSweep.PtxInterpreter.Execution;

/// <summary>One block: its warps, its shared memory, its barriers.</summary>
internal sealed class Block
{
    private readonly Warp[] _warps;

    public Block(Launch launch, long index, AddressSpace shared)
    {
        Launch = launch;
        Position = launch.Grid.At(index);
        FirstThread = (int)(index * launch.BlockThreads);
        Shared = shared;
        foreach (var region in shared.Regions)
            region.Clear();
        // A barrier that no thread of this block has passed yet: what lies before it is another block's.
        LastBarrier = ++launch.Epoch;
        _warps = new Warp[(launch.BlockThreads + Warp.Size - 1) / Warp.Size];
        for (var w = 0; w < _warps.Length; w++)
            _warps[w] = new Warp(this, w);
    }

    public Launch Launch { get; }

    public Dim3 Position { get; }

    /// <summary>Number in the grid of thread 0.</summary>
    public int FirstThread { get; }

    public AddressSpace Shared { get; }

    public int LastBarrier { get; private set; }

    public void Run()
    {
        while (true)
        {
            foreach (var warp in _warps)
            {
                if (warp.Waiting is null && !warp.IsDone)
                    warp.Run();
            }

            var waiting = _warps.Where(w => w.Waiting is not null).ToList();
            if (waiting.Count == 0)
                break;
            Release(waiting);
        }

        foreach (var warp in _warps)
            warp.Free();
    }

    /// <summary>All warps wait or have ended: the barrier opens, unless it never could.</summary>
    private void Release(List<Warp> waiting)
    {
        var first = waiting[0];
        foreach (var other in waiting)
        {
            var (mine, yours) = (first.Waiting!, other.Waiting!);
            if (mine.Barrier != yours.Barrier || mine.Kind != yours.Kind)
            {
                Uneven(yours, other, $"waits at barrier {yours.Barrier} while warp {first.Index} waits at barrier {mine.Barrier} (line {mine.Line}): neither ever opens");
                throw new AbortedException();
            }

            if (mine.Line != yours.Line && Launch.Options.PortableBarriers)
                Uneven(yours, other, $"meets warp {first.Index}, which is at line {mine.Line}");
        }

        if (Launch.Options.PortableBarriers)
        {
            var ended = Launch.BlockThreads - waiting.Sum(w => BitOperations.PopCount(w.Live));
            if (ended > 0)
                Uneven(first.Waiting!, first, $"waits while {ended} of the block's {Launch.BlockThreads} threads have ended");
        }

        LastBarrier = ++Launch.Epoch;
        var votes = waiting.Sum(w => BitOperations.PopCount(w.Votes & w.Live));
        var threads = waiting.Sum(w => BitOperations.PopCount(w.Live));
        foreach (var warp in waiting)
        {
            warp.Waiting!.Complete(warp.Top, warp.Live, votes, threads);
            warp.Waiting = null;
        }
    }

    private void Uneven(BarrierOperation barrier, Warp warp, string detail) =>
        Launch.Find(FindingKind.UnevenBarrier, barrier, this, warp.Index * Warp.Size, $"warp {warp.Index} {detail}");
}
