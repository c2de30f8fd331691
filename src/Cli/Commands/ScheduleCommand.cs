using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Coordinator.Schedules;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;
using AttnSweep.Storage.Schedules;
using AttnSweep.SweepFiles;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>Sweeps that come back by the clock; the coordinator fires them.</summary>
internal static class ScheduleCommand
{
    public static Command Create(Surroundings around) =>
        new ExampledCommand("schedule", "Sweeps that are run by the clock", "attnsweep schedule add nightly sweeps/night.yaml --cron \"30 1 * * *\" --zone Europe/Berlin")
        {
            Add(around), List(around), RunNow(around), Remove(around),
        };

    private static ExampledCommand Add(Surroundings around)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the schedule; one of the same name is replaced" };
        var file = new Argument<string>("FILE") { Description = "Sweep file; its text is kept with the schedule" };
        var cron = new Option<string>("--cron") { Description = "Five fields (minute hour day month weekday), or six with seconds first", Required = true };
        var zone = new Option<string>("--zone") { Description = "IANA time zone", DefaultValueFactory = _ => "UTC" };
        var catchUp = new Option<int>("--catch-up-hours", "--catch-up")
        {
            Description = "A fire time missed by less than this many hours is made up for, once",
            DefaultValueFactory = _ => 12,
            Validators = { v => SharedOptions.Demand<int>(v, hours => hours is >= 0 and <= 8760, "--catch-up-hours is between 0 and 8760") },
        };
        var database = SharedOptions.Database();
        var command = new ExampledCommand("add", "Adds or replaces a schedule", "attnsweep schedule add nightly sweeps/night.yaml --cron \"30 1 * * *\" --zone Europe/Berlin")
        { name, file, cron, zone, catchUp, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (string.IsNullOrWhiteSpace(parsed.GetValue(name)))
            {
                throw new AskedWronglyException("the NAME of a schedule is empty; give it one, for example nightly");
            }

            var source = await SweepSource.ReadAsync(parsed.GetValue(file)!, cancellation);
            // Asked before a database is touched: a mistake in the words costs no server.
            _ = DueFires.Next(parsed.GetValue(cron)!, parsed.GetValue(zone)!, around.Time.GetUtcNow())
                ?? throw new AskedWronglyException($"'{parsed.GetValue(cron)}' never fires");
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.App);
            var schedules = new ScheduleStore(store);
            await schedules.PutAsync(
                new ScheduleRequest(parsed.GetValue(name)!, parsed.GetValue(cron)!, parsed.GetValue(zone)!, source.FileName, source.Text, TimeSpan.FromHours(parsed.GetValue(catchUp))),
                cancellation);
            around.Out.WriteLine($"schedule {parsed.GetValue(name)} is set; next: {Next(parsed.GetValue(cron)!, parsed.GetValue(zone)!, await schedules.NowAsync(cancellation))} (a coordinator must be running)");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampledCommand List(Surroundings around)
    {
        var database = SharedOptions.Database();
        var command = new ExampledCommand("list", "Lists schedules with their last run", "attnsweep schedule list") { database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.Reader);
            var table = new Table().Border(TableBorder.Simple).AddColumns("name", "cron", "zone", "file", "next", "last run");
            var schedules = new ScheduleStore(store);
            var now = await schedules.NowAsync(cancellation);
            var all = await schedules.ListAsync(cancellation);
            if (all.Count == 0)
            {
                around.Out.WriteLine("no schedules yet; `attnsweep schedule add --help` shows how to make one");
                return ExitCodes.Ok;
            }

            foreach (var s in all)
            {
                table.AddRow(
                    new Text(s.Name), new Text(s.Cron), new Text(s.Zone), new Text(s.FileName), new Text(Next(s.Cron, s.Zone, now)),
                    new Text(s.LastRunId is null ? "-" : Units.Text($"{s.LastRunId} {s.LastRunState}")));
            }

            around.Console.Write(table);
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>In UTC, and in the schedule's own zone where that differs.</summary>
    internal static string Next(string cron, string zone, DateTimeOffset now)
    {
        if (DueFires.Next(cron, zone, now) is not { } next)
        {
            return "never";
        }

        var local = TimeZoneInfo.ConvertTime(next, TimeZoneInfo.FindSystemTimeZoneById(zone));
        return local.Offset == TimeSpan.Zero
            ? Units.Text($"{next.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC")
            : Units.Text($"{local:yyyy-MM-dd HH:mm:ss zzz} ({next.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC)");
    }

    private static ExampledCommand RunNow(Surroundings around)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the schedule" };
        var database = SharedOptions.Database();
        var command = new ExampledCommand("run-now", "Submits a schedule's sweep at once", "attnsweep schedule run-now nightly") { name, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.App);
            var schedules = new ScheduleStore(store);
            var schedule = (await schedules.ListAsync(cancellation)).FirstOrDefault(s => s.Name == parsed.GetValue(name))
                ?? throw new AskedWronglyException($"there is no schedule '{parsed.GetValue(name)}'; `attnsweep schedule list` lists them");
            var reading = SweepFile.Read(schedule.SweepText, schedule.FileName);
            var plan = reading.Plan ?? throw new AskedWronglyException(string.Join('\n', reading.Mistakes));
            var now = await schedules.NowAsync(cancellation);
            var id = await new RunStore(store).SubmitAsync(
                plan, new RunRequest(schedule.FileName, schedule.SweepText, Surroundings.CodeVersion, 0, schedule.ScheduleId, now), cancellation);
            around.Out.WriteLine($"run {id}: {plan.Cells.Count} cells queued");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampledCommand Remove(Surroundings around)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the schedule" };
        var database = SharedOptions.Database();
        var command = new ExampledCommand("remove", "Removes a schedule; its runs stay", "attnsweep schedule remove nightly") { name, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.App);
            if (!await new ScheduleStore(store).RemoveAsync(parsed.GetValue(name)!, cancellation))
            {
                throw new AskedWronglyException($"there is no schedule '{parsed.GetValue(name)}'; `attnsweep schedule list` lists them");
            }

            around.Out.WriteLine($"schedule {parsed.GetValue(name)} is removed");
            return ExitCodes.Ok;
        });
        return command;
    }
}
