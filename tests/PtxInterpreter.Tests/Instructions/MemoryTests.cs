using AttnSweep.PtxInterpreter.Memory;
using AttnSweep.PtxInterpreter.Reports;

namespace AttnSweep.PtxInterpreter.Tests.Instructions;

public sealed class MemoryTests
{
    [Theory]
    [InlineData("ld.global.s8 %r1, [%rd1];", 0xFFFFFF80u)]
    [InlineData("ld.global.u8 %r1, [%rd1];", 0x80u)]
    [InlineData("ld.global.s16 %r1, [%rd1];", 0x0180u)]
    [InlineData("ld.global.b32 %r1, [%rd1+4];", 0x00000002u)]
    [InlineData("ld.global.nc.b32 %r1, [%rd1+4];", 0x00000002u)]
    [InlineData("ld.b32 %r1, [%rd1+4];", 0x00000002u)]
    [InlineData("ld.volatile.global.b32 %r1, [%rd1+4];", 0x00000002u)]
    public void Loads_extend_by_their_type(string load, uint expected)
    {
        var memory = new GlobalMemory();
        var (from, to) = (memory.Allocate(64, "in"), memory.Allocate(64, "out"));
        from.Write<byte>([0x80, 0x01, 0, 0, 2, 0, 0, 0]);
        var report = PtxModule.Load(Ptx.Kernel($"{load} st.global.b32 [%rd3], %r1; ret;"), memory)
            .Launch("k", new Dim3(1), new Dim3(1), [PtxArgument.Of(from), PtxArgument.Of(to)]);
        Assert.Empty(report.Findings);
        var output = new uint[1];
        to.Read<uint>(output);
        Assert.Equal(expected, output[0]);
    }

    [Fact]
    public void A_vector_goes_element_by_element() => Assert.Equal(
        0x0000_0003_0000_0004ul,
        Ptx.Result("mov.f32 %f1, 0f00000001; st.global.v4.f32 [%rd2], {%f1, 0f00000002, 0f00000003, 0f00000004}; ld.global.v4.f32 {_, _, %f2, %f3}, [%rd2]; st.global.v2.f32 [%rd3], {%f3, %f2};"));

    [Fact]
    public void Shared_memory_is_reached_by_its_own_and_by_generic_addresses() => Assert.Equal(
        42ul,
        Ptx.Result(".shared .align 4 .b8 tile[64]; mov.b64 %rd4, tile; cvta.shared.u64 %rd5, %rd4; st.b32 [%rd5+8], 42; ld.shared.b32 %r1, [tile+8]; cvta.to.shared.u64 %rd6, %rd5; ld.shared.b32 %r2, [%rd6+8]; min.s32 %r1, %r1, %r2; st.global.b32 [%rd3], %r1;"));

    [Fact]
    public void Local_memory_is_each_threads_own()
    {
        var report = Ptx.Run(Ptx.Kernel(".local .align 4 .b8 mine[16]; mov.b64 %rd4, mine; cvta.local.u64 %rd5, %rd4; st.local.b32 [%rd4+4], %r0; ld.b32 %r1, [%rd5+4]; st.global.b32 [%rd3], %r1; ret;"), out var output, threads: 40);
        Assert.Empty(report.Findings);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (ulong)i), output.Take(40));
    }

    [Fact]
    public void Module_variables_have_their_values()
    {
        const string Module = ".const .align 4 .b32 table[3] = {7, 8, 9}; .global .f32 factor = 0f40000000; .global .b32 zero;";
        var report = Ptx.Run(Ptx.Kernel("ld.const.b32 %r1, [table+4]; ld.global.f32 %f1, [factor]; ld.global.b32 %r3, [zero]; cvt.rzi.s32.f32 %r2, %f1; mad.lo.s32 %r1, %r1, %r2, %r3; st.global.b32 [%rd3], %r1; ret;", Module), out var output);
        Assert.Empty(report.Findings);
        Assert.Equal(16ul, output[0]);
    }

    [Fact]
    public void Dynamic_shared_memory_is_as_long_as_the_launch_says()
    {
        var text = Ptx.Kernel("mov.b64 %rd4, dyn; st.shared.b32 [%rd4+60], 5; ld.shared.b32 %r1, [%rd4+60]; mov.b32 %r2, %dynamic_smem_size; add.s32 %r1, %r1, %r2; st.global.b32 [%rd3], %r1; ret;", ".extern .shared .align 4 .b8 dyn[];");
        var memory = new GlobalMemory();
        var (from, to) = (memory.Allocate(64), memory.Allocate(64));
        var module = PtxModule.Load(text, memory);
        Assert.Empty(module.Launch("k", new Dim3(1), new Dim3(1), [PtxArgument.Of(from), PtxArgument.Of(to)], dynamicSharedBytes: 64).Findings);
        var output = new int[1];
        to.Read<int>(output);
        Assert.Equal(69, output[0]);
        Assert.Equal(FindingKind.OutOfBounds, module.Launch("k", new Dim3(1), new Dim3(1), [PtxArgument.Of(from), PtxArgument.Of(to)], dynamicSharedBytes: 60).Findings[0].Kind);
    }

    [Theory]
    [InlineData("atom.global.add.u32 %r1, [%rd2], 3;", 10u, 10u, 13u)]
    [InlineData("atom.add.global.u32 %r1, [%rd2], 3;", 10u, 10u, 13u)]
    [InlineData("atom.global.min.s32 %r1, [%rd2], -3;", 10u, 10u, 0xFFFFFFFDu)]
    [InlineData("atom.global.min.u32 %r1, [%rd2], -3;", 10u, 10u, 10u)]
    [InlineData("atom.global.exch.b32 %r1, [%rd2], 5;", 10u, 10u, 5u)]
    [InlineData("atom.global.cas.b32 %r1, [%rd2], 10, 5;", 10u, 10u, 5u)]
    [InlineData("atom.global.cas.b32 %r1, [%rd2], 11, 5;", 10u, 10u, 10u)]
    [InlineData("atom.global.inc.u32 %r1, [%rd2], 10;", 10u, 10u, 0u)]
    [InlineData("atom.global.dec.u32 %r1, [%rd2], 7;", 10u, 10u, 7u)]
    [InlineData("mov.b32 %r1, 10; red.global.or.b32 [%rd2], 5;", 10u, 10u, 15u)]
    public void Atomics_give_the_old_value(string atomic, uint start, uint old, uint expected)
    {
        var report = Ptx.Run(Ptx.Kernel($"st.global.b32 [%rd2], {start}; {atomic} st.global.b32 [%rd2+8], %r1; ret;"), out var output);
        Assert.Empty(report.Findings);
        Assert.Equal((expected, old), ((uint)output[0], (uint)output[1]));
    }

    [Fact]
    public void Atomics_of_many_threads_add_up_and_do_not_race()
    {
        var report = Ptx.Run(Ptx.Kernel("red.global.add.f32 [%rd2], 0f3F800000; ret;"), out var output, threads: 100, blocks: 3);
        Assert.Empty(report.Findings);
        Assert.Equal(300f, BitConverter.UInt32BitsToSingle((uint)output[0]));
    }
}
