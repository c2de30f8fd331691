using AttnSweep.Worker.Machine;

namespace AttnSweep.Clustering.Tests.Machine;

public sealed class NodeFactsTests
{
    private const string CpuInfo = "processor\t: 0\nmodel name\t: Example CPU @ 2.00GHz: special\nflags\t\t: fpu\n\nprocessor\t: 1\nmodel name\t: Another\n";
    private const string MemInfo = "MemTotal:       16333764 kB\nMemFree:         1000000 kB\n";

    [Fact]
    public void Facts_are_read_from_what_the_kernel_writes()
    {
        var facts = NodeFacts.Parse(CpuInfo, MemInfo, "performance\n", 8, 4, "0.1.0+abc");
        Assert.Equal("Example CPU @ 2.00GHz: special", facts["cpu"]);
        Assert.Equal("16333764 kB", facts["memory"]);
        Assert.Equal("performance", facts["governor"]);
        Assert.Equal(("8", "4", "0.1.0+abc"), (facts["cores"], facts["threads"], facts["code"]));
    }

    [Fact]
    public void No_thread_count_means_all_cores() => Assert.Equal("8", NodeFacts.Parse(CpuInfo, MemInfo, "", 8, 0, "x")["threads"]);

    [Fact]
    public void What_a_machine_does_not_tell_is_unknown_rather_than_missing()
    {
        var facts = NodeFacts.Parse("", "", "", 2, 0, "x");
        Assert.Equal(("unknown", "unknown"), (facts["memory"], facts["governor"]));
        Assert.NotEmpty(facts["cpu"]);
    }

    [Fact]
    public void The_fingerprint_is_stable_and_every_fact_moves_it()
    {
        var facts = NodeFacts.Parse(CpuInfo, MemInfo, "performance", 8, 0, "x");
        var fingerprint = NodeFacts.Fingerprint(facts);

        Assert.Matches("^[0-9a-f]{64}$", fingerprint);
        Assert.Equal(fingerprint, NodeFacts.Fingerprint(NodeFacts.Parse(CpuInfo, MemInfo, "performance\n", 8, 8, "x")));
        Assert.All(facts.Keys, fact => Assert.NotEqual(fingerprint, NodeFacts.Fingerprint(facts.SetItem(fact, facts[fact] + "!"))));
    }

    [Fact]
    public void A_fingerprint_once_stored_means_the_same_for_ever() =>
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("a=1\nb=2"u8)),
            NodeFacts.Fingerprint(System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("b", "2").Add("a", "1")));
}
