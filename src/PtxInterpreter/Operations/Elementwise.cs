using System.Numerics;
using System.Runtime.CompilerServices;
using AttnSweep.PtxInterpreter.Execution;

namespace AttnSweep.PtxInterpreter.Operations;

internal interface IUnary<TA, TR>
{
    static abstract TR Apply(TA a);
}

internal interface IBinary<TA, TB, TR>
{
    static abstract TR Apply(TA a, TB b);
}

/// <summary>A function that the processor has for many lanes at once.</summary>
internal interface IVectorBinary<T> : IBinary<T, T, T>
{
    static abstract Vector<T> Apply(Vector<T> a, Vector<T> b);
}

internal interface ITernary<TA, TB, TC, TR>
{
    static abstract TR Apply(TA a, TB b, TC c);
}

/// <summary>Lane by lane: d = f(a). Operands are places in the frame; the compiler specialises each function and type.</summary>
internal sealed class Unary<TA, TR, TOp>(int d, int a) : Operation
    where TA : unmanaged
    where TR : unmanaged
    where TOp : IUnary<TA, TR>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        ref var x = ref frame.At<TA>(a);
        ref var r = ref frame.At<TR>(d);
        if (mask == uint.MaxValue)
        {
            for (var lane = 0; lane < Warp.Size; lane++)
                Unsafe.Add(ref r, lane) = TOp.Apply(Unsafe.Add(ref x, lane));
            return;
        }

        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            Unsafe.Add(ref r, lane) = TOp.Apply(Unsafe.Add(ref x, lane));
        }
    }
}

/// <summary>Lane by lane: d = f(a, b).</summary>
internal sealed class Binary<TA, TB, TR, TOp>(int d, int a, int b) : Operation
    where TA : unmanaged
    where TB : unmanaged
    where TR : unmanaged
    where TOp : IBinary<TA, TB, TR>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        ref var x = ref frame.At<TA>(a);
        ref var y = ref frame.At<TB>(b);
        ref var r = ref frame.At<TR>(d);
        if (mask == uint.MaxValue)
        {
            for (var lane = 0; lane < Warp.Size; lane++)
                Unsafe.Add(ref r, lane) = TOp.Apply(Unsafe.Add(ref x, lane), Unsafe.Add(ref y, lane));
            return;
        }

        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            Unsafe.Add(ref r, lane) = TOp.Apply(Unsafe.Add(ref x, lane), Unsafe.Add(ref y, lane));
        }
    }
}

/// <summary>d = f(a, b): in vectors where the whole warp is here.</summary>
internal sealed class VectorBinary<T, TOp>(int d, int a, int b) : Operation
    where T : unmanaged
    where TOp : IVectorBinary<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        ref var x = ref frame.At<T>(a);
        ref var y = ref frame.At<T>(b);
        ref var r = ref frame.At<T>(d);
        if (mask == uint.MaxValue)
        {
            for (nuint lane = 0; lane < Warp.Size; lane += (nuint)Vector<T>.Count)
                TOp.Apply(Vector.LoadUnsafe(ref x, lane), Vector.LoadUnsafe(ref y, lane)).StoreUnsafe(ref r, lane);
            return;
        }

        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            Unsafe.Add(ref r, lane) = TOp.Apply(Unsafe.Add(ref x, lane), Unsafe.Add(ref y, lane));
        }
    }
}

/// <summary>Lane by lane: d = f(a, b, c).</summary>
internal sealed class Ternary<TA, TB, TC, TR, TOp>(int d, int a, int b, int c) : Operation
    where TA : unmanaged
    where TB : unmanaged
    where TC : unmanaged
    where TR : unmanaged
    where TOp : ITernary<TA, TB, TC, TR>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        ref var x = ref frame.At<TA>(a);
        ref var y = ref frame.At<TB>(b);
        ref var z = ref frame.At<TC>(c);
        ref var r = ref frame.At<TR>(d);
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            Unsafe.Add(ref r, lane) = TOp.Apply(Unsafe.Add(ref x, lane), Unsafe.Add(ref y, lane), Unsafe.Add(ref z, lane));
        }
    }
}

/// <summary>d = predicate ? a : b.</summary>
internal sealed class Select<T>(int d, int a, int b, int predicate) : Operation
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        ref var x = ref frame.At<T>(a);
        ref var y = ref frame.At<T>(b);
        ref var r = ref frame.At<T>(d);
        var chosen = frame.Predicates[predicate];
        for (; mask != 0; mask &= mask - 1)
        {
            var lane = BitOperations.TrailingZeroCount(mask);
            Unsafe.Add(ref r, lane) = (chosen >> lane & 1) != 0 ? Unsafe.Add(ref x, lane) : Unsafe.Add(ref y, lane);
        }
    }
}
