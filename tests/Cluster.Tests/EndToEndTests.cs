using System.Globalization;
using AttnSweep.Cluster.Tests.Infrastructure;

namespace AttnSweep.Cluster.Tests;

/// <summary>What a user types, with nothing prepared: the launcher, a private PostgreSQL server, a cluster, the answer.</summary>
[Trait("Category", "slow")]
public sealed class EndToEndTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attnsweep-e2e-").FullName;
    private readonly string _home = Directory.CreateTempSubdirectory("attnsweep-home-").FullName;
    private readonly Dictionary<string, string?> _environment;

    public EndToEndTests() => _environment = new Dictionary<string, string?>
    {
        ["ATTNSWEEP_DATABASE"] = null,
        ["ATTNSWEEP_HOME"] = _home,
    };

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task A_sweep_file_becomes_answers_in_the_views()
    {
        var sweep = Path.Combine(_folder, "small.yaml");
        await File.WriteAllTextAsync(sweep, TestSweeps.Small);

        var run = await Run("run", sweep);

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("Speed-up over dense", run.Output, StringComparison.Ordinal);
        Assert.Contains("Sparsity: measured / theory", run.Output, StringComparison.Ordinal);
        Assert.Equal("12,12", await Csv("select count(*), count(distinct cell_id) from v_cells where outcome = 'ok'"));
        Assert.Equal("2", await Csv("select count(*) from v_sparsity where theory_entropy is not null and max_p > 0"));
        Assert.Equal("0", await Csv("select count(*) from v_cells where time_median_us <= 0 or time_low_us > time_high_us or samples < 1 or speedup_vs_dense is null"));
        // Dense kernels differ from the truth by rounding only; a window that ignores the scores cannot.
        Assert.Equal("true,true", await Csv("select max(rel_error) filter (where kernel = 'flash') < 1e-5, min(rel_error) filter (where kernel = 'window') > 0.1 from v_cells"));
        Assert.Empty(ProcessTree.Below(Environment.ProcessId, "coordinator"));
    }

    [Fact]
    public async Task The_answer_survives_and_a_second_resume_runs_nothing()
    {
        var sweep = Path.Combine(_folder, "small.yaml");
        await File.WriteAllTextAsync(sweep, TestSweeps.Small);
        Assert.Equal(0, (await Run("run", sweep)).ExitCode);
        var attempts = await Csv("select count(*) from v_attempts");

        var again = await Run("run", "--resume", "1");

        Assert.True(again.ExitCode == 0, again.ToString());
        Assert.Equal(attempts, await Csv("select count(*) from v_attempts"));
        Assert.Equal("12", await Csv("select count(*) from v_cells"));
    }

    [Fact]
    public async Task The_reader_reads_and_nothing_else()
    {
        var refused = await Run("sql", "create table mine (x int)");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("read-only", refused.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], StringComparison.Ordinal);
    }

    private Task<Attnsweep.Finished> Run(params string[] arguments) => Attnsweep.RunAsync(_environment, arguments);

    private async Task<string> Csv(string query)
    {
        var answer = await Run("sql", "--csv", query);
        Assert.True(answer.ExitCode == 0, answer.ToString());
        return string.Join('|', answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)).Trim().ToString(CultureInfo.InvariantCulture);
    }
}
