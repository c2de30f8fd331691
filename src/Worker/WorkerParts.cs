using AttnSweep.Protocol;

namespace AttnSweep.Worker;

/// <summary>What the worker's actor is built from.</summary>
/// <param name="TurnedAway">Ends the process with the reason that the cluster gave.</param>
internal sealed record WorkerParts(WorkerOptions Options, NodeInfo Node, IReadOnlyList<DeviceInfo> Devices, TimeProvider Clock, Action<string> TurnedAway)
{
    public DateTimeOffset Now => Clock.GetUtcNow();
}
