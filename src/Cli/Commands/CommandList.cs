using System.CommandLine;
using AttnSweep.Cli.CommandLine;

namespace AttnSweep.Cli.Commands;

/// <summary>Every command, in the order that help shows them.</summary>
internal static class CommandList
{
    public static IReadOnlyList<Command> All(Surroundings around) =>
    [
        RunCommand.Create(around),
        PlanCommand.Create(around),
        SubmitCommand.Create(around),
        StatusCommand.Create(around),
        .. RunStateCommands.Create(around),
        RetryCommand.Create(around),
        PriorityCommand.Create(around),
        WhyCommand.Create(around),
        .. DrainCommands.Create(around),
        ResultsCommand.Create(around, "results"),
        ResultsCommand.Create(around, "report"),
        SqlCommand.Create(around),
        CompareCommand.Create(around),
        ScheduleCommand.Create(around),
        KernelsCommand.Create(around),
        DevicesCommand.Create(around),
        WorkersCommand.Create(around),
        CoordinatorCommand.Create(around),
        WorkerCommand.Create(around),
        RunnerCommand.Create(around),
        CertsCommand.Create(around),
        MigrateCommand.Create(around),
        DbCommand.Create(around),
        BenchCommand.Create(around),
        SelfTestCommand.Create(around),
        SimulateCommand.Create(around),
        DoctorCommand.Create(around),
        VersionCommand.Create(around),
    ];
}
