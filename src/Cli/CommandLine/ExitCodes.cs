namespace AttnSweep.Cli.CommandLine;

/// <summary>What the exit code of every command means.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The command worked and its answer is bad news: cells that are not ok, a slower kernel.</summary>
    public const int BadNews = 1;

    public const int AskedWrongly = 2;
    public const int SystemFailed = 3;

    /// <summary>128 + SIGINT, as shells expect.</summary>
    public const int Interrupted = 130;
}

/// <summary>The user asked for something that cannot be; the message is one line that says what would be right.</summary>
internal sealed class AskedWronglyException(string message) : Exception(message);

/// <summary>Something outside this program does not work; the message is one line for a person.</summary>
internal sealed class SystemFailedException(string message, Exception? inner = null) : Exception(message, inner);
