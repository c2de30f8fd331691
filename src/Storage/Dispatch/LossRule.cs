namespace AttnSweep.Storage.Dispatch;

/// <summary>
/// What becomes of a shard whose worker was lost with it. A cell that kills the whole worker cannot be named by anybody, so the shard
/// itself is counted: after <see cref="SplitAfter"/> losses its cells travel alone, and one that loses its worker <see cref="MostLosses"/>
/// times by itself ends as crashed. An innocent shard that two power cuts hit is only split. Pure.
/// </summary>
public static class LossRule
{
    public const int SplitAfter = 2;
    public const int MostLosses = 3;

    /// <param name="losses">Counted against the shard, this one included.</param>
    /// <param name="missing">Its cells without a result.</param>
    public static AfterLoss Decide(int losses, int missing) => missing switch
    {
        > 1 when losses >= SplitAfter => AfterLoss.Split,
        1 when losses >= MostLosses => AfterLoss.SetAside,
        _ => AfterLoss.Requeue,
    };
}

public enum AfterLoss
{
    Requeue,

    /// <summary>Every missing cell gets a shard of its own, and is counted anew.</summary>
    Split,

    /// <summary>The only missing cell gets the outcome crashed.</summary>
    SetAside,
}
