using AttnSweep.Cluster.Tests.Infrastructure;
using AttnSweep.Tests.OwnKernels;

namespace AttnSweep.Cluster.Tests;

/// <summary>A user's own kernel in a real sweep: planned, granted, verified, measured and stored like a built-in one.</summary>
[Trait("Category", "slow")]
public sealed class OwnKernelSweepTests(PostgresServer server) : IClassFixture<PostgresServer>, IDisposable
{
    private const string Variable = "ATTNSWEEP_KERNELS";

    /// <summary>8 cells, 6 of them of the own kernel.</summary>
    private const string Sweep = """
        name: own
        input: { model: independent }
        axes: { n: [64, 90], d: [16], sigma: [1.0], seed: [1] }
        kernels: [flash, dilated: { reach: [4, n/8, n], step: 7 }]
        backends: [cpu-simd]
        measure: { preset: quick, trials: 2, min_seconds: 0.001, max_seconds: 0.05, warm_up_seconds: 0.001, fresh_process_trials: 1 }
        """;

    private readonly string _folder = OwnKernelBuild.NewFolder();

    [Fact]
    public async Task It_is_measured_like_any_other_and_its_build_stands_beside_the_numbers()
    {
        await using var place = await server.NewPlaceAsync();

        var run = await place.RunWithAsync(Variable, _folder, "run", place.Write("own.yaml", Sweep));

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal(8, await place.ScalarAsync("SELECT count(*) FROM v_cells WHERE outcome = 'ok'"));
        Assert.Equal(6, await place.ScalarAsync("SELECT count(*) FROM v_cells WHERE kernel = 'dilated' AND kernel_build ~ '^Dilated 1\\.0\\.0 sha256:[0-9a-f]{16}$' AND phases_us ? 'attend' AND time_median_us > 0"));
        Assert.Equal(2, await place.ScalarAsync("SELECT count(*) FROM v_cells WHERE kernel = 'flash' AND kernel_build IS NULL"));
        // Trials of a fresh process come from a runner that loaded the kernel by itself.
        Assert.Equal(6, await place.ScalarAsync("SELECT count(*) FROM v_trials t JOIN v_cells USING (cell_id) WHERE kernel = 'dilated' AND t.fresh_process"));
    }

    [Fact]
    public async Task A_worker_without_it_ends_its_cells_as_unsupported_and_measures_the_others()
    {
        await using var place = await server.NewPlaceAsync();
        Assert.Equal(0, (await place.RunAsync("migrate")).ExitCode);
        var submitted = await place.RunWithAsync(Variable, _folder, "submit", place.Write("own.yaml", Sweep));
        Assert.True(submitted.ExitCode == 0, submitted.ToString());

        var run = await place.RunAsync("run", "--resume", "own");

        Assert.True(run.ExitCode == 1, run.ToString());
        Assert.Equal(2, await place.ScalarAsync("SELECT count(*) FROM v_cells WHERE outcome = 'ok' AND kernel = 'flash'"));
        Assert.Equal(6, await place.ScalarAsync("SELECT count(*) FROM v_cells WHERE outcome = 'unsupported' AND detail LIKE 'the own kernel ''dilated'' (Dilated 1.0.0 sha256:%) is not on this worker%'"));
    }

    [Fact]
    public async Task The_kernel_list_shows_where_it_comes_from_and_a_wrong_folder_stops_every_command()
    {
        var environment = new Dictionary<string, string?> { [Variable] = _folder, ["COLUMNS"] = "200" };
        var listed = await Attnsweep.RunAsync(environment, "kernels");
        Assert.True(listed.ExitCode == 0, listed.ToString());
        Assert.Contains("Dilated 1.0.0 sha256:", listed.Output, StringComparison.Ordinal);
        Assert.Contains("built in", listed.Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(_folder, "notes.dll"), "no assembly");
        var refused = await Attnsweep.RunAsync(environment, "plan", "own.yaml");
        Assert.Equal(2, refused.ExitCode);
        Assert.StartsWith($"attnsweep: {Path.Combine(_folder, "notes.dll")}: it is no .NET assembly", Assert.Single(refused.Errors.Split('\n')), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
