using System.Text.Json;
using AttnSweep.Protocol;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Sql;
using AttnSweep.Sweeps;
using Dapper;

namespace AttnSweep.Storage.Nodes;

/// <summary>Workers and their devices, as last seen. Role app.</summary>
public sealed class NodeStore(Database database)
{
    private static readonly string PutEnvironment = SqlFiles.Statement("put_environment");
    private static readonly string PutNode = SqlFiles.Statement("put_node");
    private static readonly string DropDevices = SqlFiles.Statement("drop_devices");
    private static readonly string PutDevice = SqlFiles.Statement("put_device");
    private static readonly string NodesSeen = SqlFiles.Statement("nodes_seen");
    private static readonly string NodeGone = SqlFiles.Statement("node_gone");
    private static readonly string WorkerAddresses = SqlFiles.Statement("worker_addresses");
    private static readonly string ListNodes = SqlFiles.Statement("list_nodes");
    private static readonly string ListDevices = SqlFiles.Statement("list_devices");
    private static readonly string LatestCoordinator = SqlFiles.Statement("latest_coordinator");

    internal Database Database { get; } = database;

    /// <param name="address">Of its node in the cluster.</param>
    public Task RegisterAsync(NodeInfo node, string incarnation, IReadOnlyList<DeviceInfo> devices, CancellationToken cancellation, string? address = null) =>
        Database.InTransactionAsync(async (connection, transaction) =>
        {
            Task<int> Execute(string sql, object parameters) =>
                connection.ExecuteAsync(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellation));

            await Execute(PutEnvironment, new { node.Fingerprint, facts = JsonSerializer.Serialize(node.Facts) });
            var labels = node.Labels.Where(WorkerLabels.IsLabel).Distinct().Order(StringComparer.Ordinal).ToArray();
            await Execute(PutNode, new { node.Worker, node.Host, node.ProcessId, incarnation, node.CodeVersion, node.Fingerprint, labels, address });
            await Execute(DropDevices, new { node.Worker, kept = devices.Select(device => device.Id).ToArray() });
            foreach (var device in devices)
            {
                await Execute(PutDevice, new
                {
                    node.Worker,
                    device.Id,
                    device.Backend,
                    device.Name,
                    device.MemoryBytes,
                    device.ComputeUnits,
                    device.Driver,
                });
            }

            return devices.Count;
        }, cancellation);

    /// <summary>Where workers are reached that were heard of within this time.</summary>
    public Task<IReadOnlyList<string>> AddressesAsync(TimeSpan within, CancellationToken cancellation) =>
        Database.QueryAsync<string>(WorkerAddresses, new { withinSeconds = within.TotalSeconds }, cancellation);

    public Task SeenAsync(IReadOnlyList<string> workers, CancellationToken cancellation) =>
        Database.ExecuteAsync(NodesSeen, new { workers = workers.ToArray() }, cancellation);

    public Task GoneAsync(string worker, string incarnation, CancellationToken cancellation) =>
        Database.ExecuteAsync(NodeGone, new { worker, incarnation }, cancellation);

    public async Task<IReadOnlyList<WorkerRecord>> ListAsync(CancellationToken cancellation)
    {
        var nodes = await Database.QueryAsync<NodeRow>(ListNodes, null, cancellation);
        var devices = (await Database.QueryAsync<DeviceRow>(ListDevices, null, cancellation)).ToLookup(device => device.Worker);
        return [.. nodes.Select(node => new WorkerRecord(
            node.Worker, node.Host, node.State, node.SecondsSinceSeen, node.CodeVersion, [.. devices[node.Worker].Select(device => device.ToDevice())]))];
    }

    /// <summary>The coordinator that holds the highest epoch, with the age of its last heartbeat; null when there never was one.</summary>
    public Task<CoordinatorRecord?> CoordinatorAsync(CancellationToken cancellation) =>
        Database.QueryFirstAsync<CoordinatorRecord>(LatestCoordinator, null, cancellation);

    private sealed record NodeRow(string Worker, string Host, string State, double SecondsSinceSeen, string CodeVersion);

    private sealed record DeviceRow(string Worker, string Id, string Backend, string Name, long MemoryBytes, int ComputeUnits, string Driver)
    {
        public DeviceInfo ToDevice() => new(Id, Backend, Name, MemoryBytes, ComputeUnits, Driver);
    }
}

/// <param name="State">present or gone.</param>
public sealed record WorkerRecord(string Worker, string Host, string State, double SecondsSinceSeen, string CodeVersion, IReadOnlyList<DeviceInfo> Devices);

public sealed record CoordinatorRecord(long Epoch, string Host, int ProcessId, string Address, double SecondsSinceHeartbeat);
