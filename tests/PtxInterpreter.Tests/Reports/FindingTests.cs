using AttnSweep.PtxInterpreter.Execution;
using AttnSweep.PtxInterpreter.Memory;
using AttnSweep.PtxInterpreter.Reports;

namespace AttnSweep.PtxInterpreter.Tests.Reports;

/// <summary>A sound kernel has no findings; each fault put into it is found, at its line.</summary>
public sealed class FindingTests
{
    /// <summary>Each thread stores to shared memory, waits, and takes its neighbour's value; the last thread takes the first's.</summary>
    private const string Rotate = """
        .shared .align 16 .b8 tile[512];
        mov.b64 %rd4, tile;
        mul.wide.u32 %rd5, %r0, 4;
        add.u64 %rd5, %rd4, %rd5;
        st.shared.b32 [%rd5], %r0;
        bar.sync 0;
        add.s32 %r1, %r0, 1;
        rem.u32 %r1, %r1, 64;
        mul.wide.u32 %rd6, %r1, 4;
        add.u64 %rd6, %rd4, %rd6;
        ld.shared.b32 %r2, [%rd6];
        st.global.b32 [%rd3], %r2;
        ret;
        """;

    [Fact]
    public void A_sound_kernel_has_none()
    {
        var report = Ptx.Run(Ptx.Kernel(Rotate), out var output, threads: 64, isWritten: false);
        Assert.Empty(report.Findings);
        Assert.False(report.IsAborted);
        Assert.Equal(Enumerable.Range(0, 64).Select(i => (ulong)(i + 1) % 64), output.Take(64));
    }

    [Theory]
    [InlineData("bar.sync 0;", "", FindingKind.Race, "ld.shared.b32")]
    [InlineData("bar.sync 0;", "setp.lt.s32 %p1, %r0, 16; @%p1 bar.sync 0;", FindingKind.UnevenBarrier, "@%p1 bar.sync")]
    [InlineData("bar.sync 0;", "setp.lt.s32 %p1, %r0, 16; @%p1 bra SKIP; bar.sync 0; SKIP:", FindingKind.UnevenBarrier, "bar.sync")]
    [InlineData("bar.sync 0;", "setp.lt.s32 %p1, %r0, 32; @%p1 bra SKIP; bar.sync 0; SKIP:", FindingKind.UnevenBarrier, "bar.sync")]
    [InlineData("bar.sync 0;", "setp.lt.s32 %p1, %r0, 32; @%p1 bra SKIP; bar.sync 1; bra GO; SKIP: bar.sync 0; GO:", FindingKind.UnevenBarrier, "bar.sync 1")]
    [InlineData("bar.sync 0;", "setp.lt.s32 %p1, %r0, 8; @%p1 ret; bar.sync 0;", FindingKind.UnevenBarrier, "bar.sync")]
    [InlineData("bar.sync 0;", "bar.warp.sync -1;", FindingKind.Race, "ld.shared.b32")] // orders a warp, and the block has two
    [InlineData("st.shared.b32 [%rd5], %r0;", "setp.ne.s32 %p1, %r0, 5; @%p1 st.shared.b32 [%rd5], %r0;", FindingKind.Uninitialised, "ld.shared.b32")]
    [InlineData("st.shared.b32 [%rd5], %r0;", "st.shared.b32 [%rd5+260], %r0;", FindingKind.OutOfBounds, "st.shared.b32")]
    [InlineData("st.shared.b32 [%rd5], %r0;", "st.shared.b32 [%rd5+2], %r0;", FindingKind.Misaligned, "st.shared.b32")]
    [InlineData("st.shared.b32 [%rd5], %r0;", "st.shared.v4.b32 [%rd5], {%r0, %r0, %r0, %r0};", FindingKind.Misaligned, "st.shared.v4.b32")]
    [InlineData("st.shared.b32 [%rd5], %r0;", "st.shared.b32 [%rd4], %r0;", FindingKind.Race, "st.shared.b32")]
    [InlineData("st.global.b32 [%rd3]", "st.global.b32 [%rd2+8188]", FindingKind.Race, "st.global.b32")]
    [InlineData("st.global.b32 [%rd3]", "st.global.b32 [%rd3+8000]", FindingKind.OutOfBounds, "st.global.b32")]
    [InlineData("ld.shared.b32 %r2, [%rd6];", "ld.shared.b32 %r2, [%rd6]; ld.global.b32 %r3, [%rd1];", FindingKind.Uninitialised, "ld.global.b32")]
    [InlineData("ld.shared.b32 %r2, [%rd6];", "ld.b32 %r2, [%rd6];", FindingKind.OutOfBounds, "ld.b32")] // a shared address is no generic one
    [InlineData("st.global.b32 [%rd3], %r2;", "trap;", FindingKind.Trap, "trap")]
    public void A_fault_is_found(string part, string fault, FindingKind kind, string at)
    {
        Assert.Contains(part, Rotate, StringComparison.Ordinal);
        var text = Ptx.Kernel(Rotate.Replace(part, fault, StringComparison.Ordinal));
        var report = Ptx.Run(text, threads: 64, isWritten: false);
        var finding = report.Findings.FirstOrDefault(f => f.Kind == kind && f.Line == Ptx.LineOf(text, at));
        Assert.True(finding is not null, string.Join("\n", report.Findings.DefaultIfEmpty()));
    }

    [Fact]
    public void A_finding_tells_who_and_where()
    {
        var report = Ptx.Run(Ptx.Kernel(Rotate.Replace("bar.sync 0;", "", StringComparison.Ordinal)), threads: 64, blocks: 1);
        var race = Assert.Single(report.Findings, f => f.Kind == FindingKind.Race && f.Instruction == "ld.shared.b32");
        // The warp of threads 0 to 31 runs first: its lane 0 reads what lane 1 has written.
        Assert.Equal((new Dim3(0, 0, 0), 0), (race.Block, race.Thread));
        Assert.Contains("reads 4 bytes at byte 4 of tile, as does thread 1 of block (0,0,0)", race.Detail, StringComparison.Ordinal);
        Assert.True(race.Occurrences > 1);
    }

    [Fact]
    public void A_warp_barrier_orders_the_lanes_of_one_warp()
    {
        var text = Ptx.Kernel(Rotate.Replace("bar.sync 0;", "bar.warp.sync -1;", StringComparison.Ordinal).Replace("%r1, 64;", "%r1, 32;", StringComparison.Ordinal));
        Assert.Empty(Ptx.Run(text, threads: 32).Findings);
    }

    [Fact]
    public void The_next_round_needs_a_barrier_too()
    {
        // Reads of the first round race with writes of the second, unless a barrier lies between them.
        static string Rounds(string between) => Ptx.Kernel(Rotate.Replace("ret;", $"{between} st.shared.b32 [%rd5], %r2; ret;", StringComparison.Ordinal));
        Assert.Empty(Ptx.Run(Rounds("bar.sync 0;"), threads: 64).Findings);
        var findings = Ptx.Run(Rounds(""), threads: 64).Findings;
        Assert.NotEmpty(findings);
        Assert.All(findings, f => Assert.Equal(FindingKind.Race, f.Kind));
    }

    [Fact]
    public void Two_readers_do_not_race_and_neighbouring_bytes_are_not_shared()
    {
        Assert.Empty(Ptx.Run(Ptx.Kernel("ld.global.b32 %r1, [%rd1]; st.global.b32 [%rd3], %r1; ret;"), threads: 64, blocks: 1).Findings);
        Assert.Empty(Ptx.Run(Ptx.Kernel("cvt.u64.u32 %rd4, %r0; add.u64 %rd4, %rd2, %rd4; st.global.b8 [%rd4], %r0; ret;"), threads: 64).Findings);
    }

    [Theory]
    [InlineData("st.global.b32 [%rd2], 1;", true)] // even of the same value
    [InlineData("ld.global.b32 %r1, [%rd2];", false)]
    [InlineData("mov.b32 %r1, %ctaid.x; setp.eq.s32 %p1, %r1, 2; ld.global.b32 %r2, [%rd2]; @%p1 st.global.b32 [%rd2], 1;", true)] // the last block writes what the others have read
    [InlineData("mov.b32 %r1, %ctaid.x; setp.eq.s32 %p1, %r1, 0; @%p1 st.global.b32 [%rd2], 1; bar.sync 0; ld.global.b32 %r2, [%rd2];", true)] // a barrier orders no blocks
    [InlineData("red.global.add.u32 [%rd2], 1;", false)]
    [InlineData("red.global.add.u32 [%rd2], 1; ld.global.b32 %r2, [%rd2];", true)]
    [InlineData("red.global.add.u32 [%rd2], 1; ld.volatile.global.b32 %r2, [%rd2];", false)]
    public void Blocks_race_with_each_other(string body, bool races) =>
        Assert.Equal(races, Ptx.Run(Ptx.Kernel($"{body} ret;"), threads: 1, blocks: 3).Findings.Any(f => f.Kind == FindingKind.Race));

    [Fact]
    public void Launches_do_not_race_with_each_other()
    {
        var memory = new GlobalMemory();
        var buffer = memory.Allocate(64);
        var module = PtxModule.Load(Ptx.Kernel("st.global.b32 [%rd2], 1; ret;"), memory);
        for (var i = 0; i < 2; i++)
            Assert.Empty(module.Launch("k", new Dim3(1), new Dim3(1), [PtxArgument.Of(buffer), PtxArgument.Of(buffer)]).Findings);
    }

    [Fact]
    public void A_freed_buffer_is_out_of_bounds()
    {
        var memory = new GlobalMemory();
        var (from, to) = (memory.Allocate(64, "in"), memory.Allocate(64, "out"));
        to.Free();
        var report = PtxModule.Load(Ptx.Kernel("st.global.b32 [%rd2], 1; ret;"), memory).Launch("k", new Dim3(1), new Dim3(1), [PtxArgument.Of(from), PtxArgument.Of(to)]);
        Assert.Equal(FindingKind.OutOfBounds, Assert.Single(report.Findings).Kind);
    }

    [Theory]
    [InlineData("setp.lt.s32 %p1, %r0, 16; @%p1 shfl.sync.down.b32 %r1, %r0, 1, 31, -1;")] // half the warp is elsewhere
    [InlineData("setp.lt.s32 %p1, %r0, 16; @%p1 shfl.sync.idx.b32 %r1, %r0, 20, 31, 65535;")] // reads from a lane that takes no part
    [InlineData("shfl.sync.down.b32 %r1, %r0, 1, 31, 15;")] // lanes outside their own mask
    [InlineData("setp.lt.s32 %p1, %r0, 16; @%p1 vote.sync.ballot.b32 %r1, %p1, -1;")]
    public void Uneven_warp_operations_are_found(string body) =>
        Assert.Contains(Ptx.Run(Ptx.Kernel($"{body} ret;"), threads: 32).Findings, f => f.Kind == FindingKind.UnevenWarp);

    [Fact]
    public void A_kernel_without_end_is_stopped()
    {
        var report = Ptx.Run(Ptx.Kernel("FOREVER: bra.uni FOREVER;"), options: new PtxOptions(MaxInstructionsPerWarp: 1000));
        Assert.True(report.IsAborted);
        Assert.Equal(FindingKind.TooLong, Assert.Single(report.Findings).Kind);
    }

    [Fact]
    public void What_PTX_allows_and_others_do_not_may_be_allowed()
    {
        var body = Rotate.Replace("bar.sync 0;", "setp.ge.s32 %p1, %r0, 64; @%p1 ret; bar.sync 0;", StringComparison.Ordinal);
        Assert.Equal(FindingKind.UnevenBarrier, Assert.Single(Ptx.Run(Ptx.Kernel(body), threads: 80).Findings).Kind);
        Assert.Empty(Ptx.Run(Ptx.Kernel(body), threads: 80, options: new PtxOptions(PortableBarriers: false)).Findings);
    }
}
