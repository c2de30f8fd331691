using Akka.Actor;
using Akka.Event;
using AttnSweep.Coordinator.Schedules;
using AttnSweep.Protocol;
using AttnSweep.Storage.Dispatch;
using static AttnSweep.Protocol.DispatchProtocol;
using ClusterEvent = Akka.Cluster.ClusterEvent;
using ClusterExtension = Akka.Cluster.Cluster;

namespace AttnSweep.Coordinator.Dispatch;

/// <summary>
/// The singleton: takes an epoch, then answers workers. It only connects; who a worker is decides <see cref="WorkerRoster"/>, who owns a shard
/// decides the store. What comes before there is an epoch is dropped: workers say everything again until they are answered.
/// </summary>
internal sealed class CoordinatorActor : ReceiveActor, IWithTimers
{
    private readonly CoordinatorParts _parts;
    private readonly CancellationTokenSource _ended = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly ClusterExtension _cluster = ClusterExtension.Get(Context.System);
    private WorkerRoster _roster = WorkerRoster.Empty;
    private StoreHealth _health = StoreHealth.Good;
    private BackOff _epochPause;
    private IActorRef _writer = ActorRefs.Nobody;
    private long _epoch;
    private bool _tidying;

    public CoordinatorActor(CoordinatorParts parts)
    {
        _parts = parts;
        _epochPause = new BackOff(parts.Timings.EpochRetry, parts.Timings.EpochRetryLimit);
        Receive<EpochTaken>(taken => Begin(taken.Epoch));
        Receive<EpochNotTaken>(RetryEpoch);
        Receive<TakeEpochNow>(_ => TakeEpoch());
        Receive<ClusterEvent.IReachabilityEvent>(_ => { });
        Receive<ClusterEvent.IMemberEvent>(_ => { });
        Receive<ICommand>(_ => { });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IReachabilityEvent), typeof(ClusterEvent.IMemberEvent));
        TakeEpoch();
    }

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        _ended.Cancel();
        _ended.Dispose();
    }

    private void TakeEpoch() =>
        _parts.Ledger.TakeEpochAsync(Environment.MachineName, Environment.ProcessId, _cluster.SelfAddress.ToString(), _ended.Token)
            .PipeTo(Self, Self, success: epoch => new EpochTaken(epoch), failure: problem => new EpochNotTaken(problem));

    private void RetryEpoch(EpochNotTaken failed)
    {
        Note(_health.Failed("taking an epoch", failed.Problem, _parts.Now));
        Timers.StartSingleTimer("epoch", new TakeEpochNow(), _epochPause.Next);
        _epochPause = _epochPause.After();
    }

    private void Begin(long epoch)
    {
        _epoch = epoch;
        _log.Info("coordinator with epoch {0}", epoch);
        Note(_health.Worked(_parts.Now));
        _writer = Context.ActorOf(Props.Create(() => new ResultWriterActor(_parts.Ledger, epoch)), "results");
        if (_parts.OnlyRun is null)
        {
            Context.ActorOf(Props.Create(() => new ScheduleActor(_parts)), "schedules");
        }

        Timers.StartPeriodicTimer("tidy", new Tidy(), TimeSpan.Zero, _parts.Timings.TidyEvery);
        Become(Active);
    }

    private void Active()
    {
        Receive<Introduce>(Admit);
        Receive<RequestShard>(command => From(command, worker => Grant(command, worker)));
        Receive<RenewLeases>(command => From(command, _ => Renew(command)));
        Receive<ReportChunk>(command => From(command, _ => _writer.Forward(command)));
        Receive<ReturnShard>(command => From(command, _ => Return(command)));
        Receive<Farewell>(command => From(command, _ => Part(command)));
        Receive<Granted>(Hand);
        Receive<GiveBack>(left => Requeue(left.Worker, left.Incarnation));
        Receive<Tidy>(_ => TidyUp());
        Receive<TidyEnded>(ended => EndTidying(ended));
        Receive<StoreFailed>(failed => Fail(failed));
        Receive<StoreWorked>(_ => Note(_health.Worked(_parts.Now)));
        Receive<ClusterEvent.UnreachableMember>(member => _roster = _roster.Unreachable(member.Member.Address.ToString(), _parts.Now));
        Receive<ClusterEvent.ReachableMember>(member => _roster = _roster.Reachable(member.Member.Address.ToString()));
        Receive<ClusterEvent.MemberRemoved>(member => _roster = _roster.Unreachable(member.Member.Address.ToString(), _parts.Now));
        Receive<ClusterEvent.IReachabilityEvent>(_ => { });
        Receive<ClusterEvent.IMemberEvent>(_ => { });
    }

    private void Admit(Introduce command)
    {
        var node = Sender.Path.Address.HasGlobalScope ? Sender.Path.Address.ToString() : _cluster.SelfAddress.ToString();
        (var admission, _roster) = _roster.Introduce(command, node, _parts.Now);
        switch (admission)
        {
            case Admission.Refused refused:
                _log.Warning("worker {0} turned away: {1}", command.Worker, refused.Reason);
                Sender.Tell(new TurnedAway(_epoch, refused.Reason));
                break;
            case Admission.Admitted admitted:
                if (admitted.ReplacedIncarnation is { } older)
                {
                    // The new process first sends what the old one left in its spool: requeued at once, finished shards would be measured again.
                    Timers.StartSingleTimer(("older", older), new GiveBack(command.Worker, older), _parts.Timings.LostAfter);
                }

                var welcome = new Welcomed(_epoch, _parts.Timings.LeaseDuration, _parts.Timings.RenewEvery);
                AnswerAfter(_parts.Nodes.RegisterAsync(command.Node, command.Incarnation, command.Devices, _ended.Token), welcome, "registering a worker");
                break;
        }
    }

    /// <summary>Lets through what a known worker says; others are told what to do first.</summary>
    private void From(ICommand command, Action<KnownWorker> handle)
    {
        (var standing, _roster) = _roster.Hear(command, _parts.Now);
        switch (standing)
        {
            case Standing.Known known:
                handle(known.Worker);
                break;
            case Standing.Unknown:
                Sender.Tell(new IntroductionNeeded(_epoch));
                break;
            case Standing.Replaced replaced:
                Sender.Tell(new TurnedAway(_epoch, replaced.Reason));
                break;
        }
    }

    private void Grant(RequestShard command, KnownWorker worker)
    {
        var key = new DeviceKey(command.Worker, command.DeviceId);
        if (worker.Device(command.DeviceId) is not { } device)
        {
            Sender.Tell(new IntroductionNeeded(_epoch));
            return;
        }

        (var first, _roster) = _roster.Wait(key);
        if (!first)
        {
            return;
        }

        var sender = Sender;
        var request = new GrantRequest(
            _epoch, command.Worker, command.Incarnation, device.Id, device.Backend, device.MemoryBytes, _parts.Timings.LeaseDuration, _parts.OnlyRun);
        _parts.Ledger.GrantAsync(request, _ended.Token).PipeTo(
            Self, Self, success: work => new Granted(sender, key, work, null), failure: problem => new Granted(sender, key, null, problem));
    }

    private void Hand(Granted granted)
    {
        _roster = _roster.Answered(granted.Device);
        if (granted.Problem is { } problem)
        {
            Fail(new StoreFailed("granting a shard", problem));
        }

        granted.To.Tell(granted.Work is { } work
            ? new ShardGranted(_epoch, granted.Device.DeviceId, work, _parts.Timings.LeaseDuration)
            : new NothingToDo(_epoch, granted.Device.DeviceId, granted.Problem is null ? _parts.Timings.AskAgainAfter : _parts.Timings.AskAgainWhenAway));
    }

    private void Renew(RenewLeases command)
    {
        var (self, sender, epoch) = (Self, Sender, _epoch);
        _parts.Ledger.RenewAsync(epoch, command.Worker, command.Leases, _parts.Timings.LeaseDuration, _ended.Token)
            .PipeTo(self, self, success: lost => TellLost(sender, epoch, lost), failure: Failed("renewing leases"));
    }

    private static StoreWorked TellLost(IActorRef worker, long epoch, IReadOnlyList<LostLease> lost)
    {
        foreach (var lease in lost)
        {
            worker.Tell(new LeaseLost(epoch, lease.Lease, lease.Reason));
        }

        return new StoreWorked();
    }

    private void Return(ReturnShard command) =>
        AnswerAfter(_parts.Ledger.ReturnAsync(_epoch, command, _ended.Token), new ReturnRecorded(_epoch, command.Lease), "taking a shard back");

    /// <summary>The answer goes to the worker; a failure comes to us: on the wire it has no place, and we decide what it means.</summary>
    private void AnswerAfter(Task stored, IEvent answer, string what)
    {
        var (self, sender) = (Self, Sender);
        stored.PipeTo(
            self, self,
            success: () =>
            {
                sender.Tell(answer, self);
                return new StoreWorked();
            },
            failure: Failed(what));
    }

    private void Part(Farewell command)
    {
        _roster = _roster.Leave(command.Worker);
        Requeue(command.Worker, command.Incarnation);
        _parts.Nodes.GoneAsync(command.Worker, command.Incarnation, _ended.Token)
            .PipeTo(Self, Self, success: () => new StoreWorked(), failure: Failed("noting a farewell"));
    }

    private void TidyUp()
    {
        (var lost, _roster) = _roster.Lose(_parts.Now, _parts.Timings.LostAfter);
        foreach (var worker in lost)
        {
            _log.Warning("worker {0} is lost (its node {1} cannot be reached); what it held goes back to the queue", worker.Name, worker.Node);
            Requeue(worker.Name, worker.Incarnation);
            _parts.Nodes.GoneAsync(worker.Name, worker.Incarnation, _ended.Token)
                .PipeTo(Self, Self, success: () => new StoreWorked(), failure: Failed("noting a lost worker"));
        }

        if (!_tidying)
        {
            // One round at a time: while the store hangs, a round a tick would take every connection that grants need.
            _tidying = true;
            TidyStoreAsync(_parts, _epoch, _roster.HeardSince(_parts.Now - _parts.Timings.TidyEvery), _ended.Token)
                .PipeTo(Self, Self, success: () => new TidyEnded(new StoreWorked()), failure: problem => new TidyEnded(new StoreFailed("tidying up", problem)));
        }
    }

    private void EndTidying(TidyEnded ended)
    {
        _tidying = false;
        Self.Tell(ended.Said);
    }

    private static async Task TidyStoreAsync(CoordinatorParts parts, long epoch, IReadOnlyList<string> heard, CancellationToken ended)
    {
        await parts.Ledger.HeartbeatAsync(epoch, ended);
        await parts.Ledger.RequeueExpiredAsync(epoch, ended);
        await parts.Ledger.SettleRunsAsync(epoch, ended);
        await parts.Nodes.SeenAsync(heard, ended);
    }

    private void Requeue(string worker, string incarnation) =>
        _parts.Ledger.RequeueOfAsync(_epoch, worker, incarnation, _ended.Token)
            .PipeTo(Self, Self, success: _ => new StoreWorked(), failure: Failed("requeueing a lost worker's shards"));

    private static Func<Exception, object> Failed(string what) => problem => new StoreFailed(what, problem);

    private void Fail(StoreFailed failed)
    {
        if (failed.Problem is SupersededException)
        {
            // Another singleton is in charge, so this node took part in a split: the supervisor's next process starts clean.
            _log.Error("{0}; this coordinator ends", failed.Problem.Message);
            Context.Stop(Self);
            CoordinatedShutdown.Get(Context.System).Run(CoordinatedShutdown.ClusterDowningReason.Instance);
            return;
        }

        Note(_health.Failed(failed.What, failed.Problem, _parts.Now));
    }

    private void Note((string? Say, StoreHealth Next) told)
    {
        _health = told.Next;
        if (told.Say is { } line)
        {
            _log.Warning(line);
        }
    }

    private sealed record EpochTaken(long Epoch);

    private sealed record EpochNotTaken(Exception Problem);

    private sealed record TakeEpochNow;

    private sealed record Tidy;

    private sealed record TidyEnded(object Said);

    private sealed record GiveBack(string Worker, string Incarnation);

    private sealed record Granted(IActorRef To, DeviceKey Device, ShardWork? Work, Exception? Problem);
}

/// <summary>A call of the store failed; the coordinator's state decides what is said.</summary>
internal sealed record StoreFailed(string What, Exception Problem);

internal sealed record StoreWorked;
