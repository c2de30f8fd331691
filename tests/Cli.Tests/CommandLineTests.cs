using AttnSweep.Cli.CommandLine;
using AttnSweep.Kernels.Devices;
using AttnSweep.Storage.Connections;
using Spectre.Console.Testing;

namespace AttnSweep.Cli.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private readonly StopSignal _stop = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("attnsweep-cli-").FullName;

    [Fact]
    public async Task An_unknown_command_is_asked_wrongly_and_points_to_help()
    {
        Assert.Equal(ExitCodes.AskedWrongly, await RunAsync("mesure"));
        Assert.Contains("'mesure'", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("attnsweep --help", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "x.yaml", "--workers", "0")]
    [InlineData("worker", "--port", "70000")]
    [InlineData("schedule", "add", "nightly", "x.yaml")]
    [InlineData("runner")]
    public async Task A_wrong_option_is_asked_wrongly(params string[] arguments)
    {
        Assert.Equal(ExitCodes.AskedWrongly, await RunAsync(arguments));
        Assert.NotEmpty(_error.ToString());
        Assert.Empty(_out.ToString());
    }

    [Fact]
    public async Task Every_command_has_help_with_an_example()
    {
        foreach (var words in AttnsweepProgram.Build(Around()).Subcommands.SelectMany(c => (string[][])[[c.Name], .. c.Subcommands.Select(s => new[] { c.Name, s.Name })]))
        {
            _out.GetStringBuilder().Clear();
            Assert.Equal(ExitCodes.Ok, await RunAsync([.. words, "--help"]));
            Assert.Contains("Example:", _out.ToString(), StringComparison.Ordinal);
            Assert.Contains($"attnsweep {string.Join(' ', words)}", _out.ToString(), StringComparison.Ordinal);
        }
    }

    /// <summary>What is wrong, where, and what would be right.</summary>
    [Theory]
    [InlineData("there is no command 'plna'; did you mean 'plan'?", "plna")]
    [InlineData("there is no command 'db stat'; did you mean 'start'?", "db", "stat")]
    [InlineData("`attnsweep plan` needs FILE", "plan")]
    [InlineData("`attnsweep compare` needs B", "compare", "3")]
    [InlineData("`attnsweep schedule` needs a command: add, list, run-now, remove", "schedule")]
    [InlineData("`attnsweep schedule add` needs --cron", "schedule", "add", "nightly", "x.yaml")]
    [InlineData("`attnsweep plan` has no option '--jsn'; did you mean '--json'?", "plan", "x.yaml", "--jsn")]
    [InlineData("`attnsweep version` has no option '--jsn'", "version", "--jsn")]
    [InlineData("'y.yaml' is one word too many for `attnsweep plan`, which takes FILE", "plan", "x.yaml", "y.yaml")]
    [InlineData("--workers is between 1 and 256; it cannot be 'abc'", "run", "x.yaml", "--workers", "abc")]
    [InlineData("--workers is between 1 and 256; it cannot be '0'", "run", "x.yaml", "--workers", "0")]
    [InlineData("--port is between 0 and 65535; it cannot be '99999'", "run", "x.yaml", "--port", "99999")]
    [InlineData("--catch-up-hours is between 0 and 8760; it cannot be 'x'", "schedule", "add", "n", "x.yaml", "--cron", "1 1 * * *", "--catch-up", "x")]
    [InlineData("--priority cannot be 'high'; a number is meant", "submit", "x.yaml", "--priority", "high")]
    [InlineData("--cron needs a value", "schedule", "add", "n", "x.yaml", "--cron")]
    [InlineData("--fail-on is a list of slower, faster, ambiguous, nodata, same; or never; it cannot be 'bad'", "compare", "1", "2", "--fail-on", "bad")]
    public async Task A_wrong_command_line_is_one_line_that_says_what_would_be_right(string expected, params string[] arguments)
    {
        Assert.Equal(ExitCodes.AskedWrongly, await RunAsync(arguments));
        var lines = _error.ToString().TrimEnd().Split('\n');
        Assert.Equal($"attnsweep: {expected}", lines[0]);
        Assert.StartsWith("attnsweep: see `attnsweep", Assert.Single(lines.Skip(1)), StringComparison.Ordinal);
        Assert.Empty(_out.ToString());
    }

    [Theory]
    [InlineData("choose either --csv or --json", "sql", "SELECT 1", "--csv", "--json")]
    [InlineData("the query is empty", "sql", " ; ")]
    [InlineData("--csv goes with --cells", "results", "3", "--csv")]
    [InlineData("--database is empty", "status", "--database", "")]
    [InlineData("the connection string cannot be understood", "status", "--database", "gibberish")]
    [InlineData("the NAME of a schedule is empty", "schedule", "add", "", "x.yaml", "--cron", "1 1 * * *")]
    public async Task What_cannot_be_done_is_refused_before_anything_is_started(string expected, params string[] arguments)
    {
        Assert.Equal(ExitCodes.AskedWrongly, await RunAsync(arguments));
        Assert.StartsWith($"attnsweep: {expected}", _error.ToString(), StringComparison.Ordinal);
        Assert.Single(_error.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_port_that_another_program_has_stops_run_before_anything_is_started()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var port = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;
        Assert.Equal(ExitCodes.SystemFailed, await RunAsync("run", await SweepAsync(), "--port", $"{port}"));
        Assert.StartsWith($"attnsweep: port {port} on 127.0.0.1 is in use", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_out.ToString());
    }

    [Fact]
    public async Task A_query_comes_from_the_argument_or_from_standard_input()
    {
        static Task<string?> Ask(string? argument, bool redirected) =>
            AttnSweep.Cli.Commands.SqlCommand.StatementAsync(argument, redirected, new StringReader("SELECT 2"), CancellationToken.None);
        Assert.Equal("SELECT 1", await Ask("SELECT 1", redirected: true));
        Assert.Equal("SELECT 2", await Ask("-", redirected: false));
        Assert.Equal("SELECT 2", await Ask(null, redirected: true));
        Assert.Null(await Ask(null, redirected: false));
    }

    [Fact]
    public async Task Doctor_tries_every_kernel_on_the_devices_asked_for()
    {
        await RunAsync("doctor", "--devices", "cpu-simd");
        Assert.Contains("cpu-simd: 11 of 11 kernels right in 55 cases, worst error 0.", _out.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("opencl", _out.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("WRONG", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_refuses_a_device_that_is_not_here()
    {
        Assert.Equal(ExitCodes.AskedWrongly, await RunAsync("doctor", "--devices", "cuda:7"));
        Assert.StartsWith("attnsweep: --devices: no device 'cuda:7' on this machine; there are: cpu-simd", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_sweep_file_is_one_line()
    {
        Assert.Equal(ExitCodes.AskedWrongly, await RunAsync("plan", "/nowhere/x.yaml"));
        Assert.Equal("attnsweep: /nowhere/x.yaml: there is no such file\n", _error.ToString());
    }

    [Fact]
    public async Task Mistakes_of_a_sweep_file_stop_run_before_anything_is_started()
    {
        var file = Path.Combine(_folder, "wrong.yaml");
        await File.WriteAllTextAsync(file, "name: wrong\nkernels: [flush]\n");
        Assert.Equal(ExitCodes.AskedWrongly, await RunAsync("run", file));
        Assert.Contains($"{file}:2:", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_out.ToString());
    }

    [Fact]
    public async Task Run_wants_either_a_file_or_a_run() => Assert.Equal(ExitCodes.AskedWrongly, await RunAsync("run"));

    [Fact]
    public async Task Plan_begins_with_the_number_of_cells_and_shards()
    {
        Assert.Equal(ExitCodes.Ok, await RunAsync("plan", await SweepAsync()));
        Assert.StartsWith("6 cells in 2 shards\n", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_as_json_has_the_numbers()
    {
        Assert.Equal(ExitCodes.Ok, await RunAsync("plan", await SweepAsync(), "--json"));
        using var json = System.Text.Json.JsonDocument.Parse(_out.ToString());
        Assert.Equal(6, json.RootElement.GetProperty("cells").GetInt32());
        Assert.Equal(2, json.RootElement.GetProperty("inputs").GetInt32());
        Assert.True(json.RootElement.GetProperty("memory_bytes").GetInt64() > 0);
        Assert.True(json.RootElement.GetProperty("seconds").GetDouble() > 0);
        Assert.Equal(3, json.RootElement.GetProperty("kernels").GetArrayLength());
    }

    [Fact]
    public async Task An_unreachable_database_is_a_failure_of_the_system_in_one_line()
    {
        Assert.Equal(ExitCodes.SystemFailed, await RunAsync("status", "--database", "Host=127.0.0.1;Port=1;Database=x;Username=y;Password=secret"));
        Assert.Single(_error.ToString().TrimEnd().Split('\n'));
        Assert.DoesNotContain("secret", _error.ToString(), StringComparison.Ordinal);
    }

    public static TheoryData<Exception, int> KnownProblems => new()
    {
        { new AskedWronglyException("x"), 2 },
        { new DeviceNotFoundException("x"), 2 },
        { new DatabaseProblemException("x"), 3 },
        { new SystemFailedException("x"), 3 },
        { new IOException("x"), 3 },
        { new OperationCanceledException(), 130 },
        { new AggregateException(new SystemFailedException("x")), 3 },
    };

    [Theory]
    [MemberData(nameof(KnownProblems))]
    public void Known_problems_have_their_exit_code_and_no_hint(Exception problem, int code)
    {
        var failure = Failures.Explain(problem);
        Assert.Equal((code, false), (failure.ExitCode, failure.Unknown));
        Assert.DoesNotContain("ATTNSWEEP_LOG", failure.Line, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unforeseen_problem_is_one_line_with_a_hint()
    {
        var failure = Failures.Explain(new InvalidOperationException("first\nsecond"));
        Assert.True(failure.Unknown);
        Assert.Equal("InvalidOperationException: first (ATTNSWEEP_LOG=debug shows where)", failure.Line);
    }

    public void Dispose()
    {
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Surroundings Around() => new(_out, _error, new TestConsole(), TimeProvider.System, _stop);

    private Task<int> RunAsync(params string[] arguments) => AttnsweepProgram.RunAsync(arguments, Around());

    private async Task<string> SweepAsync()
    {
        var file = Path.Combine(_folder, "small.yaml");
        await File.WriteAllTextAsync(file, """
            name: small
            input:
              model: independent
            axes:
              n: [64]
              d: [16]
              sigma: [1.0]
              seed: 1..2
            kernels:
              - flash
              - topk: { k: [n/16, n/8] }
            backends: [cpu-simd]
            measure: { preset: quick }
            """);
        return file;
    }
}
