using System.Numerics;
using System.Runtime.CompilerServices;
using AttnSweep.PtxInterpreter.Execution;

namespace AttnSweep.PtxInterpreter.Operations;

internal interface IRelation<T>
{
    static abstract bool Holds(T a, T b);
}

internal struct Equal<T> : IRelation<T>
    where T : INumber<T>
{
    public static bool Holds(T a, T b) => a == b;
}

/// <summary>False for NaN: PTX orders, C# would not.</summary>
internal struct NotEqual<T> : IRelation<T>
    where T : INumber<T>
{
    public static bool Holds(T a, T b) => a < b || a > b;
}

internal struct Less<T> : IRelation<T>
    where T : INumber<T>
{
    public static bool Holds(T a, T b) => a < b;
}

internal struct LessOrEqual<T> : IRelation<T>
    where T : INumber<T>
{
    public static bool Holds(T a, T b) => a <= b;
}

internal struct Greater<T> : IRelation<T>
    where T : INumber<T>
{
    public static bool Holds(T a, T b) => a > b;
}

internal struct GreaterOrEqual<T> : IRelation<T>
    where T : INumber<T>
{
    public static bool Holds(T a, T b) => a >= b;
}

/// <summary>equ, ltu, …: also where one of them is NaN.</summary>
internal struct Unordered<T, TRelation> : IRelation<T>
    where T : INumber<T>
    where TRelation : IRelation<T>
{
    public static bool Holds(T a, T b) => T.IsNaN(a) || T.IsNaN(b) || TRelation.Holds(a, b);
}

internal struct BothNumbers<T> : IRelation<T>
    where T : INumber<T>
{
    public static bool Holds(T a, T b) => !T.IsNaN(a) && !T.IsNaN(b);
}

internal struct AnyNaN<T> : IRelation<T>
    where T : INumber<T>
{
    public static bool Holds(T a, T b) => T.IsNaN(a) || T.IsNaN(b);
}

internal struct FlushedRelation<TRelation> : IRelation<float>
    where TRelation : IRelation<float>
{
    public static bool Holds(float a, float b) => TRelation.Holds(FloatTraits.Flush(a), FloatTraits.Flush(b));
}

internal enum PredicateLogic
{
    None, And, Or, Xor,
}

/// <summary>setp: p = relation(a, b) logic c, and q = not relation(a, b) logic c. Places of registers; q may be -1.</summary>
internal sealed class Compare<T, TRelation>(int p, int q, int a, int b, PredicateLogic logic, int c, bool negateC) : Operation
    where T : unmanaged
    where TRelation : IRelation<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        ref var x = ref frame.At<T>(a);
        ref var y = ref frame.At<T>(b);
        var holds = 0u;
        for (var rest = mask; rest != 0; rest &= rest - 1)
        {
            var lane = BitOperations.TrailingZeroCount(rest);
            if (TRelation.Holds(Unsafe.Add(ref x, lane), Unsafe.Add(ref y, lane)))
                holds |= 1u << lane;
        }

        var other = logic == PredicateLogic.None ? 0 : negateC ? ~frame.Predicates[c] : frame.Predicates[c];
        frame.SetPredicate(p, mask, PredicateOperation.Combine(logic, holds, other));
        if (q >= 0)
            frame.SetPredicate(q, mask, PredicateOperation.Combine(logic, ~holds, other));
    }
}

/// <summary>Logic of whole predicates: mov, not, and, or, xor.</summary>
internal sealed class PredicateOperation(int d, PredicateLogic logic, int a, bool negateA, int b) : Operation
{
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        var first = negateA ? ~frame.Predicates[a] : frame.Predicates[a];
        frame.SetPredicate(d, mask, Combine(logic, first, logic == PredicateLogic.None ? 0 : frame.Predicates[b]));
    }

    public static uint Combine(PredicateLogic logic, uint a, uint b) => logic switch
    {
        PredicateLogic.And => a & b,
        PredicateLogic.Or => a | b,
        PredicateLogic.Xor => a ^ b,
        _ => a,
    };
}

/// <summary>testp.</summary>
internal sealed class Classify<T>(int d, int a, Func<T, bool> test) : Operation
    where T : unmanaged
{
    public override void Execute(Warp warp, Frame frame, uint mask)
    {
        ref var x = ref frame.At<T>(a);
        var holds = 0u;
        for (var rest = mask; rest != 0; rest &= rest - 1)
        {
            var lane = BitOperations.TrailingZeroCount(rest);
            if (test(Unsafe.Add(ref x, lane)))
                holds |= 1u << lane;
        }

        frame.SetPredicate(d, mask, holds);
    }
}
