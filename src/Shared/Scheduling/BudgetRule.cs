namespace AttnSweep.Scheduling;

/// <summary>What a run may still use. A run whose budget is spent or whose deadline is over is paused: what it has stays, and a person decides. Pure.</summary>
public static class BudgetRule
{
    /// <param name="usedSeconds">Device-seconds of all its attempts so far, those in progress included.</param>
    /// <param name="budgetSeconds">Null: no limit.</param>
    /// <param name="deadline">Null: none.</param>
    /// <returns>Why it gets nothing more; null where it does.</returns>
    public static string? WhyOver(double usedSeconds, double? budgetSeconds, DateTimeOffset now, DateTimeOffset? deadline)
    {
        if (deadline is { } end && now >= end)
        {
            return FormattableString.Invariant($"its deadline was {end.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
        }

        return budgetSeconds is { } budget && usedSeconds >= budget
            ? FormattableString.Invariant($"its budget of {budget / 3600:0.###} device-hours is spent")
            : null;
    }

    /// <summary>Whether a shard would take a run beyond its budget by more than half of the shard: then it is not begun.</summary>
    public static bool Affords(double usedSeconds, double shardSeconds, double? budgetSeconds) =>
        budgetSeconds is not { } budget || usedSeconds + (shardSeconds / 2) <= budget;
}
