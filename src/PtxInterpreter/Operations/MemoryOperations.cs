using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using AttnSweep.PtxInterpreter.Decoding;
using AttnSweep.PtxInterpreter.Execution;
using AttnSweep.PtxInterpreter.Memory;
using AttnSweep.PtxInterpreter.Reports;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Operations;

/// <summary>Where an instruction accesses memory: base register of 64 bits (none: 0) plus offset in a state space.</summary>
internal readonly record struct AccessAddress(StateSpace Space, Place? Base, long Offset)
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Of(Frame frame, int lane) => unchecked((Base is { } at ? Unsafe.Add(ref frame.At<ulong>(at.Word), lane) : 0) + (ulong)Offset);
}

/// <summary>What loads, stores and atomics share: finding the memory, the checks, and the costs.</summary>
internal abstract class AccessOperation(AccessAddress address, int bytes, bool isStrong) : Operation
{
    /// <summary>Of the whole access of a lane, a power of two: it must be aligned to them.</summary>
    protected int Bytes { get; } = bytes;

    /// <param name="lane">A lane.</param>
    /// <param name="index">Of its first byte in the region's data.</param>
    protected abstract void Access(Warp warp, Frame frame, int lane, Region region, int index, in Accessor who);

    /// <summary>What a lane gets whose access is no access.</summary>
    protected abstract void Fail(Frame frame, int lane);

    public sealed override void Execute(Warp warp, Frame frame, uint mask)
    {
        Span<ulong> global = stackalloc ulong[Warp.Size];
        Span<ulong> shared = stackalloc ulong[Warp.Size];
        int globals = 0, shareds = 0;
        var who = warp.Accessor(isStrong);
        Region? region = null;
        var previous = StateSpace.Generic;
        for (var rest = mask; rest != 0; rest &= rest - 1)
        {
            var lane = BitOperations.TrailingZeroCount(rest);
            var at = address.Of(frame, lane);
            var space = Windows.Resolve(address.Space, ref at);
            if ((at & (ulong)(Bytes - 1)) != 0)
            {
                warp.Find(FindingKind.Misaligned, this, lane, !IsNew(warp, FindingKind.Misaligned) ? "" : $"{Bytes} bytes at 0x{at:x} of {space.ToString().ToLowerInvariant()} memory, which {Bytes} does not divide");
                Fail(frame, lane);
                continue;
            }

            // Neighbouring lanes mostly hit the same region.
            if (region is null || space != previous || !region.Holds(at, Bytes))
            {
                var regions = Regions(warp, space);
                (region, previous) = (regions.Find(at, Bytes), space);
                if (region is null)
                {
                    warp.Find(FindingKind.OutOfBounds, this, lane, !IsNew(warp, FindingKind.OutOfBounds) ? "" : $"{space.ToString().ToLowerInvariant()} memory: {regions.Describe(at, Bytes)}");
                    Fail(frame, lane);
                    continue;
                }
            }

            if (space == StateSpace.Shared)
                shared[shareds++] = at;
            else if (space != StateSpace.Local)
                global[globals++] = at;
            Access(warp, frame, lane, region, (int)(at - region.Start) + (space == StateSpace.Local ? lane * region.Length : 0), who);
        }

        if (globals > 0)
            warp.Launch.Costs.CountSectors(this, global[..globals], Bytes);
        if (shareds > 0)
            warp.Launch.Costs.CountBanks(this, shared[..shareds], Bytes);
    }

    /// <summary>A fault may happen a million times, and only its first telling is kept.</summary>
    private bool IsNew(Warp warp, FindingKind kind) => warp.Launch.IsNew(kind, this);

    private static AddressSpace Regions(Warp warp, StateSpace space) => space switch
    {
        StateSpace.Shared => warp.Block.Shared,
        StateSpace.Local => warp.Local,
        _ => warp.Launch.Program.Memory.Space,
    };

    protected void CheckWritten(Warp warp, int lane, Region region, int index)
    {
        if (!region.IsWritten(index, Bytes))
            warp.Find(FindingKind.Uninitialised, this, lane, !IsNew(warp, FindingKind.Uninitialised) ? "" : $"{Bytes} bytes at byte {index % Math.Max(1, region.Length)} of {region.Name}, which nobody has written");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected void CheckRace(Warp warp, int lane, Region region, int index, in Accessor who, bool writes)
    {
        if (region.Shadow is not { } shadow)
            return;
        var thread = who.FirstOfWarp + lane;
        var other = writes ? shadow.Write(index, Bytes, thread, who) : shadow.Read(index, Bytes, thread, who);
        if (other >= 0)
            Race(warp, lane, region, index, writes, other);
    }

    private void Race(Warp warp, int lane, Region region, int index, bool writes, int other)
    {
        var (block, thread) = Math.DivRem(other, warp.Launch.BlockThreads);
        warp.Find(FindingKind.Race, this, lane, !IsNew(warp, FindingKind.Race) ? "" : $"{(writes ? "writes" : "reads")} {Bytes} bytes at byte {index} of {region.Name}, as does "
            + $"thread {thread} of block {warp.Launch.Grid.At(block)}, and no barrier orders them");
    }
}

/// <summary>ld.</summary>
/// <param name="elementBytes">Of each destination.</param>
internal sealed class LoadOperation(AccessAddress address, int elementBytes, bool isSigned, ImmutableArray<Place?> destinations, bool isStrong)
    : AccessOperation(address, elementBytes * destinations.Length, isStrong)
{
    /// <summary>Words to registers of a word: most loads.</summary>
    private readonly bool _isPlain = elementBytes == 4 && destinations.All(d => d is { Width: 4 });

    protected override void Access(Warp warp, Frame frame, int lane, Region region, int index, in Accessor who)
    {
        CheckWritten(warp, lane, region, index);
        CheckRace(warp, lane, region, index, who, writes: false);
        if (_isPlain)
        {
            for (var i = 0; i < destinations.Length; i++)
                Unsafe.Add(ref frame.At<uint>(destinations[i].GetValueOrDefault().Word), lane) = Unsafe.ReadUnaligned<uint>(ref region.Data[index + (4 * i)]);
            return;
        }

        for (var i = 0; i < destinations.Length; i++)
        {
            if (destinations[i] is not { } place)
                continue;
            var value = region.Read(index + (i * elementBytes), elementBytes);
            frame.Write(place, lane, isSigned ? SignExtension.Of(value, elementBytes) : value);
        }
    }

    protected override void Fail(Frame frame, int lane)
    {
        foreach (var place in destinations)
        {
            if (place is { } at)
                frame.Write(at, lane, 0);
        }
    }
}

/// <summary>st.</summary>
internal sealed class StoreOperation(AccessAddress address, int elementBytes, ImmutableArray<Place> sources, bool isStrong)
    : AccessOperation(address, elementBytes * sources.Length, isStrong)
{
    protected override void Access(Warp warp, Frame frame, int lane, Region region, int index, in Accessor who)
    {
        CheckRace(warp, lane, region, index, who, writes: true);
        for (var i = 0; i < sources.Length; i++)
            region.Write(index + (i * elementBytes), elementBytes, frame.Read(sources[i], lane));
    }

    protected override void Fail(Frame frame, int lane)
    {
    }
}

/// <summary>atom and red: lane by lane, in order.</summary>
/// <param name="destination">Null for red.</param>
internal sealed class AtomicOperation(
    AccessAddress address, int elementBytes, Func<ulong, ulong, ulong, ulong> function, Place? destination, Place b, Place? c)
    : AccessOperation(address, elementBytes, isStrong: true)
{
    protected override void Access(Warp warp, Frame frame, int lane, Region region, int index, in Accessor who)
    {
        CheckWritten(warp, lane, region, index);
        CheckRace(warp, lane, region, index, who, writes: true);
        var before = region.Read(index, Bytes);
        region.Write(index, Bytes, function(before, frame.Read(b, lane), c is { } place ? frame.Read(place, lane) : 0));
        if (destination is { } d)
            frame.Write(d, lane, before);
    }

    protected override void Fail(Frame frame, int lane)
    {
        if (destination is { } d)
            frame.Write(d, lane, 0);
    }
}

/// <summary>ld.param and st.param: a lane's own bytes.</summary>
internal sealed class LoadParameterOperation(int offset, int elementBytes, bool isSigned, ImmutableArray<Place?> destinations) : Operation
{
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        Span<byte> wide = stackalloc byte[8];
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            for (var i = 0; i < destinations.Length; i++)
            {
                if (destinations[i] is not { } place)
                    continue;
                wide.Clear();
                frame.Parameters.AsSpan((lane * frame.Function.ParameterStride) + offset + (i * elementBytes), elementBytes).CopyTo(wide);
                var value = BitConverter.ToUInt64(wide);
                frame.Write(place, lane, isSigned ? SignExtension.Of(value, elementBytes) : value);
            }
        }
    }
}

internal sealed class StoreParameterOperation(int offset, int elementBytes, ImmutableArray<Place> sources) : Operation
{
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        Span<byte> wide = stackalloc byte[8];
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            for (var i = 0; i < sources.Length; i++)
            {
                BitConverter.TryWriteBytes(wide, frame.Read(sources[i], lane));
                wide[..elementBytes].CopyTo(frame.Parameters.AsSpan((lane * frame.Function.ParameterStride) + offset + (i * elementBytes)));
            }
        }
    }
}

internal static class SignExtension
{
    public static ulong Of(ulong value, int bytes) => bytes switch
    {
        1 => unchecked((ulong)(sbyte)value),
        2 => unchecked((ulong)(short)value),
        4 => unchecked((ulong)(int)value),
        _ => value,
    };
}
