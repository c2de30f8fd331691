using System.Collections.Frozen;
using AttnSweep.Protocol;

namespace AttnSweep.Clustering.Wire;

/// <summary>
/// The fixed name of every message. A name is never reused: an incompatible change is a new name with the next number (and a new
/// <see cref="DispatchProtocol.Version"/>), so that types may be renamed and moved without the other side noticing.
/// </summary>
internal static class WireNames
{
    private static readonly FrozenDictionary<string, Type> Types = new Dictionary<string, Type>
    {
        ["dispatch/introduce/1"] = typeof(DispatchProtocol.Introduce),
        ["dispatch/request-shard/1"] = typeof(DispatchProtocol.RequestShard),
        ["dispatch/renew-leases/1"] = typeof(DispatchProtocol.RenewLeases),
        ["dispatch/report-chunk/1"] = typeof(DispatchProtocol.ReportChunk),
        ["dispatch/return-shard/1"] = typeof(DispatchProtocol.ReturnShard),
        ["dispatch/farewell/1"] = typeof(DispatchProtocol.Farewell),
        ["dispatch/welcomed/1"] = typeof(DispatchProtocol.Welcomed),
        ["dispatch/turned-away/1"] = typeof(DispatchProtocol.TurnedAway),
        ["dispatch/introduction-needed/1"] = typeof(DispatchProtocol.IntroductionNeeded),
        ["dispatch/shard-granted/2"] = typeof(DispatchProtocol.ShardGranted),
        ["dispatch/nothing-to-do/1"] = typeof(DispatchProtocol.NothingToDo),
        ["dispatch/chunk-recorded/1"] = typeof(DispatchProtocol.ChunkRecorded),
        ["dispatch/return-recorded/1"] = typeof(DispatchProtocol.ReturnRecorded),
        ["dispatch/lease-lost/1"] = typeof(DispatchProtocol.LeaseLost),
        ["dispatch/bundle/1"] = typeof(Bundle),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<Type, string> Names = Types.ToFrozenDictionary(p => p.Value, p => p.Key);

    public static IReadOnlyDictionary<string, Type> All => Types;

    public static string? NameOf(Type type) => Names.GetValueOrDefault(type);

    public static Type? TypeOf(string name) => Types.GetValueOrDefault(name);
}
