using AttnSweep.Protocol;
using AttnSweep.Worker.Reports;

namespace AttnSweep.Worker.Dispatch;

/// <summary>What this worker still has to say about its leases: in the outbox until it is acknowledged, and reports in the spool too.</summary>
internal sealed class Reporter(string worker, string incarnation, Spool spool)
{
    /// <summary>
    /// A report that cost a device less than this to make goes to the disk only when its acknowledgement is late: a write and its flush for
    /// each of a thousand small shards a second would cost more than measuring the few anew that a crash in just that moment loses.
    /// </summary>
    private static readonly TimeSpan WorthKeeping = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepAfter = TimeSpan.FromMilliseconds(200);

    /// <summary>Far more than the devices of one machine finish while an acknowledgement is under way.</summary>
    private const int MostWaiting = 256;

    private readonly Dictionary<(Lease Lease, int Chunk), (DispatchProtocol.ReportChunk Chunk, DateTimeOffset Since)> _unkept = [];
    private Outbox _outbox = Outbox.Empty;

    /// <summary>Everything was acknowledged.</summary>
    public bool IsDone => _outbox.IsEmpty;

    /// <summary>
    /// Whether more may be measured: a store that is slow or away bounds what waits here and, since every worker keeps to it, what waits in the
    /// coordinator.
    /// </summary>
    public bool HasRoom => _outbox.Letters.Count < MostWaiting;

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
    public Findings Report(string deviceId, DeviceSlot.Working working, bool final, DateTimeOffset now)
    {
        var (chunks, left) = working.Found.Cut(worker, incarnation, working.Work.Lease, deviceId, final);
        foreach (var chunk in chunks)
        {
            _outbox = _outbox.Put(chunk);
        }

        if (chunks is [var small] && now - working.Begun < WorthKeeping)
        {
            _unkept.Add((small.Lease, small.Chunk), (small, now));
        }
        else if (chunks.Count > 0)
        {
            spool.Keep(chunks);
        }

        return left;
    }

    /// <summary>Puts into the spool what was not worth it at once and is not acknowledged yet.</summary>
    public void KeepWhatWaits(DateTimeOffset now)
    {
        foreach (var (chunk, since) in _unkept.Values.Where(waiting => now - waiting.Since >= KeepAfter).ToList())
        {
            spool.Keep([chunk]);
            _unkept.Remove((chunk.Lease, chunk.Chunk));
        }
    }

    /// <summary>Gives a shard back: after what it has yielded, which is the coordinator's to keep.</summary>
    public void GiveBack(string deviceId, DeviceSlot.Working working, AttemptEnding ending, string story, DateTimeOffset now)
    {
        Report(deviceId, working, final: false, now);
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
        Forget(recorded.Lease, recorded.Chunk);
    }

    public void Recorded(DispatchProtocol.ReturnRecorded recorded) => _outbox = _outbox.ReturnRecorded(recorded.Lease);

    /// <summary>Nobody wants to hear of this lease any more.</summary>
    public void Drop(Lease lease)
    {
        foreach (var letter in _outbox.Letters.Where(l => l.Chunk is not null && Outbox.Same(l.Lease, lease)))
        {
            Forget(letter.Lease, letter.Chunk!.Value);
        }

        _outbox = _outbox.Drop(lease);
    }

    private void Forget(Lease lease, int chunk)
    {
        if (!_unkept.Remove((lease, chunk)))
        {
            spool.Forget(lease, chunk);
        }
    }
}
