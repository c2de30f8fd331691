using AttnSweep.Worker.Runners;

namespace AttnSweep.Clustering.Tests.Runners;

public sealed class BoundedLinesTests
{
    [Fact]
    public async Task Lines_come_whole_the_last_one_without_its_end_too()
    {
        Assert.Equal(["one", "", "three"], await ReadAsync("one\n\nthree", 10));
        Assert.Equal(["one"], await ReadAsync("one\n", 10));
        Assert.Empty(await ReadAsync("", 10));
    }

    [Fact]
    public async Task Lines_longer_than_the_buffer_come_whole()
    {
        var lines = new[] { new string('a', 40_000), "b", new string('c', 16 << 10), "d" };
        Assert.Equal(lines, await ReadAsync(string.Join('\n', lines), 50_000));
    }

    [Fact]
    public async Task A_line_at_the_limit_passes_and_one_over_it_ends_the_reading()
    {
        Assert.Equal(["1234567890"], await ReadAsync("1234567890\n", 10));
        var problem = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync("12345678901\n", 10));
        Assert.Contains("more than 10 characters", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_line_ends_before_it_fills_the_memory()
    {
        var endless = new EndlessReader();
        await Assert.ThrowsAsync<InvalidDataException>(() => new BoundedLines(endless, 100_000).ReadAsync());
        Assert.InRange(endless.Given, 100_000, 200_000);
    }

    private static async Task<List<string>> ReadAsync(string text, int limit)
    {
        var lines = new BoundedLines(new StringReader(text), limit);
        var read = new List<string>();
        while (await lines.ReadAsync() is { } line)
        {
            read.Add(line);
        }

        return read;
    }

    private sealed class EndlessReader : TextReader
    {
        public long Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill('x');
            Given += buffer.Length;
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
