namespace AttnSweep.Cli.PrivateServer;

/// <summary>Why initdb or the server failed, in one line, from what they wrote. Pure.</summary>
internal static class ServerMessages
{
    // A short write is how the kernel reports the last block that still fitted in part.
    private static readonly string[] DiskFull = ["No space left on device", "could not extend file", "Check free disk space"];

    public static string Explain(string action, string folder, string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (DiskFull.Any(sign => text.Contains(sign, StringComparison.Ordinal)))
        {
            return $"{action} failed: the disk that holds {folder} is full; free some space or choose another folder with {ServerHome.Variable}";
        }

        var telling = lines.LastOrDefault(l => l.Contains("FATAL:", StringComparison.Ordinal) || l.Contains("error:", StringComparison.Ordinal))
            ?? lines.LastOrDefault() ?? "no reason was given";
        return $"{action} failed in {folder}: {telling}";
    }

    public static bool IsPortTaken(string text) => text.Contains("Address already in use", StringComparison.Ordinal)
        || text.Contains("could not create any TCP/IP sockets", StringComparison.Ordinal);

    /// <summary>The backends of a killed server end by themselves within moments.</summary>
    public static bool IsOldServerEnding(string text) => text.Contains("pre-existing shared memory block", StringComparison.Ordinal)
        || text.Contains("lock file \"postmaster.pid\" already exists", StringComparison.Ordinal);
}
