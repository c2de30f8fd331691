using AttnSweep.Protocol;
using AttnSweep.Worker.Runners;

namespace AttnSweep.Worker;

/// <summary>What the worker's actor is built from.</summary>
/// <param name="DrainGrace">How long a shard that is nearly done may go on when the worker is asked to end.</param>
/// <param name="TurnedAway">Ends the process with the reason that the cluster gave.</param>
internal sealed record WorkerParts(WorkerOptions Options, NodeInfo Node, IReadOnlyList<DeviceInfo> Devices, TimeProvider Clock, TimeSpan DrainGrace, Action<string> TurnedAway)
{
    /// <summary>Tells the person at the worker's terminal where it stands.</summary>
    public Action<string> Say { get; init; } = _ => { };

    /// <summary>Makes what measures the shards of a device, which tells its events to the second argument, from any thread.</summary>
    public Func<DeviceInfo, Action<object>, IRunner> MakeRunner { get; init; } =
        (device, tell) => new RunnerChild(device.Id, Options.RunnerCommand, Options.Threads, Clock, tell);

    private readonly DateTimeOffset _begun = Clock.GetUtcNow();
    private readonly long _stamp = Clock.GetTimestamp();

    /// <summary>Runs on the monotonic clock: a correction of the wall clock must not end a stage or silence a device.</summary>
    public DateTimeOffset Now => _begun + Clock.GetElapsedTime(_stamp);
}
