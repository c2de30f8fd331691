using System.Runtime.CompilerServices;

namespace AttnSweep.PtxInterpreter.Memory;

/// <summary>Who accesses memory, and what orders it after others.</summary>
/// <param name="FirstOfWarp">First thread of its warp, as a number in the grid.</param>
/// <param name="FirstOfBlock">First thread of its block.</param>
/// <param name="Epoch">Grows with every barrier of the launch.</param>
/// <param name="LastBarrier">Epoch after the block's last barrier.</param>
/// <param name="LastWarpBarrier">Epoch after the warp's last bar.warp.sync.</param>
/// <param name="IsStrong">Atomic or volatile: two such accesses do not race.</param>
internal readonly record struct Accessor(
    int FirstOfWarp, int FirstOfBlock, int BlockThreads, int Epoch, int LastBarrier, int LastWarpBarrier, bool IsStrong);

/// <summary>
/// The last writer and readers of each word (of each byte, once a narrower access has been seen). Happens-before is what barriers
/// of a block and bar.warp.sync make; blocks of a launch are never ordered. Atomics do not order other accesses.
/// </summary>
internal sealed class RaceShadow(int length)
{
    private const byte StrongWriter = 1, ManyWriters = 2, ManyReaders = 4, ReadersOfOneWarp = 8, OtherBlocksRead = 16;

    private Cell[]? _cells;
    private int _shift = 2;

    private struct Cell
    {
        public int Writer; // thread + 1
        public int WriteEpoch;
        public int Reader; // thread + 1
        public int ReadEpoch;
        public byte Flags;
    }

    public void Clear()
    {
        if (_cells is not null)
            Array.Clear(_cells);
    }

    /// <summary>Notes a read. Gives a thread that raced with it, or -1.</summary>
    public int Read(int index, int bytes, int thread, in Accessor who)
    {
        var (from, to) = Range(index, bytes);
        var race = -1;
        for (var i = from; i < to; i++)
        {
            ref var cell = ref _cells![i];
            if (cell.Writer != 0 && WriterRaces(cell, thread, who))
                race = cell.Writer - 1;
            if (!who.IsStrong)
                NoteReader(ref cell, thread, who);
        }

        return race;
    }

    /// <summary>Notes a write or an atomic. Gives a thread that raced with it, or -1.</summary>
    public int Write(int index, int bytes, int thread, in Accessor who)
    {
        var (from, to) = Range(index, bytes);
        var race = -1;
        for (var i = from; i < to; i++)
        {
            ref var cell = ref _cells![i];
            if (cell.Writer != 0 && WriterRaces(cell, thread, who))
                race = cell.Writer - 1;
            else if (cell.Reader != 0 && ReaderRaces(cell, thread, who))
                race = cell.Reader - 1;
            var many = who.IsStrong && (cell.Flags & StrongWriter) != 0 && cell.Writer != thread + 1 && !IsBefore(cell.Writer - 1, cell.WriteEpoch, thread, who);
            cell.Flags = (byte)((who.IsStrong ? StrongWriter : 0) | (many ? ManyWriters : 0));
            cell.Writer = thread + 1;
            cell.WriteEpoch = who.Epoch;
            cell.Reader = 0;
        }

        return race;
    }

    private static bool WriterRaces(in Cell cell, int thread, in Accessor who)
    {
        if (who.IsStrong && (cell.Flags & StrongWriter) != 0)
            return false;
        return (cell.Flags & ManyWriters) != 0
            ? !(InBlock(cell.Writer - 1, who) && cell.WriteEpoch < who.LastBarrier)
            : !IsBefore(cell.Writer - 1, cell.WriteEpoch, thread, who);
    }

    private static bool ReaderRaces(in Cell cell, int thread, in Accessor who)
    {
        if ((cell.Flags & OtherBlocksRead) != 0)
            return true;
        if ((cell.Flags & ManyReaders) == 0)
            return !IsBefore(cell.Reader - 1, cell.ReadEpoch, thread, who);
        if (!InBlock(cell.Reader - 1, who))
            return true;
        return cell.ReadEpoch >= who.LastBarrier
            && !((cell.Flags & ReadersOfOneWarp) != 0 && InWarp(cell.Reader - 1, who) && cell.ReadEpoch < who.LastWarpBarrier);
    }

    private static void NoteReader(ref Cell cell, int thread, in Accessor who)
    {
        var reader = cell.Reader - 1;
        if (reader == thread && (cell.Flags & ManyReaders) == 0)
        {
            cell.ReadEpoch = who.Epoch;
            return;
        }

        if (reader >= 0 && !InBlock(reader, who))
            cell.Flags = (byte)((cell.Flags | OtherBlocksRead) & ~(ManyReaders | ReadersOfOneWarp));
        else if (reader >= 0 && cell.ReadEpoch >= who.LastBarrier)
        {
            var oneWarp = InWarp(reader, who) && ((cell.Flags & ManyReaders) == 0 || (cell.Flags & ReadersOfOneWarp) != 0);
            cell.Flags = (byte)((cell.Flags & ~ReadersOfOneWarp) | ManyReaders | (oneWarp ? ReadersOfOneWarp : 0));
        }
        else
            cell.Flags = (byte)(cell.Flags & ~(ManyReaders | ReadersOfOneWarp));

        cell.Reader = thread + 1;
        cell.ReadEpoch = who.Epoch;
    }

    /// <summary>An access of another thread happened before this one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsBefore(int other, int epoch, int thread, in Accessor who) =>
        other == thread || (InBlock(other, who) && (epoch < who.LastBarrier || (InWarp(other, who) && epoch < who.LastWarpBarrier)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool InBlock(int thread, in Accessor who) => (uint)(thread - who.FirstOfBlock) < (uint)who.BlockThreads;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool InWarp(int thread, in Accessor who) => (uint)(thread - who.FirstOfWarp) < 32u;

    private (int From, int To) Range(int index, int bytes)
    {
        _cells ??= new Cell[((length - 1) >> _shift) + 1];
        if (_shift == 2 && ((index | bytes) & 3) != 0)
        {
            var coarse = _cells;
            _shift = 0;
            _cells = new Cell[length];
            for (var i = 0; i < length; i++)
                _cells[i] = coarse[i >> 2];
        }

        return (index >> _shift, (index + bytes) >> _shift);
    }
}
