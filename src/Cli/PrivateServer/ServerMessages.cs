namespace AttnSweep.Cli.PrivateServer;

/// <summary>Why initdb or the server failed, in one line, from what they wrote. Pure.</summary>
internal static class ServerMessages
{
    public static string Explain(string action, string folder, string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Any(l => l.Contains("No space left on device", StringComparison.Ordinal)))
        {
            return $"{action} failed: the disk that holds {folder} is full; free some space or choose another folder with {ServerHome.Variable}";
        }

        var telling = lines.LastOrDefault(l => l.Contains("FATAL:", StringComparison.Ordinal) || l.Contains("error:", StringComparison.Ordinal))
            ?? lines.LastOrDefault() ?? "no reason was given";
        return $"{action} failed in {folder}: {telling}";
    }

    public static bool IsPortTaken(string text) => text.Contains("Address already in use", StringComparison.Ordinal)
        || text.Contains("could not create any TCP/IP sockets", StringComparison.Ordinal);
}
