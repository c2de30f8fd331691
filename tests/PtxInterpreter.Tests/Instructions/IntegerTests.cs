namespace AttnSweep.PtxInterpreter.Tests.Instructions;

/// <summary>Worked by hand from the PTX manual.</summary>
public sealed class IntegerTests
{
    [Theory]
    [InlineData("add.s32", 2147483647, 1, -2147483648)]
    [InlineData("sub.s32", -2147483648, 1, 2147483647)]
    [InlineData("mul.lo.s32", 65537, 65537, 131073)]
    [InlineData("mul.hi.s32", -2, 3, -1)]
    [InlineData("mul.hi.u32", -2, 3, 2)]
    [InlineData("div.s32", -7, 2, -3)]
    [InlineData("div.s32", -2147483648, -1, -2147483648)]
    [InlineData("div.u32", -1, 2, 2147483647)]
    [InlineData("div.u32", 5, -1, 0)]
    [InlineData("div.u32", 5, 0, -1)]
    [InlineData("rem.s32", -7, 2, -1)]
    [InlineData("rem.s32", -2147483648, -1, 0)]
    [InlineData("rem.u32", -1, 10, 5)]
    [InlineData("min.s32", -1, 1, -1)]
    [InlineData("min.u32", -1, 1, 1)]
    [InlineData("max.s32", -1, 1, 1)]
    [InlineData("max.u32", -1, 1, -1)]
    [InlineData("and.b32", 12, 10, 8)]
    [InlineData("or.b32", 12, 10, 14)]
    [InlineData("xor.b32", 12, 10, 6)]
    [InlineData("shl.b32", 1, 31, -2147483648)]
    [InlineData("shl.b32", 1, 32, 0)]
    [InlineData("shr.s32", -8, 1, -4)]
    [InlineData("shr.s32", -8, 40, -1)]
    [InlineData("shr.u32", -8, 1, 2147483644)]
    [InlineData("shr.u32", -8, 32, 0)]
    public void Two_operands_of_32_bits(string instruction, int a, int b, int expected) =>
        Assert.Equal(expected, (int)Ptx.Result($"mov.b32 %r1, {a}; mov.b32 %r2, {b}; {instruction} %r3, %r1, %r2; st.global.b32 [%rd3], %r3;"));

    [Theory]
    [InlineData("add.u64", -1, 1, 0)]
    [InlineData("mul.lo.s64", 4294967297, 4294967297, 8589934593)]
    [InlineData("mul.hi.u64", -1, -1, -2)]
    [InlineData("mul.hi.s64", -1, -1, 0)]
    [InlineData("div.s64", -9, 2, -4)]
    [InlineData("rem.s64", -9, 2, -1)]
    [InlineData("or.b64", 4294967296, 1, 4294967297)]
    [InlineData("min.u64", -1, 3, 3)]
    public void Two_operands_of_64_bits(string instruction, long a, long b, long expected) =>
        Assert.Equal(expected, (long)Ptx.Result($"mov.b64 %rd4, {a}; mov.b64 %rd5, {b}; {instruction} %rd6, %rd4, %rd5; st.global.b64 [%rd3], %rd6;"));

    [Theory]
    [InlineData("add.s16", 32767, 1, 0x8000)]
    [InlineData("mul.lo.u16", 256, 256, 0)]
    [InlineData("shr.s16", -4, 1, 0xFFFE)]
    public void Two_operands_of_16_bits(string instruction, short a, short b, int expected) => Assert.Equal(
        expected, (int)Ptx.Result($"mov.b16 %h1, {a}; mov.b16 %h2, {b}; {instruction} %h3, %h1, {(instruction.StartsWith("shr", StringComparison.Ordinal) ? $"{b}" : "%h2")}; st.global.b16 [%rd3], %h3;"));

    [Theory]
    [InlineData("mul.wide.u32", -1, 4, 17179869180)]
    [InlineData("mul.wide.s32", -1, 4, -4)]
    public void Wide_products(string instruction, int a, int b, long expected) =>
        Assert.Equal(expected, (long)Ptx.Result($"mov.b32 %r1, {a}; {instruction} %rd4, %r1, {b}; st.global.b64 [%rd3], %rd4;"));

    [Theory]
    [InlineData("mad.lo.s32", 65537, 65537, -1, 131072)]
    [InlineData("mad.hi.u32", -1, 4, 10, 13)]
    [InlineData("bfe.u32", 0x12345678, 8, 8, 0x56)]
    [InlineData("bfe.s32", 0x0000F000, 12, 4, -1)]
    [InlineData("bfe.u32", -1, 28, 10, 15)]
    [InlineData("bfe.s32", -1, 40, 4, -1)]
    [InlineData("bfe.u32", -1, 4, 0, 0)]
    public void Three_operands(string instruction, int a, int b, int c, int expected) =>
        Assert.Equal(expected, (int)Ptx.Result($"mov.b32 %r1, {a}; mov.b32 %r2, {b}; {instruction} %r3, %r1, %r2, {c}; st.global.b32 [%rd3], %r3;"));

    [Fact]
    public void A_wide_product_is_added_in_64_bits() =>
        Assert.Equal(17179869185, (long)Ptx.Result("mov.b32 %r1, -1; mov.b64 %rd4, 5; mad.wide.u32 %rd5, %r1, 4, %rd4; st.global.b64 [%rd3], %rd5;"));

    [Theory]
    [InlineData("not.b32", 5, -6)]
    [InlineData("neg.s32", 5, -5)]
    [InlineData("abs.s32", -5, 5)]
    [InlineData("abs.s32", -2147483648, -2147483648)]
    [InlineData("popc.b32", -1, 32)]
    [InlineData("clz.b32", 1, 31)]
    [InlineData("clz.b32", 0, 32)]
    [InlineData("brev.b32", 1, -2147483648)]
    [InlineData("cnot.b32", 0, 1)]
    [InlineData("cnot.b32", 9, 0)]
    public void One_operand(string instruction, int a, int expected) =>
        Assert.Equal(expected, (int)Ptx.Result($"mov.b32 %r1, {a}; {instruction} %r3, %r1; st.global.b32 [%rd3], %r3;"));

    [Theory]
    [InlineData("eq.s32", 1, 1, 1)]
    [InlineData("ne.s32", 1, 1, 0)]
    [InlineData("lt.s32", -1, 1, 1)]
    [InlineData("lt.u32", -1, 1, 0)]
    [InlineData("lo.u32", 1, -1, 1)]
    [InlineData("ls.u32", -1, -1, 1)]
    [InlineData("hi.u32", -1, 1, 1)]
    [InlineData("hs.u32", 1, -1, 0)]
    [InlineData("ge.s32", 1, -1, 1)]
    [InlineData("le.s32", 1, -1, 0)]
    [InlineData("gt.s32", 1, -1, 1)]
    public void Comparisons(string relation, int a, int b, int expected) =>
        Assert.Equal(expected, (int)Ptx.Result($"mov.b32 %r1, {a}; setp.{relation} %p1, %r1, {b}; selp.b32 %r2, 1, 0, %p1; st.global.b32 [%rd3], %r2;"));

    [Theory]
    [InlineData("and", 1, 0, 0, 0)]
    [InlineData("or", 1, 0, 1, 0)]
    [InlineData("xor", 0, 1, 1, 0)]
    [InlineData("or", 0, 1, 1, 1)]
    [InlineData("and", 0, 1, 0, 1)]
    public void A_comparison_combined_with_a_predicate_and_its_complement(string logic, int less, int predicate, int p, int q) => Assert.Equal(
        (ulong)(p + (2 * q)),
        Ptx.Result($"setp.ne.s32 %p1, {predicate}, 0; setp.lt.{logic}.s32 %p2|%p3, {1 - less}, 1, %p1; selp.b32 %r1, 1, 0, %p2; selp.b32 %r2, 2, 0, %p3; add.s32 %r3, %r1, %r2; st.global.b32 [%rd3], %r3;"));

    [Fact]
    public void Logic_of_predicates() => Assert.Equal(
        0b101ul,
        Ptx.Result("""
            mov.pred %p1, 1; not.pred %p2, %p1; and.pred %p3, %p1, %p2; or.pred %p4, %p1, %p2;
            selp.b32 %r1, 1, 0, %p1; selp.b32 %r2, 2, 0, %p3; selp.b32 %r3, 4, 0, %p4;
            add.s32 %r1, %r1, %r2; add.s32 %r1, %r1, %r3; st.global.b32 [%rd3], %r1;
            """));

    [Fact]
    public void A_guard_skips_and_a_negated_guard_does_not() => Assert.Equal(
        5ul, Ptx.Result("mov.b32 %r1, 5; setp.eq.s32 %p1, %r1, 4; @%p1 mov.b32 %r1, 6; @!%p1 st.global.b32 [%rd3], %r1;"));

    [Fact]
    public void Vectors_are_packed_with_the_first_element_low() => Assert.Equal(
        0x0000_0002_0000_0001ul, Ptx.Result("mov.b64 %rd4, {1, 2}; mov.b64 {%r1, %r2}, %rd4; mov.b64 %rd5, {%r1, %r2}; st.global.b64 [%rd3], %rd5;"));
}
