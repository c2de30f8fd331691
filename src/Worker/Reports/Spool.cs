using System.Globalization;
using System.Text.Json;
using AttnSweep.Protocol;

namespace AttnSweep.Worker.Reports;

/// <summary>
/// The folder where chunks wait until they are acknowledged, so that the death of the worker loses nothing. One process at a time owns it.
/// </summary>
internal sealed class Spool : IDisposable
{
    private readonly string _folder;
    private readonly FileStream _lock;

    /// <exception cref="SpoolProblemException">Another process owns the folder, or it cannot be written.</exception>
    public Spool(string folder)
    {
        _folder = folder;
        try
        {
            Directory.CreateDirectory(folder);
            _lock = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException problem) when (Directory.Exists(folder))
        {
            throw new SpoolProblemException($"the spool folder {folder} belongs to another worker that is running; give each worker a name or a --spool of its own", problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new SpoolProblemException($"the spool folder {folder} cannot be used: {problem.Message}", problem);
        }
    }

    /// <summary>Durable when it returns: written beside, forced to disk, then renamed.</summary>
    /// <exception cref="IOException">The disk is full or gone; nothing half-written is left under the chunk's name.</exception>
    public void Keep(DispatchProtocol.ReportChunk chunk)
    {
        var path = PathOf(chunk.Lease, chunk.Chunk);
        var beside = path + ".part";
        using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(file, chunk, ProtocolJson.Options);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    public void Forget(Lease lease, int chunk) => File.Delete(PathOf(lease, chunk));

    /// <summary>What an earlier process left, in the order of its chunks. Files that cannot be read are set aside under another name.</summary>
    public IReadOnlyList<DispatchProtocol.ReportChunk> Left(Action<string> warn)
    {
        foreach (var part in Directory.EnumerateFiles(_folder, "*.part"))
        {
            File.Delete(part);
        }

        var left = new List<DispatchProtocol.ReportChunk>();
        foreach (var file in Directory.EnumerateFiles(_folder, "*.json"))
        {
            try
            {
                using var stream = File.OpenRead(file);
                left.Add(JsonSerializer.Deserialize<DispatchProtocol.ReportChunk>(stream, ProtocolJson.Options) ?? throw new JsonException("null"));
            }
            catch (JsonException problem)
            {
                File.Move(file, file + ".unreadable", overwrite: true);
                warn($"{file} in the spool cannot be read ({problem.Message}); it is set aside as {Path.GetFileName(file)}.unreadable and its shard is measured again");
            }
        }

        return [.. left.OrderBy(c => c.Lease.ShardId).ThenBy(c => c.Lease.Attempt).ThenBy(c => c.Chunk)];
    }

    public void Dispose() => _lock.Dispose();

    private string PathOf(Lease lease, int chunk) =>
        Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{lease.RunId}-{lease.ShardId}-{lease.Attempt}-{chunk}.json"));
}

/// <summary>The spool cannot be used; the message is one line for a person.</summary>
public sealed class SpoolProblemException(string message, Exception inner) : Exception(message, inner);
