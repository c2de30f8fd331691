using AttnSweep.Protocol;
using AttnSweep.Results;
using static AttnSweep.Protocol.DispatchProtocol;

namespace AttnSweep.Clustering.Wire;

/// <summary>
/// Upper bounds of messages as JSON, without writing it: reports are cut and messages bundled by them. A number takes at most 25 bytes, a
/// character of text at most 6.
/// </summary>
public static class MessageSize
{
    private const int Number = 25;
    private const int Character = 6;

    /// <summary>Names, braces and numbers of a record of any kind here.</summary>
    private const int Fixed = 1 << 10;

    public static long AtMost(object message) => message switch
    {
        ReportChunk chunk => Fixed + AtMost(chunk.Sparsity) + chunk.Results.Sum(AtMost),
        ShardGranted granted => (3 * Fixed) + granted.Work.Cells.Sum(cell => Fixed + AtMost(cell.Kernel.Variant) + (cell.Kernel.Parameters.Count * 100L)),
        ReturnShard returned => Fixed + AtMost(returned.Detail),
        RenewLeases renewal => Fixed + (renewal.Leases.Count * 300L),
        LeaseLost lost => Fixed + AtMost(lost.Reason),
        TurnedAway turned => Fixed + AtMost(turned.Reason),
        Introduce or Bundle => WireLimits.MessageBytes,
        _ => Fixed,
    };

    public static long AtMost(CellResult result) =>
        Fixed + AtMost(result.Detail) + ((result.Phases?.Count ?? 0) * 100L) + result.Trials.Sum(trial => (2L * Fixed) + (trial.SamplesUs.Length * (long)Number));

    private static long AtMost(SparsityResult? sparsity) => sparsity is null ? 0 : Fixed + (sparsity.Metrics.Count * 300L) + (sparsity.Theory.Count * 100L);

    private static long AtMost(string? text) => (text?.Length ?? 0) * (long)Character;
}
