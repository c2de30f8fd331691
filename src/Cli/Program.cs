using System.CommandLine;
using AttnSweep.Cli.Commands;
using AttnSweep.Cli.Problems;

var root = new RootCommand("AttnSweep: sweeps of sparse and dense attention kernels over many machines, answered in PostgreSQL.")
{
    RunCommand.Create(),
    PlanCommand.Create(),
    SubmitCommand.Create(),
    StatusCommand.Create(),
    RunStateCommands.Pause(),
    RunStateCommands.Resume(),
    RunStateCommands.Cancel(),
    ResultsCommand.Create(),
    CompareCommand.Create(),
    SqlCommand.Create(),
    ScheduleCommands.Create(),
    KernelsCommand.Create(),
    DevicesCommand.Create(),
    WorkersCommand.Create(),
    CoordinatorCommand.Create(),
    WorkerCommand.Create(),
    RunnerCommand.Create(),
    MigrateCommand.Create(),
    DatabaseCommands.Create(),
    BenchCommands.Create(),
    DoctorCommand.Create(),
    VersionCommand.Create(),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        await Console.Error.WriteLineAsync($"attnsweep: {error.Message}");
    }

    await Console.Error.WriteLineAsync($"attnsweep: see `attnsweep {string.Join(' ', CommandNames(parsed.CommandResult).Append("--help"))}`");
    return ExitCodes.AskedWrongly;
}

try
{
    // Signals are each command's own matter: `run` pauses, a worker drains, a runner must outlive its terminal's Ctrl-C.
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception problem)
{
    return ProblemReport.Write(problem, Console.Error);
}

static IEnumerable<string> CommandNames(System.CommandLine.Parsing.CommandResult command)
{
    var names = new Stack<string>();
    for (var at = command; at?.Parent is not null; at = at.Parent as System.CommandLine.Parsing.CommandResult)
    {
        names.Push(at.Command.Name);
    }

    return names;
}
