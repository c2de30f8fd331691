using Akka.Actor;
using Akka.Event;
using AttnSweep.Protocol;
using AttnSweep.Storage.Dispatch;
using static AttnSweep.Protocol.DispatchProtocol;

namespace AttnSweep.Coordinator.Dispatch;

/// <summary>
/// Answers requests for shards. A device that gets nothing asks again only every few seconds; when work appears (a notification of the store,
/// or a shard that came back) its last request is answered once more, unasked for but not unwanted.
/// </summary>
internal sealed class GrantingActor : ReceiveActor
{
    private readonly CoordinatorParts _parts;
    private readonly long _epoch;
    private readonly CancellationTokenSource _ended = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<DeviceKey, ShardAsked> _asked = [];
    private GrantDesk _desk = GrantDesk.Empty;

    public GrantingActor(CoordinatorParts parts, long epoch)
    {
        _parts = parts;
        _epoch = epoch;
        Receive<ShardAsked>(Hear);
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
            Look(asked);
        }
    }

    private void Wake()
    {
        (var wake, _desk) = _desk.Wake();
        foreach (var device in wake)
        {
            Look(_asked[device]);
        }
    }

    private void Look(ShardAsked asked)
    {
        var request = new GrantRequest(
            _epoch, asked.Key.Worker, asked.Incarnation, asked.Device.Id, asked.Device.Backend, asked.Device.MemoryBytes, _parts.Timings.LeaseDuration, _parts.OnlyRun);
        _parts.Ledger.GrantAsync(request, _ended.Token).PipeTo(
            Self, Self, success: work => new Looked(asked, work, null), failure: problem => new Looked(asked, null, problem));
    }

    private void Answer(Looked looked)
    {
        var asked = looked.Asked;
        (var again, _desk) = _desk.Answered(asked.Key, looked.Work is not null);
        if (again)
        {
            Look(asked);
            return;
        }

        if (looked.Problem is { } problem)
        {
            Context.Parent.Tell(new StoreFailed("granting a shard", problem));
        }

        asked.To.Tell(looked.Work is { } work
            ? new ShardGranted(_epoch, asked.Key.DeviceId, work, _parts.Timings.LeaseDuration)
            : new NothingToDo(_epoch, asked.Key.DeviceId, looked.Problem is null ? _parts.Timings.AskAgainAfter : _parts.Timings.AskAgainWhenAway));
    }

    private sealed record Looked(ShardAsked Asked, ShardWork? Work, Exception? Problem);

    private sealed record SignalBroken(string Reason);
}

/// <summary>A known worker asks for a shard for one of its devices.</summary>
/// <param name="To">Where the answer goes.</param>
internal sealed record ShardAsked(DeviceKey Key, string Incarnation, DeviceInfo Device, IActorRef To);

/// <summary>Something may be granted that was not there before.</summary>
internal sealed record WorkAppeared;

/// <summary>A worker left, was lost, or came anew.</summary>
internal sealed record WorkerLeft(string Worker);
