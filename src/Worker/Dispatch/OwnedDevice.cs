using AttnSweep.Protocol;
using AttnSweep.Worker.Reports;
using AttnSweep.Worker.Runners;

namespace AttnSweep.Worker.Dispatch;

/// <summary>
/// One device of this worker: its runner, what it is about, and at most one shard ahead, so that it waits for no answer between two shards.
/// </summary>
internal sealed class OwnedDevice(string id, IRunner runner)
{
    private DeathPause _pause = DeathPause.None;

    /// <summary>What it is about to do after the shard in progress: idle or asking, as it goes on without one.</summary>
    private DeviceSlot _after = new DeviceSlot.Idle(DateTimeOffset.MinValue);

    public string Id { get; } = id;

    public DeviceSlot Slot { get; private set; } = new DeviceSlot.Idle(DateTimeOffset.MinValue);

    /// <summary>The shard ahead; null where there is none.</summary>
    public ShardWork? Next { get; private set; }

    /// <summary>Null while it measures nothing.</summary>
    public DeviceSlot.Working? Working => Slot as DeviceSlot.Working;

    public bool HasRoom => Working is null || Next is null;

    public bool WantsToAsk(DateTimeOffset now) => Working is { } working
        ? Next is null && working.MayAskAhead(now) && _after.WantsToAsk(now)
        : Slot.WantsToAsk(now);

    public void Ask(DateTimeOffset now) => Change(new DeviceSlot.Asking(now));

    /// <summary>Nothing to do until then.</summary>
    public void Rest(DateTimeOffset until)
    {
        if ((Working is null ? Slot : _after) is DeviceSlot.Asking)
        {
            Change(new DeviceSlot.Idle(until));
        }
    }

    /// <summary>Begins a shard, or keeps it for after the one in progress. There must be room.</summary>
    public void Take(ShardWork work, DateTimeOffset now)
    {
        if (Working is null)
        {
            Begin(work, now);
        }
        else
        {
            Next = work;
            _after = new DeviceSlot.Idle(now);
        }
    }

    /// <summary>What the runner of this number measures; null when the number is of one that was killed.</summary>
    public DeviceSlot.Working? WorkOf(int generation) => Working is { } working && working.Generation == generation ? working : null;

    public void BeginStage(DeviceSlot.Working working, RunnerProtocol.CellStarted stage, DateTimeOffset now)
    {
        _pause = DeathPause.None;
        Slot = working.Begin(stage, now);
    }

    public void Found(DeviceSlot.Working working, Findings found) => Slot = working with { Found = found };

    /// <summary>The shard is done; the runner goes on with the next.</summary>
    public void Finish(DateTimeOffset now)
    {
        if (Next is { } next)
        {
            Next = null;
            Begin(next, now);
        }
        else
        {
            Slot = _after;
        }
    }

    /// <summary>Ends the measuring, and the runner with it. The device rests longer each time that this happens before a first stage.</summary>
    /// <returns>What the runner wrote last to standard error.</returns>
    public string Abandon(DateTimeOffset now)
    {
        var words = runner.LastWords;
        runner.Kill();
        _pause = _pause.After();
        Slot = new DeviceSlot.Idle(now + _pause.Length);
        return words;
    }

    /// <summary>Somebody else has the shard in progress: the runner did nothing wrong.</summary>
    public void Drop(DateTimeOffset now)
    {
        runner.Kill();
        Finish(now);
    }

    /// <summary>Gives up the shard ahead, which was not begun. Null where there is none.</summary>
    public ShardWork? DropNext()
    {
        var next = Next;
        Next = null;
        return next;
    }

    public void Kill() => runner.Kill();

    private void Begin(ShardWork work, DateTimeOffset now)
    {
        _after = new DeviceSlot.Idle(now);
        Slot = DeviceSlot.Take(work, runner.Give(work), now);
    }

    private void Change(DeviceSlot to)
    {
        if (Working is null)
        {
            Slot = to;
        }
        else
        {
            _after = to;
        }
    }
}
