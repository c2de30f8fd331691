using AttnSweep.PtxInterpreter.Memory;
using AttnSweep.PtxInterpreter.Reports;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Tests;

/// <summary>What is not known is refused with its line, never guessed.</summary>
public sealed class SyntaxTests
{
    [Theory]
    [InlineData("frobnicate.b32 %r1, %r2;", "instruction frobnicate.b32 is not supported")]
    [InlineData("add.wrong.s32 %r1, %r2, %r0;", "modifier .wrong of add.wrong.s32 is not supported")]
    [InlineData("add.rz.f32 %f1, %f2, %f3;", "modifier .rz of add.rz.f32 is not supported")]
    [InlineData("add.s32 %r1, %r2, %rd1;", "%rd1 has 64 bits, .s32 32")]
    [InlineData("add.s32 %r1, %r2, %r99;", "%r99 is not declared")]
    [InlineData("add.s32 %r1, %r2;", "add.s32 has 2 operands")]
    [InlineData("add.s32 %r1, %r2, %p1;", "%p1 is a predicate")]
    [InlineData("setp.lt.b32 %p1, %r1, %r2;", "orders bits, which have no order")]
    [InlineData("setp.lo.s32 %p1, %r1, %r2;", "compares signed numbers as unsigned")]
    [InlineData("bra NOWHERE;", "there is no label NOWHERE")]
    [InlineData("call nobody;", "there is no function nobody")]
    [InlineData("ld.param.b64 %rd4, [in+4];", "leaves in, which has 8 bytes")]
    [InlineData("ld.global.b32 %r1, [%r2];", "%r2 has 32 bits, an address 64")]
    [InlineData("shfl.down.b32 %r1, %r2, 1, 31;", "needs synchronisation")]
    [InlineData("cvt.rz.f32.f64 %f1, %fd1;", "rounds by .rz")]
    [InlineData("bar.sync 16;", "names barrier 16; there are 0 to 15")]
    [InlineData("bar.sync 0, 32;", "bar.sync has 2 operands")]
    [InlineData("st.const.b32 [%rd1], 1;", "stores to constants")]
    [InlineData("add.s32 %r1 %r2;", "expected ','")]
    [InlineData(".reg .b32 %r1;", "%r1 is declared twice")]
    [InlineData("X: X: ret;", "label X is set twice")]
    [InlineData("add.s32 %r1, %r2, ?;", "unexpected character '?'")]
    public void A_mistake_in_a_body_is_told_with_its_line(string statement, string message)
    {
        var text = Ptx.Kernel($"\n\n{statement}\nret;");
        var e = Assert.Throws<PtxException>(() => PtxModule.Load(text, new GlobalMemory()));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(Ptx.LineOf(text, statement), e.Line);
        Assert.StartsWith($"line {e.Line}: ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "a module begins with .version and .target")]
    [InlineData(".version 8.0\n.target sm_80\n.address_size 32", "addresses of 32 bits; only 64 are supported")]
    [InlineData(".version 8.0\n.target sm_80\n.extern .func (.param .f32 r) cosf (.param .f32 a);", "external function cosf")]
    [InlineData(".version 8.0\n.target sm_80\n.texref t;", "unknown directive '.texref'")]
    [InlineData(".version 8.0\n.target sm_80\n.entry k() { ret; }\n.entry k() { ret; }", "function k is defined twice")]
    public void A_mistake_in_a_module_is_told(string text, string message) =>
        Assert.Contains(message, Assert.Throws<PtxException>(() => PtxModule.Load(text, new GlobalMemory())).Message, StringComparison.Ordinal);

    [Fact]
    public void Comments_debug_lines_and_hints_are_passed_over()
    {
        var text = ".version 7.4 // x\n.target sm_80, debug\n.file 1 \"a.cu\"\n.visible .entry k() .maxntid 64, 1, 1 { /* two\nlines */ .loc 1 2 3\n .pragma \"nounroll\"; ret; }";
        var module = PtxModule.Load(text, new GlobalMemory());
        Assert.Equal(["k"], module.Entries);
        Assert.Equal("sm_80", module.Target);
        Assert.Empty(module.Launch("k", new Dim3(1), new Dim3(1), []).Findings);
    }

    [Theory]
    [InlineData(0, 1, 2, "cannot be launched")]
    [InlineData(1, 1025, 2, "cannot be launched")]
    [InlineData(1, 1, 1, "k has 2 parameters, not 1")]
    public void A_launch_must_fit_the_kernel(int blocks, int threads, int arguments, string message)
    {
        var module = PtxModule.Load(Ptx.Kernel("ret;"), new GlobalMemory());
        var given = Enumerable.Repeat(PtxArgument.Of(0ul), arguments).ToArray();
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => module.Launch("k", new Dim3(blocks), new Dim3(threads), given)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_and_shared_memory_are_checked()
    {
        var module = PtxModule.Load(Ptx.Kernel(".shared .b8 tile[49153]; ret;"), new GlobalMemory());
        Assert.Equal([8, 8], module.ParameterBytes("k"));
        Assert.Contains("49153 bytes of shared memory", Assert.Throws<ArgumentException>(() =>
            module.Launch("k", new Dim3(1), new Dim3(1), [PtxArgument.Of(0ul), PtxArgument.Of(0ul)])).Message, StringComparison.Ordinal);
        Assert.Contains("(out) has 8 bytes, the argument 4", Assert.Throws<ArgumentException>(() =>
            PtxModule.Load(Ptx.Kernel("ret;"), new GlobalMemory()).Launch("k", new Dim3(1), new Dim3(1), [PtxArgument.Of(0ul), PtxArgument.Of(0)])).Message, StringComparison.Ordinal);
        Assert.Contains("there are k", Assert.Throws<ArgumentException>(() => module.ParameterBytes("j")).Message, StringComparison.Ordinal);
    }
}
