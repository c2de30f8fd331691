using Akka.Actor;
using Akka.Event;
using AttnSweep.Protocol;
using AttnSweep.Worker.Reports;
using AttnSweep.Worker.Runners;
using static AttnSweep.Protocol.DispatchProtocol;

namespace AttnSweep.Worker.Dispatch;

/// <summary>
/// Speaks for this machine: introduces it, asks for shards for idle devices, renews leases, reports. It only connects: what a device is about
/// is a <see cref="DeviceSlot"/>, what must still be said is the <see cref="Outbox"/>.
/// </summary>
internal sealed class WorkerActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan IntroduceEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    private readonly WorkerParts _parts;
    private readonly IActorRef _coordinator;
    private readonly Spool _spool;
    private readonly string _incarnation = Guid.NewGuid().ToString("N");
    private readonly Dictionary<string, RunnerChild> _runners;
    private readonly Dictionary<string, DeviceSlot> _slots;
    private readonly Dictionary<string, DeathPause> _pauses;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private Outbox _outbox = Outbox.Empty;
    private Welcomed? _welcome;
    private long _epoch;
    private DateTimeOffset _introducedAt;
    private DateTimeOffset _renewedAt;
    private (IActorRef Asker, DateTimeOffset Until)? _drain;

    public WorkerActor(WorkerParts parts, IActorRef coordinator, Spool spool)
    {
        _parts = parts;
        _coordinator = coordinator;
        _spool = spool;
        var self = Self;
        _runners = parts.Devices.ToDictionary(d => d.Id, d => new RunnerChild(d.Id, parts.Options.RunnerCommand, parts.Options.Threads, parts.Clock, said => self.Tell(said)));
        _slots = parts.Devices.ToDictionary(d => d.Id, _ => (DeviceSlot)new DeviceSlot.Idle(DateTimeOffset.MinValue));
        _pauses = parts.Devices.ToDictionary(d => d.Id, _ => DeathPause.None);
        Receive<Tick>(_ => OnBeat(parts.Now));
        Receive<RunnerSaid>(said => Hear(said, parts.Now));
        Receive<RunnerDied>(died => Bury(died, parts.Now));
        Receive<Drain>(_ => BeginDrain(parts.Now));
        Receive<IEvent>(happened => IsOld(happened), _ => { });
        Receive<Welcomed>(welcome => _welcome = welcome);
        Receive<TurnedAway>(turned => parts.TurnedAway(turned.Reason));
        Receive<IntroductionNeeded>(_ => IntroduceAgain(parts.Now));
        Receive<ShardGranted>(granted => Take(granted, parts.Now));
        Receive<NothingToDo>(nothing => Rest(nothing, parts.Now));
        Receive<ChunkRecorded>(recorded => Forget(recorded));
        Receive<ReturnRecorded>(recorded => _outbox = _outbox.ReturnRecorded(recorded.Lease));
        Receive<LeaseLost>(lost => Lose(lost, parts.Now));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        foreach (var chunk in _spool.Left())
        {
            _log.Info("chunk {0} of shard {1}, attempt {2}, was left in the spool and is sent again", chunk.Chunk, chunk.Lease.ShardId, chunk.Lease.Attempt);
            _outbox = _outbox.Put(chunk with { Worker = _parts.Options.Name, Incarnation = _incarnation });
        }

        Timers.StartPeriodicTimer("beat", new Tick(), TimeSpan.Zero, Beat);
    }

    protected override void PostStop()
    {
        foreach (var runner in _runners.Values)
        {
            runner.Kill();
        }
    }

    /// <summary>Events of an older coordinator than the newest heard of are void; a newer one is told who we are.</summary>
    private bool IsOld(IEvent happened)
    {
        if (happened.Epoch > _epoch)
        {
            _epoch = happened.Epoch;
            _outbox = _outbox.Anew();
        }

        return happened.Epoch < _epoch;
    }

    private void OnBeat(DateTimeOffset now)
    {
        if (_welcome is null)
        {
            IntroduceAgain(now);
        }
        else
        {
            Speak(now, _welcome);
        }

        foreach (var (id, slot) in _slots.ToList())
        {
            if (slot is DeviceSlot.Working working && now > working.StageUntil)
            {
                GiveBack(id, working, AttemptEnding.TimedOut, $"no sign of the next stage within the deadline; the runner was at {working.CellId?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "the shard's input"}", now);
            }
        }

        if (_drain is { } drain && (_outbox.IsEmpty || now > drain.Until))
        {
            _coordinator.Tell(new Farewell(_parts.Options.Name, _incarnation));
            drain.Asker.Tell(new Drained());
            Timers.CancelAll();
            // A grant that is still on its way starts nothing: the farewell gives it back.
            Become(() => ReceiveAny(_ => { }));
        }
    }

    private void Speak(DateTimeOffset now, Welcomed welcome)
    {
        (var due, _outbox) = _outbox.Due(now);
        foreach (var command in due)
        {
            _coordinator.Tell(command);
        }

        if (now - _renewedAt >= welcome.RenewEvery)
        {
            Renew(now);
        }

        foreach (var (id, slot) in _slots.ToList())
        {
            if (_drain is null && slot.WantsToAsk(now))
            {
                _slots[id] = new DeviceSlot.Asking(now);
                _coordinator.Tell(new RequestShard(_parts.Options.Name, _incarnation, id));
            }
        }
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
        var working = _slots.Values.OfType<DeviceSlot.Working>().Select(w => w.Work.Lease);
        _coordinator.Tell(new Introduce(_parts.Options.Name, _incarnation, DispatchProtocol.Version, _parts.Node, _parts.Devices, [.. working.Concat(_outbox.Leases).Distinct()]));
        foreach (var (id, slot) in _slots.ToList())
        {
            if (slot is DeviceSlot.Asking)
            {
                _slots[id] = new DeviceSlot.Idle(now);
            }
        }
    }

    /// <summary>Of shards being measured, and of those whose report waits: both must outlast their lease.</summary>
    private void Renew(DateTimeOffset now)
    {
        _renewedAt = now;
        var working = _slots.Select(s => (s.Key, Slot: s.Value as DeviceSlot.Working)).Where(s => s.Slot is not null)
            .Select(s => new LeaseProgress(s.Slot!.Work.Lease, s.Key, s.Slot.CellId, s.Slot.Share));
        var waiting = _outbox.Letters.Select(l => l.Command).OfType<ReportChunk>().Select(c => new LeaseProgress(c.Lease, c.DeviceId, null, 1)).DistinctBy(p => p.Lease);
        var leases = working.Concat(waiting).ToList();
        if (leases.Count > 0)
        {
            _coordinator.Tell(new RenewLeases(_parts.Options.Name, _incarnation, leases));
        }
    }

    private void Take(ShardGranted granted, DateTimeOffset now)
    {
        var lease = granted.Work.Lease;
        var slot = _slots.GetValueOrDefault(granted.DeviceId);
        if (_drain is not null || slot is null or DeviceSlot.Working)
        {
            // An answer that came too late, or twice: somebody else can have the shard at once.
            if ((slot as DeviceSlot.Working)?.Work.Lease != lease)
            {
                _outbox = _outbox.Put(new ReturnShard(_parts.Options.Name, _incarnation, lease, granted.DeviceId, AttemptEnding.Returned, null, "the device is busy or the worker is ending"));
            }

            return;
        }

        _slots[granted.DeviceId] = DeviceSlot.Take(granted.Work, _runners[granted.DeviceId].Give(granted.Work), now);
    }

    private void Rest(NothingToDo nothing, DateTimeOffset now)
    {
        if (_slots.TryGetValue(nothing.DeviceId, out var slot) && slot is DeviceSlot.Asking)
        {
            _slots[nothing.DeviceId] = new DeviceSlot.Idle(now + nothing.AskAgainAfter);
        }
    }

    private void Hear(RunnerSaid said, DateTimeOffset now)
    {
        if (_slots[said.DeviceId] is not DeviceSlot.Working working || working.Generation != said.Generation)
        {
            return;
        }

        switch (said.Happened)
        {
            case RunnerProtocol.CellStarted stage:
                _pauses[said.DeviceId] = DeathPause.None;
                _slots[said.DeviceId] = working.Begin(stage, now);
                break;
            case RunnerProtocol.SparsityMeasured measured:
                _slots[said.DeviceId] = working with { Sparsity = measured.Result };
                break;
            case RunnerProtocol.CellFinished finished:
                _slots[said.DeviceId] = working with { Results = working.Results.Add(finished.Result) };
                break;
            case RunnerProtocol.ShardFinished done when done.ShardId == working.Work.Lease.ShardId && done.Attempt == working.Work.Lease.Attempt:
                Report(said.DeviceId, working);
                _slots[said.DeviceId] = new DeviceSlot.Idle(now);
                if (_welcome is { } welcome)
                {
                    Speak(now, welcome);
                }

                break;
            case RunnerProtocol.WorkRefused refused:
                GiveBack(said.DeviceId, working, AttemptEnding.Crashed, refused.Reason, now);
                break;
        }
    }

    private void Report(string deviceId, DeviceSlot.Working done)
    {
        var chunks = ReportCutter.Cut(_parts.Options.Name, _incarnation, done.Work.Lease, deviceId, done.Results, done.Sparsity);
        _spool.Keep(chunks);
        foreach (var chunk in chunks)
        {
            _outbox = _outbox.Put(chunk);
        }
    }

    private void Bury(RunnerDied died, DateTimeOffset now)
    {
        if (_slots[died.DeviceId] is DeviceSlot.Working working && working.Generation == died.Generation)
        {
            _log.Warning("device {0}: {1}", died.DeviceId, died.Story);
            GiveBack(died.DeviceId, working, AttemptEnding.Crashed, died.Story, now);
        }
    }

    private void GiveBack(string deviceId, DeviceSlot.Working working, AttemptEnding ending, string story, DateTimeOffset now)
    {
        _runners[deviceId].Kill();
        _outbox = _outbox.Put(new ReturnShard(_parts.Options.Name, _incarnation, working.Work.Lease, deviceId, ending, working.CellId, story));
        _pauses[deviceId] = _pauses[deviceId].After();
        _slots[deviceId] = new DeviceSlot.Idle(now + _pauses[deviceId].Length);
    }

    private void Forget(ChunkRecorded recorded)
    {
        _outbox = _outbox.Recorded(recorded.Lease, recorded.Chunk);
        _spool.Forget(recorded.Lease, recorded.Chunk);
        if (_welcome is { } welcome)
        {
            Speak(_parts.Now, welcome);
        }
    }

    private void Lose(LeaseLost lost, DateTimeOffset now)
    {
        foreach (var letter in _outbox.Letters.Where(l => l.Chunk is not null && Outbox.Same(l.Lease, lost.Lease)))
        {
            _spool.Forget(letter.Lease, letter.Chunk!.Value);
        }

        _outbox = _outbox.Drop(lost.Lease);
        foreach (var (id, slot) in _slots.ToList())
        {
            if (slot is DeviceSlot.Working working && Outbox.Same(working.Work.Lease, lost.Lease))
            {
                _log.Info("shard {0}, attempt {1}, is dropped: {2}", lost.Lease.ShardId, lost.Lease.Attempt, lost.Reason);
                _runners[id].Kill();
                _slots[id] = new DeviceSlot.Idle(now);
            }
        }
    }

    private void BeginDrain(DateTimeOffset now)
    {
        foreach (var (id, slot) in _slots.ToList())
        {
            if (slot is DeviceSlot.Working working)
            {
                GiveBack(id, working, AttemptEnding.Returned, "the worker is ending", now);
            }
        }

        _drain = (Sender, now + DrainLimit);
    }

    private sealed record Tick;
}

/// <summary>Give everything back and say farewell; answered by <see cref="Drained"/>.</summary>
internal sealed record Drain;

internal sealed record Drained;
