using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace AttnSweep.Clustering.Wire;

/// <summary>
/// Stands where Akka's Newtonsoft serializer was (id 1). That one makes whatever type the bytes name in <c>$type</c>, even with
/// allow-unregistered-types off, which checks outgoing messages only: a port open to it is a way to run code. Nothing that the
/// cluster, its singleton or its resolver says needs it.
/// </summary>
public sealed class RejectJson : Serializer
{
    internal const string TypeName = "AttnSweep.Clustering.Wire.RejectJson, AttnSweep.Clustering";

    private static long _rejected;

    /// <summary>Akka makes serializers with this constructor.</summary>
    public RejectJson(ExtendedActorSystem system, Config config)
        : base(system)
    {
    }

    /// <summary>Messages of this process that were rejected, either way.</summary>
    public static long Rejected => Interlocked.Read(ref _rejected);

    public override int Identifier => 1;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj) => throw Reject($"{obj.GetType().FullName} has no place on the wire");

    public override object FromBinary(byte[] bytes, Type type) => throw Reject("polymorphic JSON is not accepted");

    private static WireFormatException Reject(string reason)
    {
        Interlocked.Increment(ref _rejected);
        return new WireFormatException(reason);
    }
}
