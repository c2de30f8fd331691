using Akka.Actor;
using AttnSweep.Clustering.Wire;
using AttnSweep.Storage.Dispatch;
using static AttnSweep.Protocol.DispatchProtocol;

namespace AttnSweep.Coordinator.Dispatch;

/// <summary>
/// Records report chunks: those that came while a transaction ran go together into the next, and grants never wait behind them. What it cannot
/// take it drops: the worker keeps a chunk until it is acknowledged, and sends it again.
/// </summary>
internal sealed class ResultWriterActor : ReceiveActor
{
    private readonly ShardLedger _ledger;
    private readonly long _epoch;
    private readonly CancellationTokenSource _ended = new();
    private ReportQueue<IActorRef> _waiting = ReportQueue<IActorRef>.Empty;
    private bool _writing;

    public ResultWriterActor(ShardLedger ledger, long epoch)
    {
        _ledger = ledger;
        _epoch = epoch;
        Receive<ReportChunk>(Take);
        Receive<Write>(_ => WriteNext());
        Receive<Written>(written =>
        {
            Acknowledge(written);
            WriteNext();
        });
        Receive<NotWritten>(failed =>
        {
            Context.Parent.Tell(new StoreFailed("recording results", failed.Problem));
            WriteNext();
        });
    }

    protected override void PostStop()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    private void Take(ReportChunk chunk)
    {
        _waiting = _waiting.Put(chunk, Sender);
        if (!_writing)
        {
            // After what is in the mailbox already: reports come many to a frame.
            _writing = true;
            Self.Tell(new Write());
        }
    }

    private void WriteNext()
    {
        (var batch, _waiting) = _waiting.Take();
        _writing = batch.Count > 0;
        if (_writing)
        {
            _ledger.RecordAsync(_epoch, [.. batch.Select(b => b.Chunk)], _ended.Token).PipeTo(
                Self, Self, success: verdicts => new Written(batch, verdicts), failure: problem => new NotWritten(problem));
        }
    }

    private void Acknowledge(Written written)
    {
        var answers = written.Batch.Zip(written.Verdicts, (report, verdict) => (report.From, Answer: (object?)ReportAnswers.To(report.Chunk, verdict, _epoch)));
        foreach (var worker in answers.Where(a => a.Answer is not null).GroupBy(a => a.From, a => a.Answer!))
        {
            worker.Key.TellAll([.. worker], Self);
        }
    }

    private sealed record Write;

    private sealed record Written(IReadOnlyList<WaitingReport<IActorRef>> Batch, IReadOnlyList<RecordVerdict> Verdicts);

    private sealed record NotWritten(Exception Problem);
}
