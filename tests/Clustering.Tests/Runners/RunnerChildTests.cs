using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Protocol;
using AttnSweep.Worker.Runners;

namespace AttnSweep.Clustering.Tests.Runners;

/// <summary>Real child processes that misbehave; the limit on each test only keeps a hang from hanging the suite.</summary>
public sealed class RunnerChildTests : IDisposable
{
    private const int HangGuard = 60_000;
    private const string Finished = "echo '{\"event\":\"shard-finished\",\"shardId\":12,\"attempt\":2}'";

    private readonly TemporaryFolder _folder = new();
    private readonly Channel<object> _told = Channel.CreateUnbounded<object>();
    private readonly List<RunnerChild> _children = [];

    public void Dispose()
    {
        _children.ForEach(c => c.Kill());
        _folder.Dispose();
    }

    [Fact(Timeout = HangGuard)]
    public async Task Work_goes_in_as_a_line_and_events_come_out_with_the_number_of_the_process()
    {
        var child = Start($"echo \"$@\" > {_folder["arguments"]}; read -r work; printf %s \"$work\" > {_folder["work"]}; {Finished}; cat > {_folder["rest"]}");
        var work = Examples.Work();

        var generation = child.Give(work);

        var said = Assert.IsType<RunnerSaid>(await HearAsync());
        Assert.Equal((Examples.Device, generation), (said.DeviceId, said.Generation));
        Assert.Equal(new RunnerProtocol.ShardFinished(12, 2), said.Happened);
        Assert.Equal(JsonSerializer.Serialize(work, ProtocolJson.Options), await File.ReadAllTextAsync(_folder["work"]));
        Assert.Equal("--device cpu-simd --threads 3\n", await File.ReadAllTextAsync(_folder["arguments"]));
        Assert.Equal(generation, child.Give(work));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_crash_is_told_with_the_code_and_the_last_words()
    {
        var child = Start("read -r work; for i in $(seq 1 100); do echo \"line $i\" >&2; done; echo 'Illegal instruction' >&2; exit 7");

        var generation = child.Give(Examples.Work());

        var died = Assert.IsType<RunnerDied>(await HearAsync());
        Assert.Equal((Examples.Device, generation), (died.DeviceId, died.Generation));
        Assert.Contains("code 7", died.Story, StringComparison.Ordinal);
        Assert.EndsWith("line 100\nIllegal instruction", died.Story, StringComparison.Ordinal);
        Assert.DoesNotContain("line 50\n", died.Story, StringComparison.Ordinal);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData("echo 'Hello, world'", "no event")]
    [InlineData("echo '{\"event\":\"unheard-of\"}'", "no event")]
    [InlineData("echo '{\"shardId\":12,\"attempt\":2}'", "no event")]
    [InlineData("echo '{}'", "no event")]
    [InlineData("echo null", "a null event")]
    [InlineData("head -c 9000000 /dev/zero | tr '\\0' x", "more than 8388608 characters")]
    public async Task A_runner_that_writes_garbage_is_killed_and_the_garbage_told(string writes, string told)
    {
        var child = Start($"echo $$ > {_folder["pid"]}; {writes}; exec sleep 3600");

        child.Give(Examples.Work());

        var died = Assert.IsType<RunnerDied>(await HearAsync());
        Assert.Contains(told, died.Story, StringComparison.Ordinal);
        Assert.Contains("was killed", died.Story, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"/proc/{(await File.ReadAllTextAsync(_folder["pid"])).Trim()}"));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_killed_runner_is_followed_by_a_new_one_with_the_next_number()
    {
        var child = Start($"read -r work; {Finished}; exec sleep 3600");
        var first = child.Give(Examples.Work());
        await HearAsync();

        child.Kill();
        Assert.Equal(first, Assert.IsType<RunnerDied>(await HearAsync()).Generation);

        var second = child.Give(Examples.Work());
        Assert.Equal(first + 1, second);
        Assert.Equal(second, Assert.IsType<RunnerSaid>(await HearAsync()).Generation);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_runner_that_died_between_two_shards_is_replaced_when_work_comes()
    {
        var child = Start($"read -r work; {Finished}");
        var first = child.Give(Examples.Work());
        await HearAsync();
        Assert.IsType<RunnerDied>(await HearAsync());

        Assert.Equal(first + 1, child.Give(Examples.Work()));
        Assert.Equal(first + 1, Assert.IsType<RunnerSaid>(await HearAsync()).Generation);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_runner_that_hangs_is_killed_with_its_children_and_its_last_words_are_there_before()
    {
        var child = Start($"echo 'waiting for the driver' >&2; sleep 3600 & echo $! > {_folder["pid"]}; {Finished}; wait");
        child.Give(Examples.Work());
        Assert.IsType<RunnerSaid>(await HearAsync());
        using (var soon = new PeriodicTimer(TimeSpan.FromMilliseconds(20)))
        {
            while (child.LastWords.Length == 0)
            {
                await soon.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal("waiting for the driver", child.LastWords);
        child.Kill();
        Assert.Contains("code 137", Assert.IsType<RunnerDied>(await HearAsync()).Story, StringComparison.Ordinal);
        var sleeper = $"/proc/{(await File.ReadAllTextAsync(_folder["pid"])).Trim()}/stat";
        Assert.True(!File.Exists(sleeper) || (await File.ReadAllTextAsync(sleeper)).Contains(") Z ", StringComparison.Ordinal));
        Assert.Equal("", child.LastWords);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_grandchild_that_holds_the_output_does_not_hide_the_death()
    {
        Start("sleep 600 & echo \"sleeper $!\" >&2; exit 3").Give(Examples.Work());
        var story = Assert.IsType<RunnerDied>(await HearAsync()).Story;
        using (var sleeper = Process.GetProcessById(int.Parse(story.Split("sleeper ")[1], CultureInfo.InvariantCulture)))
        {
            sleeper.Kill();
        }

        Assert.Contains("code 3", story, StringComparison.Ordinal);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_runner_that_cannot_be_started_counts_as_dead()
    {
        var generation = new RunnerChild(Examples.Device, ["/no/such/program"], 1, TimeProvider.System, told => _told.Writer.TryWrite(told)).Give(Examples.Work());
        var died = Assert.IsType<RunnerDied>(await HearAsync());
        Assert.Equal(generation, died.Generation);
        Assert.Contains("/no/such/program", died.Story, StringComparison.Ordinal);
    }

    private RunnerChild Start(string script)
    {
        File.WriteAllText(_folder["runner.sh"], script);
        var child = new RunnerChild(Examples.Device, ["/bin/sh", _folder["runner.sh"]], 3, TimeProvider.System, happened => _told.Writer.TryWrite(happened));
        _children.Add(child);
        return child;
    }

    private async Task<object> HearAsync() => await _told.Reader.ReadAsync(TestContext.Current.CancellationToken);
}
