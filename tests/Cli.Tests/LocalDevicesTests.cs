using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.LocalCluster;
using AttnSweep.Protocol;
using AttnSweep.SweepFiles;
using AttnSweep.Sweeps;

namespace AttnSweep.Cli.Tests;

public sealed class LocalDevicesTests
{
    private static readonly SweepPlan Plan = SweepFile.Read(
        """
        name: two
        input: { model: independent }
        axes: { n: [64], d: [16], sigma: [1.0], seed: 1..1 }
        kernels: [flash]
        backends: [cpu-simd, opencl]
        measure: { preset: quick }
        """, "two.yaml").Plan!;

    [Fact]
    public void Only_what_the_sweep_needs_is_offered() =>
        Assert.Equal(["cpu-simd", "opencl"], LocalDevices.Offer(Plan, [], [Device("cpu-simd", "cpu-simd"), Device("opencl:0", "opencl"), Device("cuda:0", "cuda")]));

    [Fact]
    public void What_the_user_named_wins() =>
        Assert.Equal(["cpu-simd", "opencl:1"], LocalDevices.Offer(Plan, ["cpu-simd", "opencl:1"], [Device("cpu-simd", "cpu-simd"), Device("opencl:0", "opencl"), Device("opencl:1", "opencl")]));

    [Fact]
    public void A_backend_without_a_device_is_refused_with_what_there_is()
    {
        var problem = Assert.Throws<AskedWronglyException>(() => LocalDevices.Offer(Plan, [], [Device("cpu-simd", "cpu-simd")]));
        Assert.Contains("'opencl'", problem.Message, StringComparison.Ordinal);
        Assert.EndsWith("there are: cpu-simd", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu-simd", "leaves out")]
    [InlineData("cuda", "no device 'cuda'")]
    public void A_choice_of_devices_that_cannot_finish_the_sweep_is_refused(string asked, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<AskedWronglyException>(() => LocalDevices.Offer(Plan, [asked], [Device("cpu-simd", "cpu-simd"), Device("opencl:0", "opencl")])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Results_that_wait_for_one_database_never_reach_another()
    {
        const string One = "Host=127.0.0.1;Port=5432;Database=one;Username=u;Password=p";
        Assert.Equal("/spool", ClusterLayout.SpoolOf("/spool", null));
        Assert.NotEqual(ClusterLayout.SpoolOf("/spool", One), ClusterLayout.SpoolOf("/spool", One.Replace("=one", "=two", StringComparison.Ordinal)));
        Assert.Equal(ClusterLayout.SpoolOf("/spool", One), ClusterLayout.SpoolOf("/spool", "postgresql://other@127.0.0.1:5432/one"));
    }

    private static DeviceInfo Device(string id, string backend) => new(id, backend, id, 1 << 30, 2, "");
}
