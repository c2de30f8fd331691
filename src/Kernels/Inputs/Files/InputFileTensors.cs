using System.Security.Cryptography;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Inputs.Files;

/// <summary>
/// Q, K and V from a safetensors file: tensors of these names, of one shape, heads x n x d or n x d, in F32, F16 or BF16. A cell takes the first heads and
/// the first n rows of what the file holds; d must be the file's. Q and K are multiplied by sigma.
/// </summary>
internal static class InputFileTensors
{
    /// <summary>Where relative paths begin; the worker's working directory where it is not set.</summary>
    public const string FolderVariable = "ATTNSWEEP_INPUTS";

    private static readonly string[] Names = ["Q", "K", "V"];

    /// <exception cref="InputProblemException">The file is missing or different (of this machine), or it is malformed or of another shape.</exception>
    public static (float[] Q, float[] K, float[] V) Read(InputSpec spec)
    {
        var path = FullPath(spec.Options.FilePath!);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            DemandDigest(file, path, spec.Options.FileSha256!);
            return Read(file, path, spec);
        }
        catch (InvalidDataException problem)
        {
            throw new InputProblemException($"the input file {path} is malformed: {problem.Message}");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            var what = problem is FileNotFoundException or DirectoryNotFoundException ? "is not there" : $"cannot be read ({problem.Message})";
            throw new InputProblemException($"the input file {path} {what} on {Environment.MachineName}; every worker needs it at this path, or in the folder that {FolderVariable} names", isOfThisMachine: true);
        }
    }

    private static string FullPath(string path)
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        return Path.GetFullPath(path, string.IsNullOrEmpty(folder) ? Environment.CurrentDirectory : Path.GetFullPath(folder));
    }

    /// <summary>The same open file is hashed and read, so that nobody can put another one in between.</summary>
    private static void DemandDigest(FileStream file, string path, string wanted)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(file));
        if (digest != wanted)
        {
            throw new InputProblemException($"the input file {path} on {Environment.MachineName} is another one: its SHA-256 is {digest}, the sweep means {wanted}", isOfThisMachine: true);
        }

        file.Position = 0;
    }

    private static (float[] Q, float[] K, float[] V) Read(FileStream file, string path, InputSpec spec)
    {
        var first = new byte[8];
        var length = SafetensorsHeader.Length(first.AsSpan(0, file.ReadAtLeast(first, 8, throwOnEndOfStream: false)), file.Length);
        var json = new byte[length];
        file.ReadExactly(json);
        var entries = SafetensorsHeader.Parse(json, file.Length - 8 - length);
        var tensors = Names.Select(name => entries.FirstOrDefault(e => e.Name == name)
            ?? throw new InputProblemException($"the input file {path} has no tensor '{name}'; it has {Listed(entries)}")).ToArray();
        DemandShape(tensors, path, spec);
        var read = tensors.Select(t => Values(file, 8 + length, t, spec)).ToArray();
        foreach (var tensor in read.Take(2))
        {
            for (var i = 0; i < tensor.Length; i++)
            {
                tensor[i] = (float)(spec.Sigma * tensor[i]);
            }
        }

        return (read[0], read[1], read[2]);
    }

    private static void DemandShape(SafetensorsEntry[] tensors, string path, InputSpec spec)
    {
        foreach (var tensor in tensors)
        {
            if (tensor.Type is not ("F32" or "F16" or "BF16"))
            {
                throw new InputProblemException($"{tensor.Name} of the input file {path} is {tensor.Described}; would be F32, F16 or BF16");
            }

            if (tensor.Shape.Count is not (2 or 3) || !tensor.Shape.SequenceEqual(tensors[0].Shape))
            {
                throw new InputProblemException($"{tensor.Name} of the input file {path} is {tensor.Described}; would be heads x n x d or n x d, the same for Q, K and V (Q is {tensors[0].Described})");
            }
        }

        var (heads, n, d) = Sizes(tensors[0]);
        if (spec.D != d || spec.N > n || spec.Heads > heads)
        {
            throw new InputProblemException($"the input file {path} holds {heads} heads, n = {n}, d = {d}; the cell asks for {spec.Heads} heads, n = {spec.N}, d = {spec.D}: at most its heads and n, and its d, would fit");
        }
    }

    private static (long Heads, long N, long D) Sizes(SafetensorsEntry tensor) =>
        tensor.Shape is [var heads, var n, var d] ? (heads, n, d) : (1, tensor.Shape[0], tensor.Shape[1]);

    private static float[] Values(FileStream file, long dataBegin, SafetensorsEntry tensor, InputSpec spec)
    {
        var (_, n, d) = Sizes(tensor);
        var width = tensor.Type == "F32" ? 4 : 2;
        var size = checked(spec.N * spec.D);
        var values = new float[checked(spec.Heads * size)];
        var bytes = new byte[Math.Min(1 << 20, checked(size * width))];
        for (var head = 0; head < spec.Heads; head++)
        {
            file.Position = dataBegin + tensor.Begin + (head * n * d * width);
            for (var done = 0; done < size;)
            {
                var count = Math.Min(size - done, bytes.Length / width);
                file.ReadExactly(bytes, 0, count * width);
                Widen(bytes.AsSpan(0, count * width), tensor.Type, values.AsSpan((head * size) + done, count));
                done += count;
            }
        }

        return values;
    }

    /// <summary>Exact: every number of a narrow type is a float32.</summary>
    private static void Widen(ReadOnlySpan<byte> bytes, string type, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = type switch
            {
                "F32" => System.Buffers.Binary.BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]),
                "F16" => (float)System.Buffers.Binary.BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]),
                _ => BitConverter.UInt32BitsToSingle((uint)System.Buffers.Binary.BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]) << 16),
            };
        }
    }

    private static string Listed(IReadOnlyList<SafetensorsEntry> entries) =>
        entries.Count == 0 ? "none" : string.Join(", ", entries.Take(10).Select(e => $"{e.Name} {e.Described}")) + (entries.Count > 10 ? ", …" : "");
}
