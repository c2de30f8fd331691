using Akka.Actor;
using Akka.Serialization;

namespace AttnSweep.Clustering.Wire;

/// <summary>Puts the messages of <see cref="Protocol.DispatchProtocol"/> on the wire under their fixed names.</summary>
public sealed class WireSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Names this serializer on the wire; never changed.</summary>
    public const int FixedIdentifier = 9001;

    private static long _refused;

    /// <summary>Incoming messages of this process that were refused: unknown names, content that is not understood.</summary>
    public static long Refused => Interlocked.Read(ref _refused);

    public override int Identifier => FixedIdentifier;

    public override string Manifest(object o) => WireNames.NameOf(o.GetType())
        ?? throw new WireFormatException($"{o.GetType().FullName} has no name on the wire");

    public override byte[] ToBinary(object obj) => WireFormat.Pack(obj);

    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            return WireFormat.Unpack(bytes, WireNames.TypeOf(manifest)
                ?? throw new WireFormatException($"unknown message '{manifest}'; this node speaks version {Protocol.DispatchProtocol.Version}"));
        }
        catch (WireFormatException)
        {
            Interlocked.Increment(ref _refused);
            throw;
        }
    }
}
