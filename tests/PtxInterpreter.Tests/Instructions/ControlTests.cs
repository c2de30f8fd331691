using AttnSweep.PtxInterpreter.Memory;
using AttnSweep.PtxInterpreter.Reports;

namespace AttnSweep.PtxInterpreter.Tests.Instructions;

public sealed class ControlTests
{
    [Fact]
    public void Lanes_part_and_meet_again()
    {
        // Odd threads count to their number, even ones give 100; all add 1 where they meet: in one instruction, not in two.
        var text = Ptx.Kernel("""
            and.b32 %r1, %r0, 1;
            mov.b32 %r2, 0;
            setp.eq.s32 %p1, %r1, 0;
            @%p1 bra EVEN;
            LOOP:
            setp.ge.s32 %p2, %r2, %r0;
            @%p2 bra MEET;
            add.s32 %r2, %r2, 1;
            bra.uni LOOP;
            EVEN:
            mov.b32 %r2, 100;
            MEET:
            add.s32 %r2, %r2, 1;
            st.global.b32 [%rd3], %r2;
            ret;
            """);
        var report = Ptx.Run(text, out var output, threads: 32);
        Assert.Empty(report.Findings);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => i % 2 == 1 ? (ulong)i + 1 : 101), output.Take(32));
        var store = Assert.Single(report.Lines, l => l.Line == Ptx.LineOf(text, "st.global.b32"));
        Assert.Equal((1, 32), (store.Count.Warps, store.Count.Threads));
        Assert.Equal(1 + 15, report.Costs.DivergentBranches); // the first branch, and the loop's end for all odd threads but the last
    }

    /// <summary>A whole warp takes another path through the interpreter than a part of one.</summary>
    [Theory]
    [InlineData(32)]
    [InlineData(21)]
    public void Many_lanes_compute_what_one_does(int threads)
    {
        var report = Ptx.Run(Ptx.Kernel("""
            cvt.rn.f32.u32 %f1, %r0; mul.f32 %f2, %f1, 0f3F400000; sub.f32 %f3, %f2, 0f40E00000; add.f32 %f3, %f3, %f1;
            sub.f32 %f4, 0f7F800000, 0f7F800000; add.f32 %f4, %f4, %f1; mov.b32 %r1, %f3; mov.b32 %r2, %f4;
            mul.lo.s32 %r3, %r0, -7; sub.s32 %r3, %r3, 5; xor.b32 %r3, %r3, %r0; and.b32 %r3, %r3, -2; or.b32 %r3, %r3, 1;
            add.u64 %rd4, %rd3, 4096; st.global.v2.b32 [%rd3], {%r1, %r2}; st.global.b32 [%rd4], %r3;
            ret;
            """), out var output, threads);
        Assert.Empty(report.Findings);
        Assert.All(Enumerable.Range(0, threads), i =>
        {
            Assert.Equal((i * 0.75f) - 7f + i, BitConverter.UInt32BitsToSingle((uint)output[i]));
            Assert.Equal(0x7FFFFFFFu, (uint)(output[i] >> 32));
            Assert.Equal((((-7 * i) - 5) ^ i) & -2 | 1, (int)output[512 + i]);
        });
    }

    [Fact]
    public void An_early_return_of_some_lanes_does_not_part_the_others()
    {
        var text = Ptx.Kernel("""
            setp.lt.s32 %p1, %r0, 16;
            @%p1 bra LOW;
            mov.b32 %r1, 1;
            bra MEET;
            LOW:
            setp.lt.s32 %p2, %r0, 4;
            @%p2 ret;
            mov.b32 %r1, 2;
            MEET:
            st.global.b32 [%rd3], %r1;
            ret;
            """);
        var report = Ptx.Run(text, out var output, threads: 32);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => i < 4 ? 0ul : i < 16 ? 2ul : 1ul), output.Take(32));
        Assert.Equal(1, Assert.Single(report.Lines, l => l.Instruction == "st.global.b32").Count.Warps);
    }

    [Fact]
    public void A_branch_by_index_goes_to_the_named_place()
    {
        var report = Ptx.Run(Ptx.Kernel("""
            LIST:
            .branchtargets A, B, C;
            rem.u32 %r1, %r0, 3;
            brx.idx.uni %r1, LIST;
            A: mov.b32 %r2, 10; bra MEET;
            B: mov.b32 %r2, 11; bra MEET;
            C: mov.b32 %r2, 12;
            MEET:
            st.global.b32 [%rd3], %r2;
            ret;
            """), out var output, threads: 7);
        Assert.Equal([10, 11, 12, 10, 11, 12, 10], output.Take(7));
        Assert.Equal(1, report.Costs.DivergentUniformBranches);
    }

    [Fact]
    public void Functions_are_called_with_parameters_and_recursion()
    {
        const string Factorial = """
            .visible .func (.param .b32 result) factorial(.param .b32 n)
            {
                .reg .pred %p<2>;
                .reg .b32 %r<5>;
                ld.param.b32 %r1, [n];
                setp.gt.s32 %p1, %r1, 1;
                @%p1 bra MORE;
                st.param.b32 [result], 1;
                ret;
                MORE:
                sub.s32 %r2, %r1, 1;
                {
                .param .b32 a;
                .param .b32 b;
                st.param.b32 [a], %r2;
                call (b), factorial, (a);
                ld.param.b32 %r3, [b];
                }
                mul.lo.s32 %r4, %r1, %r3;
                st.param.b32 [result], %r4;
            }
            """;
        var report = Ptx.Run(Ptx.Kernel("{ .param .b32 x; .param .b32 y; st.param.b32 [x], %r0; call.uni (y), factorial, (x); ld.param.b32 %r1, [y]; } st.global.b32 [%rd3], %r1; ret;", Factorial), out var output, threads: 6);
        Assert.Empty(report.Findings);
        Assert.Equal([1, 1, 2, 6, 24, 120], output.Take(6));
    }

    [Fact]
    public void Special_registers_name_the_thread()
    {
        var memory = new GlobalMemory();
        var (from, to) = (memory.Allocate(8), memory.Allocate(8 * 2 * 60));
        PtxModule.Load(Ptx.Kernel("""
            mov.b32 %r1, %tid.y; mov.b32 %r2, %ntid.x; mad.lo.s32 %r3, %r1, %r2, %r0;
            mov.b32 %r4, %ctaid.y; mov.b32 %r5, %nctaid.y; mad.lo.s32 %r3, %r4, 60, %r3;
            mul.wide.u32 %rd4, %r3, 8; add.u64 %rd4, %rd2, %rd4;
            mov.b32 %r6, %warpid; mov.b32 %r7, %laneid; mad.lo.s32 %r6, %r6, WARP_SZ, %r7;
            mad.lo.s32 %r6, %r5, 1000, %r6;
            st.global.b32 [%rd4], %r6; ret;
            """), memory).Launch("k", new Dim3(1, 2), new Dim3(12, 5), [PtxArgument.Of(from), PtxArgument.Of(to)]);
        var output = new ulong[120];
        to.Read<ulong>(output);
        Assert.Equal(Enumerable.Range(0, 120).Select(i => 2000ul + ((ulong)i % 60)), output);
    }

    [Theory]
    [InlineData("down", "1, 31", new[] { 1, 2, 31, 31 })]
    [InlineData("up", "1, 0", new[] { 0, 0, 29, 30 })]
    [InlineData("bfly", "3, 31", new[] { 3, 2, 29, 28 })]
    [InlineData("idx", "5, 31", new[] { 5, 5, 5, 5 })]
    public void Shuffles(string mode, string arguments, int[] expected)
    {
        var report = Ptx.Run(Ptx.Kernel($"shfl.sync.{mode}.b32 %r1|%p1, %r0, {arguments}, -1; st.global.b32 [%rd3], %r1; ret;"), out var output, threads: 32);
        Assert.Empty(report.Findings);
        Assert.Equal(expected, new[] { 0, 1, 30, 31 }.Select(i => (int)output[i]));
    }

    [Fact]
    public void A_shuffle_in_segments_stays_in_them()
    {
        // Width 8: the segment mask is 32 - 8 = 24, the clamp 7 for idx, and 31 for down with the same mask.
        var report = Ptx.Run(Ptx.Kernel("shfl.sync.down.b32 %r1|%p1, %r0, 3, 6175, -1; selp.b32 %r2, 100, 0, %p1; add.s32 %r1, %r1, %r2; st.global.b32 [%rd3], %r1; ret;"), out var output, threads: 32);
        Assert.Empty(report.Findings);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => i % 8 < 5 ? (ulong)i + 103 : (ulong)i), output.Take(32));
    }

    [Fact]
    public void Votes_count_the_lanes_that_take_part()
    {
        var report = Ptx.Run(Ptx.Kernel("setp.lt.s32 %p1, %r0, 3; vote.sync.ballot.b32 %r1, %p1, -1; vote.sync.any.pred %p2, %p1, -1; vote.sync.all.pred %p3, !%p1, -1; selp.b32 %r2, 1000, 0, %p2; selp.b32 %r3, 5000, 0, %p3; add.s32 %r1, %r1, %r2; add.s32 %r1, %r1, %r3; st.global.b32 [%rd3], %r1; ret;"), out var output, threads: 20);
        Assert.Empty(report.Findings);
        Assert.All(output.Take(20), value => Assert.Equal(1007ul, value));
    }

    [Fact]
    public void Barriers_reduce_over_the_block()
    {
        var report = Ptx.Run(Ptx.Kernel("setp.lt.s32 %p1, %r0, 50; bar.red.popc.u32 %r1, 0, %p1; bar.red.and.pred %p2, 0, %p1; bar.red.or.pred %p3, 0, %p1; selp.b32 %r2, 100, 0, %p2; selp.b32 %r3, 200, 0, %p3; add.s32 %r1, %r1, %r2; add.s32 %r1, %r1, %r3; st.global.b32 [%rd3], %r1; ret;"), out var output, threads: 70);
        Assert.Empty(report.Findings);
        Assert.All(output.Take(70), value => Assert.Equal(250ul, value));
    }
}
