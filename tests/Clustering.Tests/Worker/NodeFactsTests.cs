using AttnSweep.Worker.Machine;

namespace AttnSweep.Clustering.Tests.Worker;

public sealed class NodeFactsTests
{
    private const string CpuInfo = "processor\t: 0\nmodel name\t: Some CPU @ 2.70GHz\nflags\t\t: fpu vme\n\nprocessor\t: 1\nmodel name\t: Some CPU @ 2.70GHz\n";
    private const string MemInfo = "MemTotal:       16316412 kB\nMemFree:          123 kB\n";

    [Fact]
    public void Facts_come_from_what_the_kernel_writes()
    {
        var facts = NodeFacts.Parse(CpuInfo, MemInfo, "performance\n", cores: 8, threads: 0, "1.0+abc");
        Assert.Equal("Some CPU @ 2.70GHz", facts["cpu"]);
        Assert.Equal("16 GiB", facts["memory"]);
        Assert.Equal("performance", facts["governor"]);
        Assert.Equal("8", facts["threads"]);
    }

    [Fact]
    public void Missing_files_give_facts_too()
    {
        var facts = NodeFacts.Parse("", "", "", cores: 2, threads: 1, "x");
        Assert.Equal(("unknown", "unknown", "1"), (facts["memory"], facts["governor"], facts["threads"]));
        Assert.NotEqual("", facts["cpu"]);
    }

    [Fact]
    public void The_fingerprint_is_the_machines_and_not_the_codes()
    {
        string Of(string governor, int threads, string code) => NodeFacts.Fingerprint(NodeFacts.Parse(CpuInfo, MemInfo, governor, 8, threads, code));
        Assert.Equal(Of("performance", 4, "1.0"), Of("performance", 4, "2.0"));
        Assert.NotEqual(Of("performance", 4, "1.0"), Of("powersave", 4, "1.0"));
        Assert.NotEqual(Of("performance", 4, "1.0"), Of("performance", 2, "1.0"));
    }
}
