using AttnSweep.Protocol;
using AttnSweep.Worker.Reports;

namespace AttnSweep.Worker.Dispatch;

/// <summary>What this worker still has to say about its leases: in the outbox until it is acknowledged, and reports in the spool too.</summary>
internal sealed class Reporter(string worker, string incarnation, Spool spool)
{
    private Outbox _outbox = Outbox.Empty;

    /// <summary>Everything was acknowledged.</summary>
    public bool IsDone => _outbox.IsEmpty;

    /// <summary>Leases that something is still to be said about.</summary>
    public IReadOnlyList<Lease> Leases => _outbox.Leases;

    /// <summary>Leases whose report waits: they must outlast it.</summary>
    public IEnumerable<LeaseProgress> Waiting =>
        _outbox.Letters.Select(l => l.Command).OfType<DispatchProtocol.ReportChunk>().Select(c => new LeaseProgress(c.Lease, c.DeviceId, null, 1)).DistinctBy(p => p.Lease);

    /// <summary>Takes over what an earlier process of this worker left in the spool. Returns its chunks, for the log.</summary>
    public IReadOnlyList<DispatchProtocol.ReportChunk> Recover()
    {
        var left = spool.Left();
        foreach (var chunk in left)
        {
            _outbox = _outbox.Put(chunk with { Worker = worker, Incarnation = incarnation });
        }

        return left;
    }

    /// <summary>Reports what was found.</summary>
    /// <param name="final">The shard ends with it.</param>
    /// <returns>What is left to find.</returns>
    public Findings Report(string deviceId, Lease lease, Findings found, bool final)
    {
        var (chunks, left) = found.Cut(worker, incarnation, lease, deviceId, final);
        if (chunks.Count > 0)
        {
            spool.Keep(chunks);
        }

        foreach (var chunk in chunks)
        {
            _outbox = _outbox.Put(chunk);
        }

        return left;
    }

    /// <summary>Gives a shard back: after what it has yielded, which is the coordinator's to keep.</summary>
    public void GiveBack(string deviceId, DeviceSlot.Working working, AttemptEnding ending, string story)
    {
        Report(deviceId, working.Work.Lease, working.Found, final: false);
        Refuse(deviceId, working.Work.Lease, ending, working.CellId, story);
    }

    /// <summary>Gives a shard back that was not begun.</summary>
    public void Refuse(string deviceId, Lease lease, AttemptEnding ending, long? cellId, string story) =>
        _outbox = _outbox.Put(new DispatchProtocol.ReturnShard(worker, incarnation, lease, deviceId, ending, cellId, story));

    /// <summary>What to say now.</summary>
    public IReadOnlyList<DispatchProtocol.ICommand> Due(DateTimeOffset now)
    {
        (var due, _outbox) = _outbox.Due(now);
        return due;
    }

    /// <summary>A new coordinator has heard nothing of this yet.</summary>
    public void SayAnew() => _outbox = _outbox.Anew();

    public void Recorded(DispatchProtocol.ChunkRecorded recorded)
    {
        _outbox = _outbox.Recorded(recorded.Lease, recorded.Chunk);
        spool.Forget(recorded.Lease, recorded.Chunk);
    }

    public void Recorded(DispatchProtocol.ReturnRecorded recorded) => _outbox = _outbox.ReturnRecorded(recorded.Lease);

    /// <summary>Nobody wants to hear of this lease any more.</summary>
    public void Drop(Lease lease)
    {
        foreach (var letter in _outbox.Letters.Where(l => l.Chunk is not null && Outbox.Same(l.Lease, lease)))
        {
            spool.Forget(letter.Lease, letter.Chunk!.Value);
        }

        _outbox = _outbox.Drop(lease);
    }
}
