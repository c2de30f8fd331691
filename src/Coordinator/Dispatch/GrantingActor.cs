using Akka.Actor;
using Akka.Event;
using AttnSweep.Clustering.Wire;
using AttnSweep.Protocol;
using AttnSweep.Storage.Dispatch;
using static AttnSweep.Protocol.DispatchProtocol;

namespace AttnSweep.Coordinator.Dispatch;

/// <summary>
/// Answers requests for shards: what was asked while the store looked is looked up together in the next transaction. A device that gets nothing
/// asks again only every few seconds; when work appears (a notification of the store, or a shard that came back) its last request is answered
/// once more, unasked for but not unwanted.
/// </summary>
internal sealed class GrantingActor : ReceiveActor
{
    /// <summary>Bounds one transaction; what is left is looked up right after it.</summary>
    private const int MostAtOnce = 256;

    private readonly CoordinatorParts _parts;
    private readonly long _epoch;
    private readonly CancellationTokenSource _ended = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<DeviceKey, ShardAsked> _asked = [];
    private readonly Queue<DeviceKey> _pending = new();
    private GrantDesk _desk = GrantDesk.Empty;
    private bool _looking;

    public GrantingActor(CoordinatorParts parts, long epoch)
    {
        _parts = parts;
        _epoch = epoch;
        Receive<ShardAsked>(Hear);
        Receive<Look>(_ => LookUp());
        Receive<Looked>(Answer);
        Receive<WorkAppeared>(_ => Wake());
        Receive<WorkerLeft>(left => _desk = _desk.Leave(left.Worker));
        Receive<SignalBroken>(broken => _log.Info("the store's notifications are not heard ({0}); idle devices ask by themselves meanwhile", broken.Reason));
    }

    protected override void PreStart()
    {
        var self = Self;
        _ = _parts.Signal.ListenAsync(_ => self.Tell(new WorkAppeared()), problem => self.Tell(new SignalBroken(problem)), _ended.Token);
    }

    protected override void PostStop()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    private void Hear(ShardAsked asked)
    {
        (var first, _desk) = _desk.Wait(asked.Key);
        if (first)
        {
            _asked[asked.Key] = asked;
            LookSoon(asked.Key);
        }
    }

    private void Wake()
    {
        (var wake, _desk) = _desk.Wake();
        foreach (var device in wake)
        {
            LookSoon(device);
        }
    }

    /// <summary>After what is in the mailbox already: requests come many to a frame.</summary>
    private void LookSoon(DeviceKey device)
    {
        _pending.Enqueue(device);
        if (!_looking)
        {
            _looking = true;
            Self.Tell(new Look());
        }
    }

    private void LookUp()
    {
        var asked = new List<ShardAsked>();
        while (asked.Count < MostAtOnce && _pending.TryDequeue(out var device))
        {
            // A worker that left or came anew meanwhile waits for nothing.
            if (_desk.Waiting.Contains(device))
            {
                asked.Add(_asked[device]);
            }
        }

        _looking = asked.Count > 0;
        if (!_looking)
        {
            return;
        }

        var terms = new GrantTerms(_parts.Timings.LeaseDuration, _parts.OnlyRun);
        _parts.Ledger.GrantAsync(_epoch, [.. asked.Select(a => a.Request)], terms, _ended.Token).PipeTo(
            Self, Self, success: works => new Looked(asked, works, null), failure: problem => new Looked(asked, [.. asked.Select(_ => (ShardWork?)null)], problem));
    }

    private void Answer(Looked looked)
    {
        if (looked.Problem is { } problem)
        {
            Context.Parent.Tell(new StoreFailed("granting shards", problem));
        }

        var answers = new List<(IActorRef To, IEvent Answer)>();
        foreach (var (asked, work) in looked.Asked.Zip(looked.Works))
        {
            (var again, _desk) = _desk.Answered(asked.Key, work is not null);
            if (again)
            {
                _pending.Enqueue(asked.Key);
            }
            else
            {
                answers.Add((asked.To, work is null
                    ? new NothingToDo(_epoch, asked.Key.DeviceId, looked.Problem is null ? _parts.Timings.AskAgainAfter : _parts.Timings.AskAgainWhenAway)
                    : new ShardGranted(_epoch, asked.Key.DeviceId, work, _parts.Timings.LeaseDuration)));
            }
        }

        foreach (var worker in answers.GroupBy(a => a.To, a => (object)a.Answer))
        {
            worker.Key.TellAll([.. worker], Self);
        }

        LookUp();
    }

    private sealed record Look;

    private sealed record Looked(IReadOnlyList<ShardAsked> Asked, IReadOnlyList<ShardWork?> Works, Exception? Problem);

    private sealed record SignalBroken(string Reason);
}

/// <summary>A known worker asks for a shard for one of its devices.</summary>
/// <param name="To">Where the answer goes.</param>
internal sealed record ShardAsked(DeviceKey Key, string Incarnation, DeviceInfo Device, IActorRef To)
{
    public GrantRequest Request => new(Key.Worker, Incarnation, Device.Id, Device.Backend, Device.MemoryBytes);
}

/// <summary>Something may be granted that was not there before.</summary>
internal sealed record WorkAppeared;

/// <summary>A worker left, was lost, or came anew.</summary>
internal sealed record WorkerLeft(string Worker);
