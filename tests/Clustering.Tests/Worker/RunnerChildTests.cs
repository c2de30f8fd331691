using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using AttnSweep.Protocol;
using AttnSweep.Worker.Runners;

namespace AttnSweep.Clustering.Tests.Worker;

/// <summary>What a worker learns of its runner, with small shell scripts in the runner's place.</summary>
public sealed class RunnerChildTests
{
    private const string Finished = """{"event":"shard-finished","shardId":7,"attempt":1}""";

    private readonly Channel<object> _told = Channel.CreateUnbounded<object>();

    [Fact]
    public async Task Events_are_handed_on_with_the_number_of_the_process()
    {
        var child = Child($"read line; echo '{Finished}'; read more");
        var generation = child.Give(Shards.Work());
        var said = Assert.IsType<RunnerSaid>(await NextAsync());
        Assert.Equal(generation, said.Generation);
        Assert.Equal(7, Assert.IsType<RunnerProtocol.ShardFinished>(said.Happened).ShardId);
        child.Kill();
        Assert.IsType<RunnerDied>(await NextAsync());
    }

    [Fact]
    public async Task A_crash_is_told_with_the_last_words()
    {
        Child("read line; echo 'the driver is gone' >&2; exit 7").Give(Shards.Work());
        var died = Assert.IsType<RunnerDied>(await NextAsync());
        Assert.Contains("code 7", died.Story, StringComparison.Ordinal);
        Assert.Contains("the driver is gone", died.Story, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo 'no event at all'")]
    [InlineData("echo '{}'")]
    [InlineData("echo null")]
    [InlineData("head -c 9000000 /dev/zero")]
    public async Task Garbage_ends_the_runner(string writes)
    {
        Child($"read line; {writes}; read more").Give(Shards.Work());
        Assert.Contains("and was killed", Assert.IsType<RunnerDied>(await NextAsync()).Story, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runner_that_hangs_is_killed_with_its_children()
    {
        var child = Child($"echo '{Finished}'; sleep 600 & wait");
        child.Give(Shards.Work());
        Assert.IsType<RunnerSaid>(await NextAsync());
        child.Kill();
        Assert.Contains("137", Assert.IsType<RunnerDied>(await NextAsync()).Story, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grandchild_that_holds_the_output_does_not_hide_the_death()
    {
        Child("sleep 600 & echo \"sleeper $!\" >&2; exit 3").Give(Shards.Work());
        var story = Assert.IsType<RunnerDied>(await NextAsync()).Story;
        using (var sleeper = Process.GetProcessById(int.Parse(story.Split("sleeper ")[1], CultureInfo.InvariantCulture)))
        {
            sleeper.Kill();
        }

        Assert.Contains("code 3", story, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runner_that_died_idle_is_replaced()
    {
        var child = Child($"read line; echo '{Finished}'; exit 0");
        var first = child.Give(Shards.Work());
        Assert.IsType<RunnerSaid>(await NextAsync());
        Assert.IsType<RunnerDied>(await NextAsync());

        var second = child.Give(Shards.Work());
        Assert.NotEqual(first, second);
        Assert.Equal(second, Assert.IsType<RunnerSaid>(await NextAsync()).Generation);
    }

    [Fact]
    public async Task A_runner_that_cannot_be_started_counts_as_dead()
    {
        var generation = new RunnerChild("cpu-simd", ["/no/such/program"], 1, TimeProvider.System, Tell).Give(Shards.Work());
        var died = Assert.IsType<RunnerDied>(await NextAsync());
        Assert.Equal(generation, died.Generation);
        Assert.Contains("/no/such/program", died.Story, StringComparison.Ordinal);
    }

    private RunnerChild Child(string script) => new("cpu-simd", ["/bin/sh", "-c", script, "runner"], 1, TimeProvider.System, Tell);

    private void Tell(object told) => Assert.True(_told.Writer.TryWrite(told));

    private async Task<object> NextAsync() => await _told.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
}
