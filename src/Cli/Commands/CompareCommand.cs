using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Cli.Reports;
using AttnSweep.Statistics;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Reading;
using AttnSweep.Storage.Runs;

namespace AttnSweep.Cli.Commands;

/// <summary>Two runs, cell by cell; what was found is stored.</summary>
internal static class CompareCommand
{
    private const string Never = "never";

    public static Command Create(Surroundings around)
    {
        var a = SharedOptions.Run("A");
        var b = SharedOptions.Run("B");
        var all = new Option<bool>("--all") { Description = "Show cells that are SAME or NODATA too" };
        var failOn = new Option<string>("--fail-on")
        {
            Description = "Verdicts that give exit code 1, separated by commas: slower, faster, ambiguous, nodata, same; or never",
            DefaultValueFactory = _ => "slower",
            HelpName = "VERDICTS",
            Validators = { v => SharedOptions.Demand<string>(v, list => FailOn(list) is not null, "--fail-on is a list of slower, faster, ambiguous, nodata, same; or never") },
        };
        var noStore = new Option<bool>("--no-store") { Description = "Do not keep the verdicts in the database" };
        var json = SharedOptions.Json("Verdicts");
        var csv = new Option<bool>("--csv") { Description = "One row per cell as CSV with a header" };
        var database = SharedOptions.Database();
        var command = new ExampledCommand(
            "compare", "Says which cells of run B are faster or slower than in run A, and keeps the verdicts; exit code 1 when one is slower",
            "attnsweep compare 3 4\nattnsweep compare 3 4 --fail-on slower,ambiguous --csv > verdicts.csv\nattnsweep sql \"SELECT variant, n, verdict, ratio FROM v_verdicts WHERE run_id = 4\"")
        { a, b, all, failOn, noStore, json, csv, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            SharedOptions.DemandOneFormat(parsed.GetValue(csv), parsed.GetValue(json));
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.Reader);
            var runs = new RunStore(store);
            var first = await SharedOptions.FindRunAsync(runs, parsed.GetValue(a)!, cancellation);
            var second = await SharedOptions.FindRunAsync(runs, parsed.GetValue(b)!, cancellation);
            var compared = await CompareAsync(around, new ReportReader(store), first, second, cancellation);
            if (!parsed.GetValue(noStore))
            {
                await StoreAsync(around, access.ConnectionString, first, second, compared, cancellation);
            }

            var report = new ComparisonReport(first, second, compared);
            if (parsed.GetValue(json))
            {
                around.Out.WriteLine(report.Json());
            }
            else if (parsed.GetValue(csv))
            {
                foreach (var line in report.Csv())
                {
                    around.Out.WriteLine(line);
                }
            }
            else
            {
                report.Write(around.Console, parsed.GetValue(all));
            }

            return compared.Any(c => FailOn(parsed.GetValue(failOn))!.Contains(c.Verdict)) ? ExitCodes.BadNews : ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>The verdicts of a list as the user wrote it; null when it is none.</summary>
    internal static IReadOnlyList<CellVerdict>? FailOn(string? list)
    {
        var names = SharedOptions.Split([list ?? ""]);
        if (names is [Never])
        {
            return [];
        }

        var verdicts = names.Select(n => Enum.GetValues<CellVerdict>().Where(v => v.Name().Equals(n, StringComparison.OrdinalIgnoreCase)).ToList()).ToList();
        return names.Count == 0 || verdicts.Any(v => v.Count == 0) ? null : [.. verdicts.SelectMany(v => v)];
    }

    /// <summary>Cells of both runs by what identifies them. Pure.</summary>
    internal static IReadOnlyList<(string Key, CellSamples? A, CellSamples? B)> Pair(IReadOnlyList<SeriesRow> a, IReadOnlyList<SeriesRow> b)
    {
        static Dictionary<string, CellSamples> ByKey(IReadOnlyList<SeriesRow> rows) => rows.GroupBy(r => r.Key).ToDictionary(
            g => g.Key, g => new CellSamples([.. g.Select(r => r.SamplesUs).OfType<double[]>()], g.First().CellId));
        var (left, right) = (ByKey(a), ByKey(b));
        return [.. left.Keys.Union(right.Keys).Select(key => (key, left.GetValueOrDefault(key), right.GetValueOrDefault(key)))];
    }

    private static async Task<IReadOnlyList<CellComparison>> CompareAsync(
        Surroundings around, ReportReader reader, RunRecord first, RunRecord second, CancellationToken cancellation)
    {
        if (first.RunId == second.RunId)
        {
            throw new AskedWronglyException($"both are run {first.RunId}; give two different runs (`attnsweep status` lists them)");
        }

        var pairs = Pair(await reader.SeriesAsync(first.RunId, cancellation), await reader.SeriesAsync(second.RunId, cancellation));
        if (!pairs.Any(p => p.A is not null && p.B is not null))
        {
            throw new AskedWronglyException(
                $"runs {first.RunId} ({first.Name}) and {second.RunId} ({second.Name}) have no measured cell in common: "
                + "kernel, parameters, backend, input model, heads, n, d, sigma and seed must be the same");
        }

        foreach (var run in new[] { first, second }.Where(r => r.State is not "finished"))
        {
            await around.Error.WriteLineAsync($"attnsweep: run {run.RunId} is {run.State}; cells without a result are NODATA");
        }

        return RunComparison.Compare(pairs, new ComparisonRules());
    }

    /// <summary>A login that may only read still gets its answer.</summary>
    private static async Task StoreAsync(
        Surroundings around, string connectionString, RunRecord first, RunRecord second, IReadOnlyList<CellComparison> compared, CancellationToken cancellation)
    {
        try
        {
            await using var writing = new Database(connectionString, DatabaseRole.App);
            await new VerdictStore(writing).PutAsync(first.RunId, second.RunId, compared, cancellation);
        }
        catch (DatabaseProblemException problem)
        {
            await around.Error.WriteLineAsync($"attnsweep: the verdicts were not stored: {problem.Message}");
        }
    }
}
