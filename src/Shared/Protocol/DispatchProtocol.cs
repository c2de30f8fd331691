using AttnSweep.Results;

namespace AttnSweep.Protocol;

/// <summary>
/// What a worker and the coordinator say to each other. Workers pull: the coordinator never sends a shard unasked. Workers ignore
/// events of a lower epoch than the highest they have seen.
/// </summary>
public static class DispatchProtocol
{
    /// <summary>Raised with every incompatible change of a message; a node that does not fit is told so and stays out.</summary>
    public const int Version = 3;

    public interface ICommand
    {
        /// <summary>The worker's name, unique in the cluster.</summary>
        string Worker { get; }

        /// <summary>Which process of that name: two at once are told apart by it.</summary>
        string Incarnation { get; }
    }

    public interface IEvent
    {
        long Epoch { get; }
    }

    /// <summary>First word of a worker to every new coordinator, naming the leases that it still holds.</summary>
    public sealed record Introduce(
        string Worker, string Incarnation, int ProtocolVersion, NodeInfo Node,
        IReadOnlyList<DeviceInfo> Devices, IReadOnlyList<Lease> Holding) : ICommand;

    public sealed record RequestShard(string Worker, string Incarnation, string DeviceId) : ICommand;

    /// <summary>Renews leases and tells what each device is doing.</summary>
    public sealed record RenewLeases(string Worker, string Incarnation, IReadOnlyList<LeaseProgress> Leases) : ICommand;

    /// <summary>Chunk <paramref name="Chunk"/> of a shard's results; chunks are recorded strictly in order.</summary>
    public sealed record ReportChunk(
        string Worker, string Incarnation, Lease Lease, string DeviceId, int Chunk, bool Final,
        IReadOnlyList<CellResult> Results, SparsityResult? Sparsity) : ICommand;

    /// <summary>The worker gives a shard back unfinished.</summary>
    /// <param name="Ending">returned, crashed or timed-out.</param>
    /// <param name="CellId">The cell that was running when the runner crashed or timed out.</param>
    /// <param name="Detail">The last lines that the runner wrote.</param>
    public sealed record ReturnShard(
        string Worker, string Incarnation, Lease Lease, string DeviceId, AttemptEnding Ending, long? CellId, string? Detail) : ICommand;

    public sealed record Farewell(string Worker, string Incarnation) : ICommand;

    public sealed record Welcomed(long Epoch, TimeSpan LeaseDuration, TimeSpan RenewEvery) : IEvent;

    /// <summary>The worker must not work here; the reason is for its log and its exit message.</summary>
    public sealed record TurnedAway(long Epoch, string Reason) : IEvent;

    /// <summary>The coordinator does not know this worker (it is new): introduce yourself.</summary>
    public sealed record IntroductionNeeded(long Epoch) : IEvent;

    public sealed record ShardGranted(long Epoch, string DeviceId, ShardWork Work, TimeSpan LeaseDuration) : IEvent;

    /// <summary>Nothing to do for that device now. The coordinator sets the pace, so an idle cluster stays quiet.</summary>
    public sealed record NothingToDo(long Epoch, string DeviceId, TimeSpan AskAgainAfter) : IEvent;

    /// <summary>Durable: the worker may forget the chunk.</summary>
    public sealed record ChunkRecorded(long Epoch, Lease Lease, int Chunk) : IEvent;

    /// <summary>Durable: the worker may forget that it held the shard.</summary>
    public sealed record ReturnRecorded(long Epoch, Lease Lease) : IEvent;

    /// <summary>Someone else owns the shard now, or its run was cancelled: stop it, drop its results, ask for another.</summary>
    public sealed record LeaseLost(long Epoch, Lease Lease, string Reason) : IEvent;
}

/// <summary>A lease in progress.</summary>
/// <param name="CellId">The cell being measured now, if any.</param>
/// <param name="Share">Share of the shard's trials done, 0..1.</param>
public sealed record LeaseProgress(Lease Lease, string DeviceId, long? CellId, double Share);

/// <summary>How an attempt ended.</summary>
public enum AttemptEnding
{
    /// <summary>Every cell has its result.</summary>
    Done,

    /// <summary>The lease expired or its worker vanished.</summary>
    Lost,

    /// <summary>The runner process died.</summary>
    Crashed,

    /// <summary>A cell outlived its deadline and the runner was killed.</summary>
    TimedOut,

    /// <summary>Given back in good order: drain, Ctrl-C.</summary>
    Returned,

    Cancelled,
}
