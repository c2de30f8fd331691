namespace AttnSweep.Coordinator.Dispatch;

/// <summary>Whether the store answers. An outage is told once, and its end once, however many calls fail in between.</summary>
internal sealed record StoreHealth(DateTimeOffset? AwaySince, long Failures)
{
    public static StoreHealth Good { get; } = new(null, 0);

    public (string? Say, StoreHealth Next) Failed(string what, Exception cause, DateTimeOffset now) => AwaySince is null
        ? ($"the store does not answer ({what}: {cause.Message}); work goes on where it can, nothing is lost, and every call is tried again",
            new StoreHealth(now, 1))
        : (null, this with { Failures = Failures + 1 });

    public (string? Say, StoreHealth Next) Worked(DateTimeOffset now) => AwaySince is { } since
        ? ($"the store answers again after {(now - since).TotalSeconds:0.#} s and {Failures} failed calls", Good)
        : (null, this);
}

/// <summary>Pauses between attempts to reach something: doubled each time, up to a limit.</summary>
internal sealed record BackOff(TimeSpan Next, TimeSpan Limit)
{
    public BackOff After() => this with { Next = Next * 2 < Limit ? Next * 2 : Limit };
}
