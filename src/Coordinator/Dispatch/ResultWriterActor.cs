using Akka.Actor;
using AttnSweep.Storage.Dispatch;
using static AttnSweep.Protocol.DispatchProtocol;

namespace AttnSweep.Coordinator.Dispatch;

/// <summary>
/// Records report chunks one after the other, so that grants never wait behind them. What it cannot take it drops: the worker
/// keeps a chunk until it is acknowledged, and sends it again.
/// </summary>
internal sealed class ResultWriterActor : ReceiveActor
{
    /// <summary>Chunks are up to 1 MB: this bounds the memory that a burst, or an outage of the store, can take.</summary>
    private const int MaxWaiting = 64;

    private readonly ShardLedger _ledger;
    private readonly long _epoch;
    private readonly CancellationTokenSource _ended = new();
    private readonly Queue<(ReportChunk Chunk, IActorRef Worker)> _waiting = new();
    private bool _writing;

    public ResultWriterActor(ShardLedger ledger, long epoch)
    {
        _ledger = ledger;
        _epoch = epoch;
        Receive<ReportChunk>(Take);
        Receive<Written>(_ => Next());
        Receive<NotWritten>(failed =>
        {
            Context.Parent.Tell(new StoreFailed("recording results", failed.Problem));
            Next();
        });
    }

    protected override void PostStop()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    private void Take(ReportChunk chunk)
    {
        if (_waiting.Count >= MaxWaiting || _waiting.Any(w => w.Chunk.Lease == chunk.Lease && w.Chunk.Chunk == chunk.Chunk))
        {
            return;
        }

        _waiting.Enqueue((chunk, Sender));
        if (!_writing)
        {
            Next();
        }
    }

    private void Next()
    {
        _writing = _waiting.TryDequeue(out var next);
        if (_writing)
        {
            RecordAsync(next.Chunk, next.Worker).PipeTo(Self, Self, success: () => new Written(), failure: problem => new NotWritten(problem));
        }
    }

    private async Task RecordAsync(ReportChunk chunk, IActorRef worker)
    {
        var verdict = await _ledger.RecordAsync(_epoch, chunk, _ended.Token);
        if (ReportAnswers.To(chunk, verdict, _epoch) is { } answer)
        {
            worker.Tell(answer);
        }
    }

    private sealed record Written;

    private sealed record NotWritten(Exception Problem);
}
