using AttnSweep.Clustering.Logging;
using AttnSweep.Clustering.Tests.Infrastructure;

namespace AttnSweep.Clustering.Tests.Logging;

public sealed class LogGateTests
{
    [Fact]
    public void A_peer_that_tries_again_and_again_gets_a_line_a_minute_with_the_number_of_the_others()
    {
        var gate = LogGate.Empty;
        var lines = new List<string>();
        for (var second = 0; second < 125; second++)
        {
            (var line, gate) = gate.Pass($"tcp-{second}", $"a connection with 10.0.0.5:{40000 + second} was refused: it showed no certificate", Examples.Noon.AddSeconds(second));
            lines.AddRange(line is null ? [] : [line]);
        }

        Assert.Equal(3, lines.Count);
        Assert.EndsWith("no certificate", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("(59 more like it since the last)", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Another_peer_and_another_reason_are_told_at_once()
    {
        var (_, gate) = LogGate.Empty.Pass("tcp-1", "10.0.0.5:1 was refused", Examples.Noon);
        (var other, gate) = gate.Pass("tcp-1", "10.0.0.6:1 was refused", Examples.Noon);
        Assert.NotNull(other);
        Assert.NotNull(gate.Pass("tcp-1", "10.0.0.5:1 has left", Examples.Noon).Line);
    }

    [Fact]
    public void Advice_of_many_lines_is_cut_to_its_first() =>
        Assert.Equal("TLS handshake failed", LogGate.Empty.Pass("tcp-1", "TLS handshake failed\n  Possible causes:\n  1. the certificate", Examples.Noon).Line);

    [Fact]
    public void A_flood_of_ever_new_lines_takes_neither_memory_nor_disk()
    {
        var gate = LogGate.Empty;
        var lines = 0;
        for (var i = 0; i < 20 * LogGate.MostLines; i++)
        {
            // Ten a second, no two alike.
            (var line, gate) = gate.Pass("/user/coordinator", $"worker {i} is unknown", Examples.Noon.AddSeconds(i / 10.0));
            lines += line is null ? 0 : 1;
        }

        Assert.Equal(7 * LogGate.MostLines, lines);
        Assert.InRange(gate.Seen.Count, 1, LogGate.MostKinds);
    }
}
