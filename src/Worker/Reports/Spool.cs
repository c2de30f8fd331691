using System.Globalization;
using System.Text.Json;
using AttnSweep.Protocol;

namespace AttnSweep.Worker.Reports;

/// <summary>
/// The folder where chunks wait until they are acknowledged, so that the death of the worker loses nothing. One process at a time owns it.
/// </summary>
internal sealed class Spool : IDisposable
{
    private const string Unreadable = ".unreadable";

    private readonly string _folder;
    private readonly Action<string> _warn;
    private readonly FileStream _lock;

    /// <param name="warn">Gets one line for a person.</param>
    /// <exception cref="SpoolProblemException">Another process owns the folder, or it cannot be written.</exception>
    public Spool(string folder, Action<string> warn)
    {
        _folder = folder;
        _warn = warn;
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

    /// <summary>
    /// Keeps a report, all its chunks or none: a part of it would wait for the rest for ever. Durable when it returns true; false where
    /// the disk is full or gone (the report is then in memory only, and the person was told).
    /// </summary>
    public bool Keep(IReadOnlyList<DispatchProtocol.ReportChunk> report)
    {
        try
        {
            foreach (var chunk in report)
            {
                Write(chunk);
            }

            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            _warn($"the spool cannot keep the report of shard {report[0].Lease.ShardId} ({problem.Message}); it stays in memory until it is acknowledged");
            foreach (var chunk in report)
            {
                Delete(PathOf(chunk.Lease, chunk.Chunk));
                Delete(BesideOf(chunk.Lease, chunk.Chunk));
            }

            return false;
        }
    }

    public void Forget(Lease lease, int chunk) => Delete(PathOf(lease, chunk));

    /// <summary>
    /// What an earlier process left, in the order of its chunks. One without its end is the start of a shard that was still measured: its
    /// results are kept, the rest is measured again. A report with a chunk that cannot be read or is missing is set aside whole, since the
    /// coordinator takes chunks in order only.
    /// </summary>
    public IReadOnlyList<DispatchProtocol.ReportChunk> Left()
    {
        foreach (var part in Directory.EnumerateFiles(_folder, "*.part"))
        {
            Delete(part);
        }

        var left = new List<DispatchProtocol.ReportChunk>();
        foreach (var files in Directory.GetFiles(_folder, "*.json").GroupBy(file => file[..file.LastIndexOf('-')], StringComparer.Ordinal))
        {
            var chunks = files.Select(Read).OrderBy(c => c?.Chunk).ToList();
            if (chunks.TrueForAll(c => c is not null) && chunks[^1]!.Chunk - chunks[0]!.Chunk == chunks.Count - 1)
            {
                left.AddRange(chunks!);
                continue;
            }

            foreach (var file in files)
            {
                File.Move(file, file + Unreadable, overwrite: true);
            }

            _warn($"the report {files.Key}-* in the spool cannot be read or is not whole; it is set aside as *{Unreadable} and its shard is measured again");
        }

        return [.. left.OrderBy(c => c.Lease.ShardId).ThenBy(c => c.Lease.Attempt).ThenBy(c => c.Chunk)];
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>Written beside, forced to disk, then renamed, so that nothing half-written ever stands under a chunk's name.</summary>
    private void Write(DispatchProtocol.ReportChunk chunk)
    {
        var beside = BesideOf(chunk.Lease, chunk.Chunk);
        using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(file, chunk, ProtocolJson.Options);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, PathOf(chunk.Lease, chunk.Chunk), overwrite: true);
    }

    /// <summary>Null where the file holds no chunk.</summary>
    private static DispatchProtocol.ReportChunk? Read(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var chunk = JsonSerializer.Deserialize<DispatchProtocol.ReportChunk>(stream, ProtocolJson.Options);
            return chunk is { Lease: not null, Results: not null } ? chunk : null;
        }
        catch (Exception problem) when (problem is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A file that stays is sent once more after the next start and answered as recorded or lost: no harm, so only told.</summary>
    private void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            _warn($"{path} in the spool cannot be deleted: {problem.Message}");
        }
    }

    private string PathOf(Lease lease, int chunk) =>
        Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{lease.RunId}-{lease.ShardId}-{lease.Attempt}-{chunk}.json"));

    private string BesideOf(Lease lease, int chunk) => PathOf(lease, chunk) + ".part";
}

/// <summary>The spool cannot be used; the message is one line for a person.</summary>
public sealed class SpoolProblemException(string message, Exception inner) : Exception(message, inner);
