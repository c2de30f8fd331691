using System.Text.Json;
using AttnSweep.Protocol;
using AttnSweep.Sweeps;

namespace AttnSweep.Worker.Measuring;

/// <summary>A line of work, read and checked before it is measured: a person may have written it.</summary>
internal static class ShardLine
{
    /// <summary>Null, with one line that says why, where the line is no shard for this device.</summary>
    public static ShardWork? Parse(string line, DeviceInfo device, out string refusal)
    {
        try
        {
            var work = JsonSerializer.Deserialize<ShardWork>(line, ProtocolJson.Options);
            refusal = WhyNot(work, device) ?? "";
            return refusal.Length == 0 ? work : null;
        }
        catch (Exception problem) when (problem is JsonException or NotSupportedException)
        {
            refusal = $"the line is no shard: {problem.Message}";
            return null;
        }
    }

    private static string? WhyNot(ShardWork? work, DeviceInfo device) => work switch
    {
        null => "the line is no shard: it is null",
        { Lease: null } or { Input: null } or { Cells: null } or { Measure: null } => "the line is no shard: lease, input, cells and measure must not be null",
        _ when work.Cells.Any(cell => cell is not { Kernel: { Name: not null, Parameters: not null } }) => "the line is no shard: every cell has a kernel with a name and parameters",
        _ when work.Backend != device.Backend => $"the shard is for backend {work.Backend}, this runner has {device.Id} ({device.Backend})",
        _ when work.Input.Options is null || work.Input.Options.DType is null => "the line is no shard: the input's options must not be null",
        _ when InputRules.WhyNot(work.Input) is { } mistake => $"{mistake.Found}; {mistake.Expected}",
        _ when work.Measure is not { Trials: > 0, MaxSamples: > 0, VerifyRows: > 0, Confidence: > 0 and < 1 } => "trials, max-samples and verify-rows are at least 1, and confidence lies between 0 and 1",
        _ when !Regimes.All.Contains(work.Measure.Regime) || !CacheModes.All.Contains(work.Measure.Cache) =>
            $"regime is one of {string.Join(", ", Regimes.All)} and cache one of {string.Join(", ", CacheModes.All)}, not {work.Measure.Regime} and {work.Measure.Cache}",
        _ when work.Sparsity is { Rows: < 1 } => "sparsity needs at least 1 row",
        _ => null,
    };
}
