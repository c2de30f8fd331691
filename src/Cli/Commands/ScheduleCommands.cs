using System.CommandLine;
using System.Globalization;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.Launching;
using AttnSweep.Cli.Problems;
using AttnSweep.Coordinator.Schedules;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;
using AttnSweep.Storage.Schedules;
using AttnSweep.SweepFiles;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>Schedules live in the store; coordinators fire them.</summary>
internal static class ScheduleCommands
{
    public static Command Create() => new("schedule", "Sweeps that run by themselves: add, list, run-now, remove.") { Add(), List(), RunNow(), Remove() };

    private static Argument<string> Name() => new("NAME") { Description = "Name of the schedule" };

    private static Command Add()
    {
        var (name, file, database) = (Name(), CommonOptions.SweepFile(), CommonOptions.Database());
        var cron = new Option<string>("--cron") { Description = "Minute hour day month weekday", Required = true };
        var zone = new Option<string>("--zone") { Description = "IANA time zone", DefaultValueFactory = _ => "Etc/UTC" };
        var catchUp = new Option<TimeSpan>("--catch-up") { Description = "A fire time missed by less than this is made up for, once", DefaultValueFactory = _ => TimeSpan.FromHours(6) };
        var command = new Command("add", "Adds a schedule, or replaces the one of that name.\nExample: attnsweep schedule add nightly sweeps/night.yaml --cron \"30 1 * * *\" --zone Europe/Berlin")
        {
            name, file, cron, zone, catchUp, database,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(file);
            var (text, plan) = await SweepReadings.ReadAsync(path, cancellation);
            if (parsed.GetValue(catchUp) < TimeSpan.Zero)
            {
                throw new UserProblemException("--catch-up is a duration, for example 06:00:00");
            }

            await using var lease = await CommonOptions.AcquireCurrentAsync(parsed.GetValue(database), cancellation);
            await using var store = new Database(lease.ConnectionString, DatabaseRole.App);
            var schedules = new ScheduleStore(store);
            var next = DueFires.Next(parsed.GetRequiredValue(cron), parsed.GetRequiredValue(zone), await schedules.NowAsync(cancellation))
                ?? throw new UserProblemException($"'{parsed.GetRequiredValue(cron)}' never comes");
            await schedules.PutAsync(
                new ScheduleRequest(parsed.GetRequiredValue(name), parsed.GetRequiredValue(cron), parsed.GetRequiredValue(zone), path.ToString(), text, parsed.GetValue(catchUp)),
                cancellation);
            Console.WriteLine($"schedule {parsed.GetRequiredValue(name)}: {plan.Cells.Count} cells, next at {next.ToString("u", CultureInfo.InvariantCulture)}, while a coordinator is up");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command List()
    {
        var database = CommonOptions.Database();
        var command = new Command("list", "Lists the schedules with their next fire times.\nExample: attnsweep schedule list") { database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var lease = await CommonOptions.AcquireCurrentAsync(parsed.GetValue(database), cancellation);
            await using var store = new Database(lease.ConnectionString, DatabaseRole.App);
            var schedules = new ScheduleStore(store);
            var now = await schedules.NowAsync(cancellation);
            var table = Screen.NewTable("schedule", "cron", "zone", "file", "next", "last run");
            foreach (var schedule in await schedules.ListAsync(cancellation))
            {
                table.AddRow(
                    Markup.Escape(schedule.Name), Markup.Escape(schedule.Cron), Markup.Escape(schedule.Zone), Markup.Escape(schedule.FileName),
                    DueFires.Next(schedule.Cron, schedule.Zone, now)?.ToString("u", CultureInfo.InvariantCulture) ?? "never",
                    schedule.LastRunId is { } run ? $"{run} ({schedule.LastRunState})" : "-");
            }

            Screen.Out.Write(table);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command RunNow()
    {
        var (name, database) = (Name(), CommonOptions.Database());
        var command = new Command("run-now", "Queues a run of a schedule's sweep now, beside its fire times.\nExample: attnsweep schedule run-now nightly") { name, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var lease = await CommonOptions.AcquireCurrentAsync(parsed.GetValue(database), cancellation);
            await using var store = new Database(lease.ConnectionString, DatabaseRole.App);
            var schedule = (await new ScheduleStore(store).ListAsync(cancellation)).FirstOrDefault(s => s.Name == parsed.GetRequiredValue(name)) ?? throw Unknown(parsed.GetRequiredValue(name));
            var reading = SweepFile.Read(schedule.SweepText, schedule.FileName);
            var plan = reading.Plan ?? throw new UserProblemException(string.Join(Environment.NewLine, reading.Mistakes));
            var run = await new RunStore(store).SubmitAsync(plan, new RunRequest(schedule.FileName, schedule.SweepText, ThisProgram.Version), cancellation);
            Console.WriteLine($"run {run} ({plan.Name}): {plan.Cells.Count} cells queued");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Remove()
    {
        var (name, database) = (Name(), CommonOptions.Database());
        var command = new Command("remove", "Removes a schedule; its runs stay.\nExample: attnsweep schedule remove nightly") { name, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var lease = await CommonOptions.AcquireCurrentAsync(parsed.GetValue(database), cancellation);
            await using var store = new Database(lease.ConnectionString, DatabaseRole.App);
            if (!await new ScheduleStore(store).RemoveAsync(parsed.GetRequiredValue(name), cancellation))
            {
                throw Unknown(parsed.GetRequiredValue(name));
            }

            Console.WriteLine($"schedule {parsed.GetRequiredValue(name)} is removed");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static UserProblemException Unknown(string name) => new($"there is no schedule '{name}'; `attnsweep schedule list` shows them");
}
