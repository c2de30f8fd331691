using System.Collections.Immutable;
using AttnSweep.Protocol;

namespace AttnSweep.Coordinator.Dispatch;

/// <summary>
/// The workers that this coordinator has met. It is presence, not truth: a new coordinator starts with an empty one and every worker
/// is asked to introduce itself again; what a worker may do is decided by its leases, in the store.
/// </summary>
internal sealed record WorkerRoster(ImmutableDictionary<string, KnownWorker> Workers, ImmutableHashSet<string> Replaced)
{
    public static WorkerRoster Empty { get; } = new(ImmutableDictionary<string, KnownWorker>.Empty, []);

    /// <summary>
    /// A worker introduces itself. The newest process of a name wins: an older one is either dead or a mistake, and two would report
    /// under one name.
    /// </summary>
    /// <param name="node">Address of the worker's node.</param>
    public (Admission Admission, WorkerRoster Next) Introduce(DispatchProtocol.Introduce command, string node, DateTimeOffset now)
    {
        if (command.ProtocolVersion != DispatchProtocol.Version)
        {
            return (new Admission.Refused(
                $"worker {command.Worker} ({command.Node.CodeVersion}) speaks protocol {command.ProtocolVersion}, the coordinator {DispatchProtocol.Version}: run the same version on both"), this);
        }

        if (Replaced.Contains(command.Incarnation))
        {
            return (new Admission.Refused(ReplacedReason(command.Worker)), this);
        }

        var older = Workers.TryGetValue(command.Worker, out var known) && known.Incarnation != command.Incarnation ? known : null;
        var next = this with
        {
            Workers = Workers.SetItem(command.Worker, new KnownWorker(command.Worker, command.Incarnation, node, [.. command.Devices], now, null)),
            Replaced = older is null ? Replaced : Replaced.Add(older.Incarnation),
        };
        return (new Admission.Admitted(older?.Incarnation), next);
    }

    /// <summary>A command came in: who says it, and may they?</summary>
    public (Standing Standing, WorkerRoster Next) Hear(DispatchProtocol.ICommand command, DateTimeOffset now)
    {
        if (Replaced.Contains(command.Incarnation))
        {
            return (new Standing.Replaced(ReplacedReason(command.Worker)), this);
        }

        if (!Workers.TryGetValue(command.Worker, out var worker) || worker.Incarnation != command.Incarnation)
        {
            return (new Standing.Unknown(), this);
        }

        var heard = worker with { LastHeard = now, UnreachableSince = null };
        return (new Standing.Known(heard), this with { Workers = Workers.SetItem(worker.Name, heard) });
    }

    public WorkerRoster Leave(string worker) => this with { Workers = Workers.Remove(worker) };

    /// <summary>The cluster cannot reach a node (or has removed it): its workers are lost unless they are heard from soon.</summary>
    public WorkerRoster Unreachable(string node, DateTimeOffset now) =>
        On(node, worker => worker with { UnreachableSince = worker.UnreachableSince ?? now });

    public WorkerRoster Reachable(string node) => On(node, worker => worker with { UnreachableSince = null });

    /// <summary>Workers whose node has been unreachable for the grace; they are unknown from now on.</summary>
    public (IReadOnlyList<KnownWorker> Lost, WorkerRoster Next) Lose(DateTimeOffset now, TimeSpan grace)
    {
        var lost = Workers.Values.Where(worker => worker.UnreachableSince is { } since && now - since >= grace).ToList();
        return (lost, lost.Aggregate(this, (roster, worker) => roster.Leave(worker.Name)));
    }

    /// <summary>Workers heard from at or after this time.</summary>
    public IReadOnlyList<string> HeardSince(DateTimeOffset since) =>
        [.. Workers.Values.Where(worker => worker.LastHeard >= since).Select(worker => worker.Name).Order(StringComparer.Ordinal)];

    /// <summary>Processes of workers whose node can be reached, as far as we know.</summary>
    public IReadOnlyList<string> Present =>
        [.. Workers.Values.Where(worker => worker.UnreachableSince is null).Select(worker => worker.Incarnation).Order(StringComparer.Ordinal)];

    private WorkerRoster On(string node, Func<KnownWorker, KnownWorker> change) => this with
    {
        Workers = Workers.SetItems(Workers.Values.Where(worker => worker.Node == node)
            .Select(worker => KeyValuePair.Create(worker.Name, change(worker)))),
    };

    private static string ReplacedReason(string worker) =>
        $"a newer process works under the name {worker}: give each worker a name of its own";
}

/// <param name="Node">Address of its node in the cluster.</param>
/// <param name="UnreachableSince">When the cluster lost its node; null while all is well.</param>
internal sealed record KnownWorker(
    string Name, string Incarnation, string Node, ImmutableArray<DeviceInfo> Devices, DateTimeOffset LastHeard, DateTimeOffset? UnreachableSince)
{
    public DeviceInfo? Device(string id) => Devices.FirstOrDefault(device => device.Id == id);
}

/// <summary>What an introduction leads to.</summary>
internal abstract record Admission
{
    private Admission()
    {
    }

    /// <param name="ReplacedIncarnation">The older process of that name, if one was known: what it held goes back to the queue.</param>
    public sealed record Admitted(string? ReplacedIncarnation) : Admission;

    public sealed record Refused(string Reason) : Admission;
}

/// <summary>What the sender of a command is to the coordinator.</summary>
internal abstract record Standing
{
    private Standing()
    {
    }

    public sealed record Known(KnownWorker Worker) : Standing;

    /// <summary>Never introduced itself to this coordinator, or was given up as lost.</summary>
    public sealed record Unknown : Standing;

    /// <summary>A newer process took its name.</summary>
    public sealed record Replaced(string Reason) : Standing;
}
