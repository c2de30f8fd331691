using Akka.Actor;
using Akka.Event;
using AttnSweep.Clustering.Wire;
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
    private IActorRef _grants = ActorRefs.Nobody;
    private IActorRef _tidying = ActorRefs.Nobody;
    private long _epoch;
    private DateTimeOffset _begun;

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
        Receive<Bundle>(_ => { });
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
        if (_epoch > 0)
        {
            // Not waited for: a store that is away must not keep this node here, and then the successor waits for our silence.
            _ = _parts.Ledger.EndEpochAsync(_epoch, CancellationToken.None).ContinueWith(ended => ended.Exception, TaskScheduler.Default);
        }
    }

    private void TakeEpoch() =>
        _parts.Ledger.TakeEpochAsync(Environment.MachineName, Environment.ProcessId, _cluster.SelfAddress.ToString(), _ended.Token, _parts.Timings.Quiet)
            .PipeTo(Self, Self, success: epoch => new EpochTaken(epoch), failure: problem => new EpochNotTaken(problem));

    private void RetryEpoch(EpochNotTaken failed)
    {
        if (failed.Problem is EpochHeldException held)
        {
            _log.Info(held.Message);
            Timers.StartSingleTimer("epoch", new TakeEpochNow(), _parts.Timings.EpochRetry);
            return;
        }

        Note(_health.Failed("taking an epoch", failed.Problem, _parts.Now));
        Timers.StartSingleTimer("epoch", new TakeEpochNow(), _epochPause.Next);
        _epochPause = _epochPause.After();
    }

    private void Begin(long epoch)
    {
        _epoch = epoch;
        _begun = _parts.Now;
        _log.Info("coordinator with epoch {0}", epoch);
        Note(_health.Worked(_parts.Now));
        _writer = Context.ActorOf(Props.Create(() => new ResultWriterActor(_parts.Ledger, epoch)), "results");
        _grants = Context.ActorOf(Props.Create(() => new GrantingActor(_parts, epoch)), "grants");
        _tidying = Context.ActorOf(Props.Create(() => new TidyingActor(_parts, epoch)), "tidying");
        if (_parts.OnlyRun is null)
        {
            Context.ActorOf(Props.Create(() => new ScheduleActor(_parts)), "schedules");
        }

        Timers.StartPeriodicTimer("tidy", new Tidy(), TimeSpan.Zero, _parts.Timings.TidyEvery);
        Become(Active);
    }

    private void Active()
    {
        Receive<Bundle>(bundle => bundle.Open(Self, Sender));
        Receive<Introduce>(Admit);
        Receive<RequestShard>(command => From(command, worker => Grant(command, worker)));
        Receive<RenewLeases>(command => From(command, _ => Renew(command)));
        Receive<ReportChunk>(command => From(command, _ => _writer.Forward(command)));
        Receive<ReturnShard>(command => From(command, _ => Return(command)));
        Receive<Farewell>(command => From(command, _ => Part(command)));
        Receive<GiveBack>(left => Requeue(left.Worker, left.Incarnation));
        Receive<WorkAppeared>(appeared => _grants.Tell(appeared));
        Receive<Tidy>(_ => TidyUp());
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
                _grants.Tell(new WorkerLeft(command.Worker));
                if (admitted.ReplacedIncarnation is { } older)
                {
                    // The new process first sends what the old one left in its spool: requeued at once, finished shards would be measured again.
                    Timers.StartSingleTimer(("older", older), new GiveBack(command.Worker, older), _parts.Timings.LostAfter);
                }

                var welcome = new Welcomed(_epoch, _parts.Timings.LeaseDuration, _parts.Timings.RenewEvery);
                AnswerAfter(_parts.Nodes.RegisterAsync(command.Node, command.Incarnation, command.Devices, _ended.Token, node), welcome, "registering a worker");
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
        if (worker.Device(command.DeviceId) is { } device)
        {
            _grants.Tell(new ShardAsked(new DeviceKey(command.Worker, command.DeviceId), command.Incarnation, device, Sender));
        }
        else
        {
            Sender.Tell(new IntroductionNeeded(_epoch));
        }
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
        AnswerAfter(_parts.Ledger.ReturnAsync(_epoch, command, _ended.Token), new ReturnRecorded(_epoch, command.Lease), "taking a shard back", new WorkAppeared());

    /// <summary>The answer goes to the worker; a failure comes to us: on the wire it has no place, and we decide what it means.</summary>
    /// <param name="then">Told to ourselves when it worked; null for nothing more than that.</param>
    private void AnswerAfter(Task stored, IEvent answer, string what, object? then = null)
    {
        var (self, sender) = (Self, Sender);
        stored.PipeTo(
            self, self,
            success: () =>
            {
                sender.Tell(answer, self);
                if (then is not null)
                {
                    self.Tell(then);
                }

                return new StoreWorked();
            },
            failure: Failed(what));
    }

    private void Part(Farewell command)
    {
        _roster = _roster.Leave(command.Worker);
        _grants.Tell(new WorkerLeft(command.Worker));
        AfterRequeue(_parts.Ledger.TakeBackAsync(_epoch, command.Worker, command.Incarnation, _ended.Token), "taking back what a leaving worker held");
        NoteGone(command.Worker, command.Incarnation);
    }

    private void TidyUp()
    {
        (var lost, _roster) = _roster.Lose(_parts.Now, _parts.Timings.LostAfter);
        foreach (var worker in lost)
        {
            _log.Warning("worker {0} is lost (its node {1} cannot be reached); what it held goes back to the queue", worker.Name, worker.Node);
            _grants.Tell(new WorkerLeft(worker.Name));
            Requeue(worker.Name, worker.Incarnation);
            NoteGone(worker.Name, worker.Incarnation);
        }

        // Leases may have run out while there was no coordinator: their holders get the grace to introduce themselves and renew.
        var present = _parts.Now - _begun >= _parts.Timings.LostAfter ? _roster.Present : null;
        _tidying.Tell(new TidyRound(_roster.HeardSince(_parts.Now - _parts.Timings.TidyEvery), present));
    }

    private void Requeue(string worker, string incarnation) =>
        AfterRequeue(_parts.Ledger.RequeueOfAsync(_epoch, worker, incarnation, _ended.Token), "requeueing a lost worker's shards");

    private void AfterRequeue(Task<int> requeued, string what) =>
        requeued.PipeTo(Self, Self, success: shards => shards > 0 ? new WorkAppeared() : new StoreWorked(), failure: Failed(what));

    private void NoteGone(string worker, string incarnation) =>
        _parts.Nodes.GoneAsync(worker, incarnation, _ended.Token).PipeTo(Self, Self, success: () => new StoreWorked(), failure: Failed("noting that a worker is gone"));

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

    private sealed record GiveBack(string Worker, string Incarnation);
}

/// <summary>A call of the store failed; the coordinator's state decides what is said.</summary>
internal sealed record StoreFailed(string What, Exception Problem);

internal sealed record StoreWorked;
