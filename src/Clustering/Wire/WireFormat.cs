using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using AttnSweep.Protocol;

namespace AttnSweep.Clustering.Wire;

/// <summary>A message as bytes: one byte that says how the rest is packed, then JSON, plain or Brotli.</summary>
internal static class WireFormat
{
    private const byte Plain = 0;
    private const byte Brotli = 1;

    /// <summary>Quality 1 and a window of 64 KiB: 5 times smaller for tables of numbers at under a millisecond per 100 kB.</summary>
    private const int BrotliQuality = 1;
    private const int BrotliWindow = 16;

    /// <exception cref="WireFormatException">The message is over <see cref="WireLimits.MessageBytes"/>.</exception>
    public static byte[] Pack(object message)
    {
        var json = message is Bundle bundle ? BundleFormat.Write(bundle) : JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), ProtocolJson.Options);
        if (json.Length > WireLimits.MessageBytes)
        {
            throw new WireFormatException(
                $"a {message.GetType().Name} of {json.Length} bytes is over the limit of {WireLimits.MessageBytes}; reports are cut into chunks of {WireLimits.ChunkBytes}");
        }

        return json.Length >= WireLimits.CompressFromBytes && Compress(json) is { } packed ? packed : [Plain, .. json];
    }

    /// <exception cref="WireFormatException">The bytes are no such message, or unpack to more than <see cref="WireLimits.MessageBytes"/>.</exception>
    public static object Unpack(ReadOnlySpan<byte> packed, Type type)
    {
        if (packed.IsEmpty)
        {
            throw new WireFormatException($"a {type.Name} without content");
        }

        var body = packed[1..];
        return packed[0] switch
        {
            Plain => Parse(body, type),
            Brotli => Decompress(body, type),
            _ => throw new WireFormatException($"a {type.Name} packed in the unknown way {packed[0]}"),
        };
    }

    private static byte[]? Compress(byte[] json)
    {
        var packed = new byte[BrotliEncoder.GetMaxCompressedLength(json.Length) + 1];
        packed[0] = Brotli;
        return BrotliEncoder.TryCompress(json, packed.AsSpan(1), out var written, BrotliQuality, BrotliWindow) && written < json.Length
            ? packed[..(written + 1)]
            : null;
    }

    private static object Decompress(ReadOnlySpan<byte> body, Type type)
    {
        // A few hostile kilobytes can unpack to gigabytes, so the room is bounded rather than grown.
        var room = ArrayPool<byte>.Shared.Rent(WireLimits.MessageBytes);
        try
        {
            return BrotliDecoder.TryDecompress(body, room.AsSpan(0, WireLimits.MessageBytes), out var written)
                ? Parse(room.AsSpan(0, written), type)
                : throw new WireFormatException($"a {type.Name} that does not unpack into {WireLimits.MessageBytes} bytes");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    private static object Parse(ReadOnlySpan<byte> json, Type type)
    {
        if (json.Length > WireLimits.MessageBytes)
        {
            throw new WireFormatException($"a {type.Name} of {json.Length} bytes is over the limit of {WireLimits.MessageBytes}");
        }

        try
        {
            var message = (type == typeof(Bundle) ? BundleFormat.Read(json) : JsonSerializer.Deserialize(json, type, ProtocolJson.Options))
                ?? throw new WireFormatException($"a {type.Name} that is null");
            return WireBounds.WhyRefused(message) is { } wrong ? throw new WireFormatException($"a {type.Name} with {wrong}") : message;
        }
        catch (Exception problem) when (problem is JsonException or NotSupportedException or ArgumentException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new WireFormatException($"a {type.Name} that is not understood: {problem.Message}", problem);
        }
    }
}
