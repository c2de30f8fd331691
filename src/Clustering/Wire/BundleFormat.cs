using System.Buffers;
using System.Text.Json;
using AttnSweep.Protocol;

namespace AttnSweep.Clustering.Wire;

/// <summary>A bundle as JSON: an array that holds each message's name and then the message. Names are those of <see cref="WireNames"/>, and no others.</summary>
internal static class BundleFormat
{
    /// <exception cref="WireFormatException">It is empty, too long, or holds something that has no place in it.</exception>
    public static byte[] Write(Bundle bundle)
    {
        DemandCount(bundle.Messages.Count);
        var bytes = new ArrayBufferWriter<byte>(4 << 10);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            foreach (var message in bundle.Messages)
            {
                json.WriteStringValue(NameOf(message));
                JsonSerializer.Serialize(json, message, message.GetType(), ProtocolJson.Options);
            }

            json.WriteEndArray();
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <exception cref="WireFormatException">It is no bundle of known messages.</exception>
    /// <exception cref="JsonException">It is no JSON, or a message in it is not understood.</exception>
    public static Bundle Read(ReadOnlySpan<byte> bytes)
    {
        var json = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = ProtocolJson.Options.MaxDepth });
        if (!json.Read() || json.TokenType != JsonTokenType.StartArray)
        {
            throw new WireFormatException("a bundle that is no array");
        }

        var messages = new List<object>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            DemandCount(messages.Count + 1);
            var type = TypeOf(ref json);
            json.Read();
            messages.Add(JsonSerializer.Deserialize(ref json, type, ProtocolJson.Options) ?? throw new WireFormatException($"a {type.Name} that is null"));
        }

        if (json.TokenType != JsonTokenType.EndArray || json.Read())
        {
            throw new WireFormatException("a bundle that does not end where it should");
        }

        DemandCount(messages.Count);
        return new Bundle(messages);
    }

    private static string NameOf(object message) => message is not Bundle && WireNames.NameOf(message.GetType()) is { } name
        ? name
        : throw new WireFormatException($"{message.GetType().FullName} has no place in a bundle");

    private static Type TypeOf(ref Utf8JsonReader json)
    {
        var name = json.TokenType == JsonTokenType.String ? json.GetString()! : throw new WireFormatException("a bundle in which a message has no name");
        return WireNames.TypeOf(name) is { } type && type != typeof(Bundle)
            ? type
            : throw new WireFormatException($"a bundle with the unknown message '{name}'; this node speaks version {DispatchProtocol.Version}");
    }

    private static void DemandCount(int count)
    {
        if (count is 0 or > Bundle.MostMessages)
        {
            throw new WireFormatException($"a bundle of {count} messages; it holds 1 to {Bundle.MostMessages}");
        }
    }
}
