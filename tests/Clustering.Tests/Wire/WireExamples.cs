using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Protocol;
using AttnSweep.Sweeps;
using static AttnSweep.Protocol.DispatchProtocol;

namespace AttnSweep.Clustering.Tests.Wire;

/// <summary>One message of every kind.</summary>
internal static class WireExamples
{
    public static IReadOnlyList<object> All { get; } =
    [
        Examples.Introduction(),
        new RequestShard(Examples.Worker, Examples.Incarnation, Examples.Device),
        new RenewLeases(Examples.Worker, Examples.Incarnation, [new(Examples.Lease(), Examples.Device, 102, 0.375), new(Examples.Lease(13), "opencl:0", null, 0)]),
        Examples.Chunk(),
        Examples.Returned(),
        new Farewell(Examples.Worker, Examples.Incarnation),
        new Welcomed(5, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5)),
        new TurnedAway(5, "worker lab-1 speaks protocol 0"),
        new IntroductionNeeded(5),
        new ShardGranted(5, Examples.Device, Examples.Work(sparsity: new SparsityRules(256)), TimeSpan.FromSeconds(30)),
        new NothingToDo(5, Examples.Device, TimeSpan.FromMilliseconds(400)),
        new ChunkRecorded(5, Examples.Lease(), 1),
        new ReturnRecorded(5, Examples.Lease()),
        new LeaseLost(5, Examples.Lease(), "its run was cancelled"),
        new Bundle([new ChunkRecorded(5, Examples.Lease(), 1), new NothingToDo(5, Examples.Device, TimeSpan.FromMilliseconds(400))]),
    ];
}
