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

    private static void Write(LogEvent logged) => Console.Error.WriteLine(Line(logged));

    /// <summary>Time, level, who, what; a stack trace only for those who debug.</summary>
    private static string Line(LogEvent logged) => string.Create(
        CultureInfo.InvariantCulture,
        $"{logged.Timestamp:yyyy-MM-ddTHH:mm:ss.fffZ} {Name(logged.LogLevel())} {logged.LogSource}: {logged.Message}{Cause(logged.Cause)}");

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
