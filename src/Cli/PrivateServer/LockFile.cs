namespace AttnSweep.Cli.PrivateServer;

/// <summary>A lock (flock) that ends with its process, however it ends.</summary>
internal sealed class LockFile : IDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);
    private readonly FileStream _file;

    private LockFile(FileStream file) => _file = file;

    public static LockFile? TryExclusive(string path) => Try(path, FileAccess.ReadWrite, FileShare.None);

    /// <summary>Waits until no one holds it exclusively.</summary>
    public static Task<LockFile> SharedAsync(string path, TimeProvider time, CancellationToken cancellation)
    {
        // A shared flock is taken only by a stream that reads and lets others read, so the file must exist.
        Try(path, FileAccess.ReadWrite, FileShare.ReadWrite)?.Dispose();
        return WaitAsync(() => Try(path, FileAccess.Read, FileShare.Read), time, cancellation);
    }

    public static Task<LockFile> ExclusiveAsync(string path, TimeProvider time, CancellationToken cancellation) =>
        WaitAsync(() => TryExclusive(path), time, cancellation);

    public void Dispose() => _file.Dispose();

    private static async Task<LockFile> WaitAsync(Func<LockFile?> attempt, TimeProvider time, CancellationToken cancellation)
    {
        while (true)
        {
            if (attempt() is { } held)
            {
                return held;
            }

            await Task.Delay(LookAgain, time, cancellation);
        }
    }

    private static LockFile? Try(string path, FileAccess access, FileShare share)
    {
        try
        {
            return new LockFile(new FileStream(path, access == FileAccess.Read ? FileMode.Open : FileMode.OpenOrCreate, access, share));
        }
        catch (IOException busy) when (busy is not (DirectoryNotFoundException or FileNotFoundException) && !IsDiskFull(busy))
        {
            return null;
        }
    }

    // ENOSPC, as .NET reports it on Unix.
    private static bool IsDiskFull(IOException problem) => problem.HResult == 28;
}
