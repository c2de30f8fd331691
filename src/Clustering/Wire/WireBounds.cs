using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sweeps;
using static AttnSweep.Protocol.DispatchProtocol;

namespace AttnSweep.Clustering.Wire;

/// <summary>
/// How much a message may hold. Its bytes are bounded by <see cref="WireLimits"/> already; these bound what the bytes can make a receiver do:
/// rows of a statement, keys of a dictionary, lines of a log. Far above what a node says, and the same on every node. Pure.
/// </summary>
internal static class WireBounds
{
    public const int Name = 200;
    public const int Text = 16 << 10;
    public const int Devices = 256;
    public const int Facts = 256;
    public const int Leases = 1024;
    public const int Cells = 4 * PlannedShard.MaxCells;
    public const int Trials = 1000;
    public const int Metrics = 256;

    /// <summary>Null where a message keeps to the bounds, else what is wrong with it.</summary>
    public static string? WhyRefused(object message) => message switch
    {
        ICommand command when OfSender(command) is { } wrong => wrong,
        Introduce introduce => Present(introduce.Node, "node") ?? Many(introduce.Devices, Devices, "devices") ?? Many(introduce.Holding, Leases, "leases")
            ?? Many(introduce.Node.Facts, Facts, "facts") ?? introduce.Devices.Select(d => Long(d?.Id, Name, "device")).FirstOrDefault(w => w is not null),
        RequestShard request => Long(request.DeviceId, Name, "device"),
        RenewLeases renewal => Many(renewal.Leases, Leases, "leases") ?? renewal.Leases.Select(l => Present(l?.Lease, "lease")).FirstOrDefault(w => w is not null),
        ReportChunk report => OfReport(report),
        ReturnShard returned => Present(returned.Lease, "lease") ?? Long(returned.Detail, Text, "detail", optional: true),
        ShardGranted granted => Present(granted.Work?.Lease, "lease") ?? Present(granted.Work!.Input, "input") ?? Present(granted.Work.Measure, "rules")
            ?? Many(granted.Work.Cells, Cells, "cells"),
        ChunkRecorded recorded => Present(recorded.Lease, "lease"),
        ReturnRecorded recorded => Present(recorded.Lease, "lease"),
        LeaseLost lost => Present(lost.Lease, "lease") ?? Long(lost.Reason, Text, "reason"),
        TurnedAway turned => Long(turned.Reason, Text, "reason"),
        Bundle bundle => bundle.Messages.Select(WhyRefused).FirstOrDefault(wrong => wrong is not null),
        _ => null,
    };

    private static string? OfSender(ICommand command) => Long(command.Worker, Name, "worker") ?? Long(command.Incarnation, Name, "incarnation");

    private static string? OfReport(ReportChunk report) => Present(report.Lease, "lease") ?? Long(report.DeviceId, Name, "device")
        ?? (report.Chunk < 0 ? "a negative chunk" : null) ?? Many(report.Results, Cells, "results")
        ?? report.Results.Select(OfResult).FirstOrDefault(wrong => wrong is not null)
        ?? (report.Sparsity is { } sparsity ? Many(sparsity.Metrics, Metrics, "metrics") ?? Many(sparsity.Theory, Metrics, "predictions") : null);

    private static string? OfResult(CellResult? result) => Present(result, "result") ?? Many(result!.Trials, Trials, "trials")
        ?? Long(result.Detail, Text, "detail", optional: true)
        ?? result.Trials.Select(trial => Present(trial?.SamplesUs, "samples") ?? Present(trial!.Summary, "summary")).FirstOrDefault(wrong => wrong is not null)
        ?? (result.Phases is { } phases ? Many(phases, Metrics, "phases") : null);

    private static string? Present(object? part, string what) => part is null ? $"no {what}" : null;

    private static string? Many<T>(IReadOnlyCollection<T>? list, int most, string what) =>
        list is null ? $"no {what}" : list.Count > most ? $"{list.Count} {what}; at most {most}" : null;

    private static string? Long(string? text, int most, string what, bool optional = false) =>
        text is null ? optional ? null : $"no {what}" : text.Length > most ? $"a {what} of {text.Length} characters; at most {most}" : null;
}
