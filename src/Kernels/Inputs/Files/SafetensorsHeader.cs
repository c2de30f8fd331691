using System.Globalization;
using System.Text.Json;

namespace AttnSweep.Kernels.Inputs.Files;

/// <param name="Type">F32, F16, BF16 or another of the format's types.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">The byte after the last.</param>
internal sealed record SafetensorsEntry(string Name, string Type, IReadOnlyList<long> Shape, long Begin, long End)
{
    public string Described => $"{Type} [{string.Join(", ", Shape)}]";
}

/// <summary>
/// The header of a safetensors file: eight bytes that hold its length (little-endian), then a JSON object with type, shape and place of every
/// tensor. Checks what the format demands: the tensors fill the rest of the file without gaps and overlaps.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>The format's own limit.</summary>
    public const long MaxLength = 100_000_000;

    private static readonly Dictionary<string, int> BitsOf = new()
    {
        ["BOOL"] = 8,
        ["U8"] = 8,
        ["I8"] = 8,
        ["F8_E4M3"] = 8,
        ["F8_E5M2"] = 8,
        ["U16"] = 16,
        ["I16"] = 16,
        ["F16"] = 16,
        ["BF16"] = 16,
        ["U32"] = 32,
        ["I32"] = 32,
        ["F32"] = 32,
        ["U64"] = 64,
        ["I64"] = 64,
        ["F64"] = 64,
    };

    /// <summary>The length of the JSON text, from the file's first eight bytes.</summary>
    /// <exception cref="InvalidDataException">No safetensors file has such a beginning.</exception>
    public static int Length(ReadOnlySpan<byte> first, long fileLength)
    {
        if (first.Length < 8)
        {
            throw new InvalidDataException($"the file has {first.Length} bytes; a safetensors file begins with 8 bytes for the header's length");
        }

        var length = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(first);
        return length is < 2 or > MaxLength || (long)length > fileLength - 8
            ? throw new InvalidDataException(Invariant($"the header would have {length} bytes in a file of {fileLength}; the file is no safetensors file, or was cut off"))
            : (int)length;
    }

    /// <param name="dataLength">Bytes of the file behind the header.</param>
    /// <exception cref="InvalidDataException">The header is malformed; the message says where.</exception>
    public static IReadOnlyList<SafetensorsEntry> Parse(ReadOnlyMemory<byte> json, long dataLength)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDataException("the header is no JSON object");
            }

            var entries = document.RootElement.EnumerateObject().Where(p => p.Name != "__metadata__").Select(p => Entry(p.Name, p.Value)).ToList();
            if (entries.GroupBy(e => e.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            {
                throw new InvalidDataException($"the header names the tensor '{twice.Key}' twice");
            }

            DemandNoGaps(entries, dataLength);
            return entries;
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"the header is no JSON text: {problem.Message}", problem);
        }
        catch (InvalidOperationException problem)
        {
            // A name or a text that is not valid UTF-8 or holds half a surrogate pair.
            throw new InvalidDataException($"the header is no JSON text: {problem.Message}", problem);
        }
    }

    private static SafetensorsEntry Entry(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out var shape) || Whole(shape) is not { } sizes
            || !value.TryGetProperty("data_offsets", out var offsets) || Whole(offsets) is not [var begin, var end])
        {
            throw new InvalidDataException($"the tensor '{name}' would have dtype (a text), shape (whole numbers) and data_offsets (two whole numbers)");
        }

        var entry = new SafetensorsEntry(name, dtype.GetString()!, sizes, begin, end);
        if (!BitsOf.TryGetValue(entry.Type, out var bits))
        {
            throw new InvalidDataException($"the tensor '{name}' has the unknown dtype '{entry.Type}'");
        }

        var bytes = Bytes(sizes, bits / 8);
        return end - begin == bytes
            ? entry
            : throw new InvalidDataException(Invariant($"the tensor '{name}' is {entry.Described} and would have {bytes:0} bytes; data_offsets give it {end - begin}"));
    }

    /// <summary>Shapes may be absurd: beyond 2^63 the exact number says nothing more.</summary>
    private static double Bytes(long[] sizes, int width) => sizes.Contains(0) ? 0 : sizes.Aggregate((double)width, (product, size) => product * size);

    private static long[]? Whole(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var numbers = new List<long>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var number) || number < 0)
            {
                return null;
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }

    private static void DemandNoGaps(List<SafetensorsEntry> entries, long dataLength)
    {
        var reached = 0L;
        foreach (var entry in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.Begin != reached)
            {
                throw new InvalidDataException(Invariant($"the tensor '{entry.Name}' begins at byte {entry.Begin} of the data; the one before it ends at {reached}"));
            }

            reached = entry.End;
        }

        if (reached != dataLength)
        {
            throw new InvalidDataException(Invariant($"the tensors have {reached} bytes, the file has {dataLength} behind its header; it was cut off, or something was appended"));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
