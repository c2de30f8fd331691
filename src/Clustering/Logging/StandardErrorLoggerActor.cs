using System.Globalization;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;

namespace AttnSweep.Clustering.Logging;

/// <summary>Writes what the node logs to standard error, a line each: standard output belongs to the program's answers.</summary>
internal sealed class StandardErrorLoggerActor : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    public StandardErrorLoggerActor()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(Write);
    }

    private LogGate _gate = LogGate.Empty;

    private void Write(LogEvent logged)
    {
        if (LogSettings.Level == LogLevel.DebugLevel)
        {
            Console.Error.WriteLine(Line(logged, $"{logged.Message}{Cause(logged.Cause)}"));
            return;
        }

        (var line, _gate) = _gate.Pass(logged.LogSource, $"{logged.Message}{Cause(logged.Cause)}", new DateTimeOffset(logged.Timestamp, TimeSpan.Zero));
        if (line is not null)
        {
            Console.Error.WriteLine(Line(logged, line));
        }
    }

    /// <summary>Time, level, who, what; a stack trace only for those who debug.</summary>
    private static string Line(LogEvent logged, string message) => string.Create(
        CultureInfo.InvariantCulture,
        $"{logged.Timestamp:yyyy-MM-ddTHH:mm:ss.fffZ} {Name(logged.LogLevel())} {logged.LogSource}: {message}");

    private static string Cause(Exception? cause) => cause switch
    {
        null => "",
        _ when LogSettings.Level == LogLevel.DebugLevel => $"\n{cause}",
        _ => $" ({cause.GetType().Name}: {cause.Message})",
    };

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.DebugLevel => "debug",
        LogLevel.InfoLevel => "info",
        LogLevel.WarningLevel => "warning",
        _ => "error",
    };
}
