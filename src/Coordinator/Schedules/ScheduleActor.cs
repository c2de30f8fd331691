using Akka.Actor;
using Akka.Event;
using AttnSweep.Storage.Runs;
using AttnSweep.Storage.Schedules;
using AttnSweep.SweepFiles;

namespace AttnSweep.Coordinator.Schedules;

/// <summary>
/// Submits what schedules ask for. One run per (schedule, fire time) is the store's constraint, so a second coordinator, or one that
/// died between submitting and noting it, does no harm.
/// </summary>
internal sealed class ScheduleActor : ReceiveActor, IWithTimers
{
    private readonly CoordinatorParts _parts;
    private readonly CancellationTokenSource _ended = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly HashSet<(long Schedule, string Problem)> _told = [];

    public ScheduleActor(CoordinatorParts parts)
    {
        _parts = parts;
        Receive<Look>(_ => FireDueAsync().PipeTo(Self, Self, success: said => said, failure: problem => new Looked([problem.Message], [])));
        Receive<Looked>(Say);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Self.Tell(new Look());

    protected override void PostStop()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    private void Say(Looked looked)
    {
        foreach (var line in looked.Fired)
        {
            _log.Info(line);
        }

        foreach (var line in looked.Problems.Where(line => _told.Add((0, line))))
        {
            _log.Warning("schedules: {0}", line);
        }

        Timers.StartSingleTimer("look", new Look(), _parts.Timings.SchedulesEvery);
    }

    private async Task<Looked> FireDueAsync()
    {
        var now = await _parts.Schedules.NowAsync(_ended.Token);
        var fired = new List<string>();
        var problems = new List<string>();
        foreach (var schedule in await _parts.Schedules.ListAsync(_ended.Token))
        {
            try
            {
                var due = DueFires.Find(schedule.Cron, schedule.Zone, schedule.FiredUpTo, now, schedule.CatchUp);
                if (due.Fire is { } fire)
                {
                    fired.Add(await FireAsync(schedule, fire, due.Skipped));
                }
            }
            catch (ScheduleProblemException problem)
            {
                problems.Add($"{schedule.Name}: {problem.Message}");
            }
        }

        return new Looked(problems, fired);
    }

    private async Task<string> FireAsync(ScheduleRecord schedule, DateTimeOffset fire, int skipped)
    {
        var reading = SweepFile.Read(schedule.SweepText, schedule.FileName);
        if (reading.Plan is not { } plan)
        {
            throw new ScheduleProblemException($"its sweep cannot be read: {reading.Mistakes[0]}", new FormatException(reading.Mistakes[0].ToString()));
        }

        var request = new RunRequest(schedule.FileName, schedule.SweepText, _parts.CodeVersion, ScheduleId: schedule.ScheduleId, FireTime: fire);
        var run = await _parts.Runs.SubmitAsync(plan, request, _ended.Token);
        await _parts.Schedules.AdvanceAsync(schedule.ScheduleId, fire, _ended.Token);
        return $"schedule {schedule.Name}: run {run} for {fire:u}{(skipped > 0 ? $", standing for {skipped} missed before it" : "")}";
    }

    private sealed record Look;

    private sealed record Looked(IReadOnlyList<string> Problems, IReadOnlyList<string> Fired);
}
