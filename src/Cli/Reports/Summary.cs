using System.Globalization;
using AttnSweep.Cli.Display;
using AttnSweep.Storage.Reading;
using AttnSweep.Storage.Runs;
using Spectre.Console;

namespace AttnSweep.Cli.Reports;

/// <summary>What a run has to say, for a person: printed at its end and by `results`.</summary>
internal static class Summary
{
    public static async Task PrintAsync(RunRecord run, RunStore runs, RunReader reader, CancellationToken cancellation)
    {
        var progress = await runs.ProgressAsync(run.RunId, cancellation);
        var console = Screen.Out;
        console.WriteLine();
        console.Write(new Rule($"run {run.RunId}: {Markup.Escape(run.Name)}, {progress.State}").LeftJustified());
        console.WriteLine($"{progress.Done} of {progress.Cells} cells have a result; {Amounts.Duration(progress.ElapsedSeconds)} elapsed; {run.CodeVersion}");
        foreach (var at in await reader.EnvironmentsAsync(run.RunId, cancellation))
        {
            console.WriteLine($"{at.Cells} cells on {at.Worker} ({at.Host}): {at.Backend}, {at.Device}, {at.ComputeUnits} units, {at.Driver}");
        }

        SpeedupReport.Print(console, await reader.SpeedupsAsync(run.RunId, cancellation));
        SparsityReport.Print(console, await reader.SparsityAsync(run.RunId, cancellation));
        PrintFailures(console, await reader.FailuresAsync(run.RunId, cancellation));
        console.WriteLine();
        console.WriteLine("Next:");
        console.WriteLine($"  attnsweep sql \"select kernel, n, sigma, speedup_vs_dense, rel_error from v_cells where run_id = {run.RunId} order by speedup_vs_dense desc limit 10\"");
        console.WriteLine($"  attnsweep results {run.RunId}");
        console.WriteLine($"  attnsweep compare {Math.Max(1, run.RunId - 1)} {run.RunId}");
    }

    private static void PrintFailures(IAnsiConsole console, IReadOnlyList<FailureRow> failures)
    {
        if (failures.Count == 0)
        {
            return;
        }

        console.WriteLine();
        console.WriteLine("Cells that did not end ok:");
        var table = Screen.NewTable("outcome", "kernel", "backend", "cells", "for example");
        foreach (var failure in failures)
        {
            table.AddRow(
                failure.Outcome, failure.Kernel, failure.Backend, failure.Cells.ToString(CultureInfo.InvariantCulture), Markup.Escape(failure.Example ?? ""));
        }

        console.Write(table);
    }
}
