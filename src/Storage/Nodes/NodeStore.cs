using AttnSweep.Protocol;
using AttnSweep.Storage.Connections;

namespace AttnSweep.Storage.Nodes;

/// <summary>Workers and their devices, as last seen. Role app.</summary>
public sealed class NodeStore(Database database)
{
    internal Database Database { get; } = database;

    public Task RegisterAsync(NodeInfo node, string incarnation, IReadOnlyList<DeviceInfo> devices, CancellationToken cancellation) => throw new NotImplementedException();

    public Task SeenAsync(IReadOnlyList<string> workers, CancellationToken cancellation) => throw new NotImplementedException();

    public Task GoneAsync(string worker, string incarnation, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<IReadOnlyList<WorkerRecord>> ListAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The coordinator that holds the highest epoch, with the age of its last heartbeat; null when there never was one.</summary>
    public Task<CoordinatorRecord?> CoordinatorAsync(CancellationToken cancellation) => throw new NotImplementedException();
}

public sealed record WorkerRecord(string Worker, string Host, string State, double SecondsSinceSeen, string CodeVersion, IReadOnlyList<DeviceInfo> Devices);

public sealed record CoordinatorRecord(long Epoch, string Host, int ProcessId, string Address, double SecondsSinceHeartbeat);
