using AttnSweep.Worker.Machine;

namespace AttnSweep.Clustering.Tests.Worker;

public sealed class MachineTests
{
    private const string Stat = "cpu  1000 20 300 5000 80 7 13 60 400 0\ncpu0 500 10 150 2500 40 3 7 30 200 0\nintr 1\n";
    private const string CpuInfo = "processor\t: 0\ncpu MHz\t\t: 2600.000\n\nprocessor\t: 1\ncpu MHz\t\t: 2400.000\n";

    [Fact]
    public void A_moment_comes_from_what_the_kernel_writes()
    {
        var moment = LinuxMoment.Of(Stat, "3.20 1.00 0.50 2/400 99\n", CpuInfo, [3_000_000, 2_800_000], [45_000, 51_500]);
        Assert.Equal((2900, 51.5, 3.2), (moment.Mhz, moment.TemperatureC, moment.LoadAverage));
        // Guest time (the ninth number) is contained in user time.
        Assert.Equal((6480, 5080, 60), (moment.AllTicks, moment.IdleTicks, moment.StolenTicks));
        Assert.Equal(2500, LinuxMoment.Of(Stat, "", CpuInfo, [], []).Mhz);
    }

    [Fact]
    public void The_largest_resident_set_is_read_from_the_status_of_the_process()
    {
        Assert.Equal(2048L << 10, PeakMemory.Parse("Name:\tattnsweep\nVmPeak:\t  9999 kB\nVmHWM:\t    2048 kB\nVmRSS:\t 1024 kB\n"));
        Assert.Null(PeakMemory.Parse("Name:\tattnsweep\n"));
        PeakMemory.Reset();
        Assert.InRange(PeakMemory.Bytes()!.Value, 1 << 20, 1L << 40);
    }

    [Fact]
    public void What_the_machine_does_not_tell_is_null()
    {
        var nothing = new MachineWatch.Moment(LinuxMoment.Of("", "", "", [], []), null);
        var state = MachineWatch.Between(nothing, nothing);
        Assert.Equal(new Results.MachineState(null, null, null, null, null, null), state);
    }

    [Fact]
    public void Shares_are_of_the_time_between()
    {
        var before = new MachineWatch.Moment(LinuxMoment.Of(Stat, "1", CpuInfo, [], []), new GpuMoment(1900, 2600, 300, 60, 0));
        var after = new MachineWatch.Moment(
            LinuxMoment.Of("cpu  1060 20 310 5010 80 7 13 80 400 0\n", "2", CpuInfo, [2_000_000], []), new GpuMoment(1500, 2600, 690, 71, 0x4 | 0x80 | 0x1));
        var state = MachineWatch.Between(before, after);
        Assert.Equal((2500, 2000, 0.9, 0.2, 2), (state.CpuMhzBefore, state.CpuMhzAfter, state.BusyShare, state.StealShare, state.LoadAverage));
        Assert.Equal((1900, 1500, 690, 71), (state.Gpu!.SmMhzBefore, state.Gpu.SmMhzAfter, state.Gpu.PowerWatts, state.Gpu.TemperatureC));
        Assert.Equal(["sw-power-cap", "power-brake"], state.Gpu.ThrottleReasons);
    }

    [Fact]
    public void This_machine_tells_its_load_and_time()
    {
        using var watch = new MachineWatch("cpu-simd");
        var moment = watch.Look();
        Assert.True(moment.Linux.AllTicks > 0 && moment.Linux.LoadAverage >= 0);
        Assert.Null(moment.Gpu);
    }

    [Theory]
    [InlineData("no-such-library.so")]
    [InlineData("libc.so.6")]
    public void Without_the_drivers_library_there_is_no_gpu_to_watch(string library) => Assert.Null(Nvml.TryOpen(0, library));

    [Fact]
    public void Kernel_parameters_are_those_that_move_times()
    {
        Assert.Equal(
            "mitigations=off isolcpus=2-7 transparent_hugepage=madvise",
            KernelParameters.Of("console=ttyS0 mitigations=off root=/dev/sda1 isolcpus=2-7 transparent_hugepage=always token=secret\n", "always [madvise] never\n"));
        Assert.Equal("", KernelParameters.Of("", ""));
    }
}
