using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AttnSweep.Kernels.Tests.Inputs.Files;

/// <summary>Writes safetensors files, right and wrong ones.</summary>
internal static class SafetensorsWriter
{
    /// <summary>A whole file of tensors of one shape.</summary>
    public static byte[] File(string type, int[] shape, params (string Name, float[] Values)[] tensors)
    {
        var header = new List<string>();
        var data = new List<byte>();
        foreach (var (name, values) in tensors)
        {
            var bytes = values.SelectMany(v => Encode(type, v)).ToArray();
            header.Add(Entry(name, type, shape, data.Count, data.Count + bytes.Length));
            data.AddRange(bytes);
        }

        return Assemble("{\"__metadata__\":{\"made_by\":\"a test\"}," + string.Join(",", header) + "}", [.. data]);
    }

    public static string Entry(string name, string type, int[] shape, long begin, long end) =>
        $"\"{name}\":{{\"dtype\":\"{type}\",\"shape\":[{string.Join(",", shape)}],\"data_offsets\":[{begin},{end}]}}";

    public static byte[] Assemble(string header, byte[] data)
    {
        // The format pads the header with spaces to a multiple of 8.
        var json = Encoding.UTF8.GetBytes(header + new string(' ', (8 - (Encoding.UTF8.GetByteCount(header) % 8)) % 8));
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        return [.. length, .. json, .. data];
    }

    public static string Digest(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file));

    private static byte[] Encode(string type, float value)
    {
        var bytes = new byte[type == "F32" ? 4 : 2];
        switch (type)
        {
            case "F32":
                BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
                break;
            case "F16":
                BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value);
                break;
            default:
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
                break;
        }

        return bytes;
    }
}
