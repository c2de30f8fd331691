using AttnSweep.Protocol;
using AttnSweep.Worker.Reports;
using AttnSweep.Worker.Runners;

namespace AttnSweep.Worker.Dispatch;

/// <summary>One device of this worker: its runner, and what it is about.</summary>
internal sealed class OwnedDevice(string id, IRunner runner)
{
    private DeathPause _pause = DeathPause.None;

    public string Id { get; } = id;

    public DeviceSlot Slot { get; private set; } = new DeviceSlot.Idle(DateTimeOffset.MinValue);

    /// <summary>Null while it measures nothing.</summary>
    public DeviceSlot.Working? Working => Slot as DeviceSlot.Working;

    public void Ask(DateTimeOffset now) => Slot = new DeviceSlot.Asking(now);

    /// <summary>Nothing to do until then; changes nothing while it measures.</summary>
    public void Rest(DateTimeOffset until)
    {
        if (Slot is DeviceSlot.Asking)
        {
            Slot = new DeviceSlot.Idle(until);
        }
    }

    public void Take(ShardWork work, DateTimeOffset now) => Slot = DeviceSlot.Take(work, runner.Give(work), now);

    /// <summary>What the runner of this number measures; null when the number is of one that was killed.</summary>
    public DeviceSlot.Working? WorkOf(int generation) => Working is { } working && working.Generation == generation ? working : null;

    public void BeginStage(DeviceSlot.Working working, RunnerProtocol.CellStarted stage, DateTimeOffset now)
    {
        _pause = DeathPause.None;
        Slot = working.Begin(stage, now);
    }

    public void Found(DeviceSlot.Working working, Findings found) => Slot = working with { Found = found };

    /// <summary>The shard is done; the runner waits for the next.</summary>
    public void Finish(DateTimeOffset now) => Slot = new DeviceSlot.Idle(now);

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

    /// <summary>Somebody else has the shard: the runner did nothing wrong.</summary>
    public void Drop(DateTimeOffset now)
    {
        runner.Kill();
        Slot = new DeviceSlot.Idle(now);
    }

    public void Kill() => runner.Kill();
}
