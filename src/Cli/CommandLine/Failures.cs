using AttnSweep.Clustering;
using AttnSweep.Clustering.Security;
using AttnSweep.Coordinator.Schedules;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Own;
using AttnSweep.Storage.Connections;
using AttnSweep.Worker.Reports;
using Npgsql;

namespace AttnSweep.Cli.CommandLine;

/// <summary>The one place where exceptions become a line and an exit code. Pure.</summary>
internal static class Failures
{
    public static Failure Explain(Exception problem) => problem switch
    {
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        OperationCanceledException => new Failure(ExitCodes.Interrupted, "interrupted"),
        AskedWronglyException or CertificateProblemException or ConnectionStringProblemException or DeviceNotFoundException or SpoolProblemException
            or ScheduleProblemException or OwnKernelProblemException => new Failure(ExitCodes.AskedWrongly, problem.Message),
        SystemFailedException or DatabaseProblemException or NodeProblemException => new Failure(ExitCodes.SystemFailed, problem.Message),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } full =>
            new Failure(ExitCodes.SystemFailed, $"the database's disk is full: {full.MessageText}"),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.ReadOnlySqlTransaction } refused =>
            new Failure(ExitCodes.AskedWrongly, $"the database refuses this: {refused.MessageText}"),
        PostgresException other => new Failure(ExitCodes.SystemFailed, $"the database reports {other.SqlState}: {other.MessageText}"),
        NpgsqlException broken => new Failure(ExitCodes.SystemFailed, $"the connection to the database broke: {broken.Message}"),
        UnauthorizedAccessException or IOException => new Failure(ExitCodes.SystemFailed, problem.Message),
        _ => new Failure(ExitCodes.SystemFailed, $"{problem.GetType().Name}: {FirstLine(problem.Message)} (ATTNSWEEP_LOG=debug shows where)", Unknown: true),
    };

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();
}

/// <param name="Unknown">Nobody foresaw it: worth a stack trace when one asks for it.</param>
internal sealed record Failure(int ExitCode, string Line, bool Unknown = false);
