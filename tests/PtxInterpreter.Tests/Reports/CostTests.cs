using AttnSweep.PtxInterpreter.Reports;

namespace AttnSweep.PtxInterpreter.Tests.Reports;

/// <summary>Counts that can be worked out by hand.</summary>
public sealed class CostTests
{
    [Theory]
    [InlineData(4, "b32", 4)] // 128 bytes side by side
    [InlineData(8, "b32", 8)] // every other word
    [InlineData(32, "b32", 32)]
    [InlineData(0, "b32", 1)] // one word for all
    [InlineData(16, "v4.b32", 16)]
    [InlineData(8, "b64", 8)]
    public void Sectors_of_a_load(int stride, string type, int sectors)
    {
        var destination = type switch { "v4.b32" => "{%r1, %r2, %r3, %r4}", "b64" => "%rd6", _ => "%r1" };
        var report = Ptx.Run(Ptx.Kernel($"mul.wide.u32 %rd5, %r0, {stride}; add.u64 %rd5, %rd1, %rd5; ld.global.{type} {destination}, [%rd5]; ret;"), threads: 32);
        Assert.Equal((sectors, 1), (report.Costs.GlobalSectors, report.Costs.GlobalAccesses));
    }

    [Theory]
    [InlineData(4, "b32", 1, 0)]
    [InlineData(8, "b32", 2, 1)] // two words in each of 16 banks
    [InlineData(128, "b32", 32, 31)] // all in one bank
    [InlineData(132, "b32", 1, 0)] // the same, padded
    [InlineData(0, "b32", 1, 0)] // a broadcast
    [InlineData(16, "v4.b32", 4, 0)] // a quarter of the warp at a time
    [InlineData(128, "v4.b32", 32, 28)]
    [InlineData(144, "v4.b32", 4, 0)]
    [InlineData(8, "b64", 2, 0)]
    public void Bank_conflicts_of_a_store(int stride, string type, int wavefronts, int conflicts)
    {
        var source = type switch { "v4.b32" => "{%r1, %r1, %r1, %r1}", "b64" => "%rd1", _ => "%r1" };
        var guard = stride == 0 ? "ld.shared" : "st.shared";
        var access = stride == 0 ? $"st.shared.{type} [tile], 1; bar.sync 0; ld.shared.{type} %r1, [%rd5];" : $"st.shared.{type} [%rd5], {source};";
        var report = Ptx.Run(Ptx.Kernel($".shared .align 16 .b8 tile[8192]; mov.b32 %r1, 1; mov.b64 %rd4, tile; mul.wide.u32 %rd5, %r0, {stride}; add.u64 %rd5, %rd4, %rd5; {access} ret;"), threads: 32);
        var line = Assert.Single(report.Lines, l => l.Instruction.StartsWith(guard, StringComparison.Ordinal));
        Assert.Equal((wavefronts, conflicts), (line.SharedWavefronts, line.BankConflicts));
    }

    [Fact]
    public void Instructions_are_counted_by_class_for_warps_and_threads()
    {
        var report = Ptx.Run(Ptx.Kernel("mov.f32 %f1, 0f3F800000; ex2.approx.f32 %f2, %f1; add.f32 %f3, %f1, %f2; st.global.f32 [%rd3], %f3; ret;"), threads: 40, blocks: 2, outBytes: 8192);
        Assert.Equal(new InstructionCount(4, 80), report.Costs.ByClass[InstructionClass.Special]);
        Assert.Equal(new InstructionCount(4, 80), report.Costs.ByClass[InstructionClass.F32]);
        Assert.Equal(new InstructionCount(8, 160), report.Costs.ByClass[InstructionClass.Parameter]);
        Assert.Equal(new InstructionCount(8, 160), report.Costs.ByClass[InstructionClass.Move]);
        Assert.Equal(new InstructionCount(4, 80), report.Costs.ByClass[InstructionClass.GlobalStore]);
        Assert.Equal(report.Costs.WarpInstructions, report.Lines.Sum(l => l.Count.Warps));
    }

    [Fact]
    public void Costs_of_launches_add_up()
    {
        var one = Ptx.Run(Ptx.Kernel("st.global.b32 [%rd3], 1; ret;"), threads: 32).Costs;
        var two = one + one;
        Assert.Equal((2 * one.WarpInstructions, 2 * one.GlobalSectors), (two.WarpInstructions, two.GlobalSectors));
        Assert.Equal(one.ByClass.Keys, two.ByClass.Keys);
    }

    [Fact]
    public void A_second_run_costs_the_same()
    {
        var text = Ptx.Kernel("rem.u32 %r1, %r0, 7; setp.lt.s32 %p1, %r1, 3; @%p1 bra.uni LESS; add.s32 %r1, %r1, 1; LESS: st.global.b32 [%rd3], %r1; ret;");
        var (first, second) = (Ptx.Run(text, threads: 64), Ptx.Run(text, threads: 64));
        Assert.Equal(first.Lines, second.Lines);
        Assert.Equal(2, first.Costs.DivergentUniformBranches);
    }
}
