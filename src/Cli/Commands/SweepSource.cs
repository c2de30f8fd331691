using AttnSweep.Cli.CommandLine;
using AttnSweep.Scheduling;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Scheduling;
using AttnSweep.SweepFiles;
using AttnSweep.Sweeps;

namespace AttnSweep.Cli.Commands;

/// <summary>A sweep file read from the disk and worked out.</summary>
internal sealed record SweepSource(string FileName, string Text, SweepPlan Plan)
{
    /// <exception cref="AskedWronglyException">It cannot be read or has mistakes; they are all in the message.</exception>
    /// <param name="options">How shards are sized and cells are estimated; null: by FLOP counts.</param>
    public static async Task<SweepSource> ReadAsync(string file, CancellationToken cancellation, PlannerOptions? options = null)
    {
        string text;
        try
        {
            text = file == "-" ? await Console.In.ReadToEndAsync(cancellation) : await File.ReadAllTextAsync(file, cancellation);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new AskedWronglyException($"{file}: there is no such file");
        }
        catch (UnauthorizedAccessException)
        {
            throw new AskedWronglyException(Directory.Exists(file) ? $"{file}: is a folder; give a sweep file" : $"{file}: may not be read");
        }

        var reading = SweepFile.Read(text, file, options);
        return reading.Plan is { } plan && reading.Mistakes.Count == 0
            ? new SweepSource(file, text, plan)
            : throw new AskedWronglyException(string.Join('\n', reading.Mistakes.Select(m => m.ToString())));
    }

    /// <summary>The same sweep with times by the results that a database has, and shards that fit the devices of its cluster. Unchanged where nothing was fitted and nobody is there.</summary>
    public async Task<SweepSource> WithCostsAsync(Database store, CancellationToken cancellation)
    {
        var model = await new CostStore(store).ReadAsync(cancellation);
        var backends = Plan.Shards.Select(shard => shard.Backend).ToHashSet();
        var devices = (await new SchedulingStore(store).PresentAsync(cancellation)).Count(device => backends.Contains(device.Backend));
        if (model.Fits.Count == 0 && devices == 0)
        {
            return this;
        }

        var cost = new CostEstimate { Model = model };
        var whole = SweepFile.Read(Text, FileName, new PlannerOptions { Cost = cost }).Plan!;
        var options = new PlannerOptions(ShardSeconds: ShardSizeRule.Seconds(whole.Seconds, devices)) { Cost = cost };
        return this with { Plan = devices == 0 ? whole : SweepFile.Read(Text, FileName, options).Plan! };
    }
}
