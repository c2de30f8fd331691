namespace AttnSweep.Results;

/// <summary>How a cell ended. Separate everywhere, never folded into "failed".</summary>
public enum Outcome
{
    /// <summary>Verified and timed.</summary>
    Ok,

    /// <summary>The kernel's output is outside the error budget; its time is withheld.</summary>
    WrongResult,

    /// <summary>The kernel says that it cannot run this input on this device.</summary>
    Unsupported,

    OutOfMemory,
    TimedOut,

    /// <summary>The runner process died while the cell was running, on every attempt.</summary>
    Crashed,

    /// <summary>Not tried, because a smaller one of its kind already failed.</summary>
    Skipped,
    Cancelled,
}

/// <summary>The fixed names of outcomes on the wire, in the store and in reports.</summary>
public static class OutcomeNames
{
    private static readonly Dictionary<Outcome, string> Names = new()
    {
        [Outcome.Ok] = "ok",
        [Outcome.WrongResult] = "wrong-result",
        [Outcome.Unsupported] = "unsupported",
        [Outcome.OutOfMemory] = "out-of-memory",
        [Outcome.TimedOut] = "timed-out",
        [Outcome.Crashed] = "crashed",
        [Outcome.Skipped] = "skipped",
        [Outcome.Cancelled] = "cancelled",
    };

    private static readonly Dictionary<string, Outcome> Values = Names.ToDictionary(p => p.Value, p => p.Key);

    public static string Name(this Outcome outcome) => Names[outcome];

    public static bool TryParse(string name, out Outcome outcome) => Values.TryGetValue(name, out outcome);
}
