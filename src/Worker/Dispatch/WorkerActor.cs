using System.Globalization;
using Akka.Actor;
using Akka.Event;
using AttnSweep.Clustering.Wire;
using AttnSweep.Protocol;
using AttnSweep.Worker.Reports;
using AttnSweep.Worker.Runners;
using static AttnSweep.Protocol.DispatchProtocol;

namespace AttnSweep.Worker.Dispatch;

/// <summary>
/// Speaks for this machine: introduces it, asks for shards for idle devices, renews leases, reports. It only connects: what a device is about
/// is an <see cref="OwnedDevice"/>'s business, what must still be said the <see cref="Reporter"/>'s.
/// </summary>
internal sealed class WorkerActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan IntroduceEvery = TimeSpan.FromSeconds(1);

    /// <summary>Of one renewal; receivers refuse larger ones.</summary>
    private const int LeasesAtOnce = 512;

    private readonly WorkerParts _parts;
    private readonly IActorRef _coordinator;
    private readonly Reporter _reporter;
    private readonly string _incarnation = Guid.NewGuid().ToString("N");
    private readonly Dictionary<string, OwnedDevice> _devices;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private Welcomed? _welcome;
    private long _epoch;
    private DateTimeOffset _introducedAt;
    private DateTimeOffset _renewedAt;
    private (IActorRef Asker, DateTimeOffset FinishUntil)? _drain;
    private bool _speaksSoon;

    public WorkerActor(WorkerParts parts, IActorRef coordinator, Spool spool)
    {
        _parts = parts;
        _coordinator = coordinator;
        _reporter = new Reporter(parts.Options.Name, _incarnation, spool);
        var self = Self;
        _devices = parts.Devices.ToDictionary(d => d.Id, d => new OwnedDevice(d.Id, parts.MakeRunner(d, said => self.Tell(said))));
        Receive<Tick>(_ => OnBeat(parts.Now));
        Receive<RunnerSaid>(said => Hear(said, parts.Now));
        Receive<RunnerDied>(died => Bury(died, parts.Now));
        Receive<Drain>(_ => BeginDrain(parts.Now));
        Receive<SpeakNow>(_ => Speak(parts.Now));
        Receive<Bundle>(bundle => bundle.Open(Self, Sender));
        Receive<IEvent>(happened => IsOld(happened), _ => { });
        Receive<Welcomed>(OnWelcomed);
        Receive<TurnedAway>(turned => parts.TurnedAway(turned.Reason));
        Receive<IntroductionNeeded>(_ => IntroduceAgain(parts.Now));
        Receive<ShardGranted>(granted => Take(granted, parts.Now));
        Receive<NothingToDo>(nothing => _devices.GetValueOrDefault(nothing.DeviceId)?.Rest(parts.Now + nothing.AskAgainAfter));
        Receive<ChunkRecorded>(recorded =>
        {
            _reporter.Recorded(recorded);
            SpeakSoon();
        });
        Receive<ReturnRecorded>(recorded => _reporter.Recorded(recorded));
        Receive<LeaseLost>(lost => Lose(lost, parts.Now));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private void OnWelcomed(Welcomed welcome)
    {
        if (welcome.Epoch != _welcome?.Epoch)
        {
            _parts.Say(FormattableString.Invariant($"worker {_parts.Options.Name} is at the service of the coordinator of epoch {welcome.Epoch}"));
        }

        _welcome = welcome;
    }

    private IEnumerable<(OwnedDevice Device, DeviceSlot.Working Working)> AtWork =>
        [.. _devices.Values.Where(d => d.Working is not null).Select(d => (d, d.Working!))];

    protected override void PreStart()
    {
        foreach (var chunk in _reporter.Recover())
        {
            _log.Info("chunk {0} of shard {1}, attempt {2}, was left in the spool and is sent again", chunk.Chunk, chunk.Lease.ShardId, chunk.Lease.Attempt);
        }

        Timers.StartPeriodicTimer("beat", new Tick(), TimeSpan.Zero, Beat);
    }

    protected override void PostStop()
    {
        _devices.Values.ToList().ForEach(device => device.Kill());
    }

    /// <summary>Events of an older coordinator than the newest heard of are void; a newer one is told who we are.</summary>
    private bool IsOld(IEvent happened)
    {
        if (happened.Epoch > _epoch)
        {
            _epoch = happened.Epoch;
            _reporter.SayAnew();
        }

        return happened.Epoch < _epoch;
    }

    private void OnBeat(DateTimeOffset now)
    {
        foreach (var (device, working) in AtWork)
        {
            if (now > working.StageUntil)
            {
                var at = working.CellId is { } cell ? string.Create(CultureInfo.InvariantCulture, $"cell {cell}") : "the shard's input";
                GiveBack(device, working, AttemptEnding.TimedOut, $"no sign of the next stage within the deadline; the runner was at {at}", now);
            }
            else if (working.Found.AreDue(now))
            {
                device.Found(working, _reporter.Report(device.Id, working, final: false, now));
            }
        }

        _reporter.KeepWhatWaits(now);

        if (_welcome is null)
        {
            IntroduceAgain(now);
        }

        Speak(now);
        if (_drain is { } drain)
        {
            GoOnDraining(drain.Asker, drain.FinishUntil, now);
        }
    }

    /// <summary>After what is in the mailbox already: what several devices have to say travels together.</summary>
    private void SpeakSoon()
    {
        if (!_speaksSoon)
        {
            _speaksSoon = true;
            Self.Tell(new SpeakNow());
        }
    }

    /// <summary>Says what is due, to a coordinator that has welcomed us.</summary>
    private void Speak(DateTimeOffset now)
    {
        _speaksSoon = false;
        if (_welcome is not { } welcome)
        {
            return;
        }

        var commands = new List<object>(_reporter.Due(now));
        if (now - _renewedAt >= welcome.RenewEvery)
        {
            _renewedAt = now;
            commands.AddRange(Renewals());
        }

        foreach (var device in _devices.Values.Where(d => _drain is null && _reporter.HasRoom && d.WantsToAsk(now)))
        {
            device.Ask(now);
            commands.Add(new RequestShard(_parts.Options.Name, _incarnation, device.Id));
        }

        _coordinator.TellAll(commands, Self);
    }

    /// <summary>A new coordinator answers everything that was under way with the wish for an introduction; one of them is enough.</summary>
    private void IntroduceAgain(DateTimeOffset now)
    {
        if (_welcome is null && now - _introducedAt < IntroduceEvery)
        {
            return;
        }

        _welcome = null;
        _introducedAt = now;
        var holding = Held.Select(h => h.Lease).Concat(_reporter.Leases).Distinct();
        _coordinator.Tell(new Introduce(_parts.Options.Name, _incarnation, DispatchProtocol.Version, _parts.Node, _parts.Devices, [.. holding]));
        foreach (var device in _devices.Values)
        {
            device.Rest(now);
        }
    }

    /// <summary>Shards being measured, and those ahead.</summary>
    private IEnumerable<LeaseProgress> Held =>
        AtWork.Select(w => new LeaseProgress(w.Working.Work.Lease, w.Device.Id, w.Working.CellId, w.Working.Share))
            .Concat(_devices.Values.Where(d => d.Next is not null).Select(d => new LeaseProgress(d.Next!.Lease, d.Id, null, 0)));

    /// <summary>Of what is held, and of what waits to be reported: all must outlast their lease.</summary>
    private IEnumerable<RenewLeases> Renewals() => Held.Concat(_reporter.Waiting).DistinctBy(p => p.Lease)
        .Chunk(LeasesAtOnce).Select(leases => new RenewLeases(_parts.Options.Name, _incarnation, leases));

    private void Take(ShardGranted granted, DateTimeOffset now)
    {
        var lease = granted.Work.Lease;
        var device = _devices.GetValueOrDefault(granted.DeviceId);
        if (device?.Working?.Work.Lease == lease || device?.Next?.Lease == lease)
        {
            return;
        }

        if (_drain is null && device is { HasRoom: true })
        {
            device.Take(granted.Work, now);
        }
        else
        {
            // An answer that came too late, or twice: somebody else can have the shard at once.
            _reporter.Refuse(granted.DeviceId, lease, AttemptEnding.Returned, null, "the device is busy or the worker is ending");
        }

        SpeakSoon();
    }

    private void Hear(RunnerSaid said, DateTimeOffset now)
    {
        var device = _devices[said.DeviceId];
        if (device.WorkOf(said.Generation) is not { } working)
        {
            return;
        }

        switch (said.Happened)
        {
            case RunnerProtocol.CellStarted stage:
                device.BeginStage(working, stage, now);
                break;
            case RunnerProtocol.SparsityMeasured measured:
                device.Found(working, working.Found.Add(measured.Result));
                break;
            case RunnerProtocol.CellFinished finished:
                device.Found(working, working.Found.Add(finished.Result, now));
                break;
            case RunnerProtocol.ShardFinished done when done.ShardId == working.Work.Lease.ShardId && done.Attempt == working.Work.Lease.Attempt:
                device.Finish(now);
                _reporter.Report(device.Id, working, final: true, now);
                SpeakSoon();
                break;
            case RunnerProtocol.WorkRefused refused:
                GiveBack(device, working, AttemptEnding.Crashed, refused.Reason, now);
                break;
        }
    }

    private void Bury(RunnerDied died, DateTimeOffset now)
    {
        if (_devices[died.DeviceId].WorkOf(died.Generation) is { } working)
        {
            _log.Warning("device {0}: {1}", died.DeviceId, died.Story);
            GiveBack(_devices[died.DeviceId], working, died.WasInterrupted ? AttemptEnding.Returned : AttemptEnding.Crashed, died.Story, now);
        }
    }

    /// <summary>Ends what a device measures; cells that have their result keep it.</summary>
    private void GiveBack(OwnedDevice device, DeviceSlot.Working working, AttemptEnding ending, string story, DateTimeOffset now)
    {
        var words = device.Abandon(now);
        _reporter.GiveBack(device.Id, working, ending, ending == AttemptEnding.TimedOut ? RunnerStream.WithLastWords(story, words) : story, now);
        GiveBackNext(device, "the device rests after the shard before it");
    }

    private void GiveBackNext(OwnedDevice device, string story)
    {
        if (device.DropNext() is { } next)
        {
            _reporter.Refuse(device.Id, next.Lease, AttemptEnding.Returned, null, story);
        }
    }

    private void Lose(LeaseLost lost, DateTimeOffset now)
    {
        _reporter.Drop(lost.Lease);
        foreach (var device in _devices.Values.Where(d => d.Next is { } next && Outbox.Same(next.Lease, lost.Lease)))
        {
            device.DropNext();
        }

        foreach (var (device, _) in AtWork.Where(w => Outbox.Same(w.Working.Work.Lease, lost.Lease)))
        {
            _log.Info("shard {0}, attempt {1}, is dropped: {2}", lost.Lease.ShardId, lost.Lease.Attempt, lost.Reason);
            device.Drop(now);
        }
    }

    private void BeginDrain(DateTimeOffset now)
    {
        _drain = (Sender, now + _parts.DrainGrace);
        foreach (var device in _devices.Values)
        {
            GiveBackNext(device, "the worker is ending");
        }

        foreach (var (device, working) in AtWork.Where(w => !w.Working.MayFinish(now, _parts.DrainGrace)))
        {
            GiveBack(device, working, AttemptEnding.Returned, "the worker is ending", now);
        }
    }

    private void GoOnDraining(IActorRef asker, DateTimeOffset finishUntil, DateTimeOffset now)
    {
        foreach (var (device, working) in AtWork.Where(_ => now > finishUntil))
        {
            GiveBack(device, working, AttemptEnding.Returned, "the worker is ending and the grace for finishing is over", now);
        }

        if (AtWork.Any() || (!_reporter.IsDone && now <= finishUntil + DrainRule.Acknowledging))
        {
            return;
        }

        _coordinator.Tell(new Farewell(_parts.Options.Name, _incarnation));
        asker.Tell(new Drained());
        Timers.CancelAll();
        // A grant that is still on its way starts nothing: the farewell gives it back.
        Become(() => ReceiveAny(_ => { }));
    }

    private sealed record Tick;

    private sealed record SpeakNow;
}
