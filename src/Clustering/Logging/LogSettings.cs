using Akka.Event;

namespace AttnSweep.Clustering.Logging;

/// <summary>How much a node says on standard error: warnings, unless the environment asks for more.</summary>
public static class LogSettings
{
    public const string Variable = "ATTNSWEEP_LOG";

    public static LogLevel Level => Parse(Environment.GetEnvironmentVariable(Variable));

    internal static LogLevel Parse(string? level) => level?.ToUpperInvariant() switch
    {
        "DEBUG" => LogLevel.DebugLevel,
        "INFO" => LogLevel.InfoLevel,
        "ERROR" => LogLevel.ErrorLevel,
        _ => LogLevel.WarningLevel,
    };
}
