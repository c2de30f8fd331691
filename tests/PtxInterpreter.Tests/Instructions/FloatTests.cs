namespace AttnSweep.PtxInterpreter.Tests.Instructions;

public sealed class FloatTests
{
    private const float Tiny = 1e-40f; // subnormal
    private const float Nan = float.NaN;
    private const float Infinity = float.PositiveInfinity;

    [Theory]
    [InlineData("add.f32", 16777216f, 1f, 16777216f)] // a tie goes to even
    [InlineData("add.f32", 16777218f, 1f, 16777220f)]
    [InlineData("add.rn.f32", 1f, 2f, 3f)]
    [InlineData("sub.f32", 1f, 3f, -2f)]
    [InlineData("mul.f32", 3f, 1e38f, 3e38f)]
    [InlineData("mul.f32", 1e38f, 10f, Infinity)]
    [InlineData("mul.f32", Tiny, 2f, 2 * Tiny)]
    [InlineData("mul.ftz.f32", Tiny, 2f, 0f)]
    [InlineData("add.ftz.f32", Tiny, 1f, 1f)]
    [InlineData("add.sat.f32", 1f, 3f, 1f)]
    [InlineData("add.sat.f32", 1f, -3f, 0f)]
    [InlineData("add.sat.f32", Nan, 1f, 0f)]
    [InlineData("div.rn.f32", 1f, 3f, 1f / 3f)]
    [InlineData("div.rn.f32", 1f, 0f, Infinity)]
    [InlineData("div.approx.f32", 1f, 4f, 0.25f)]
    [InlineData("div.full.f32", 1f, 4f, 0.25f)]
    [InlineData("max.f32", Nan, 1f, 1f)]
    [InlineData("max.NaN.f32", Nan, 1f, Nan)]
    [InlineData("min.f32", 1f, Nan, 1f)]
    [InlineData("max.f32", -0f, 0f, 0f)]
    [InlineData("min.f32", 0f, -0f, -0f)]
    [InlineData("copysign.f32", -2f, 3f, -3f)]
    public void Two_operands(string instruction, float a, float b, float expected) => Same(
        expected, Ptx.Single($"mov.f32 %f1, {Ptx.Text(a)}; mov.f32 %f2, {Ptx.Text(b)}; {instruction} %f3, %f1, %f2; st.global.f32 [%rd3], %f3;"));

    [Theory]
    [InlineData("abs.f32", -2f, 2f)]
    [InlineData("neg.f32", -2f, 2f)]
    [InlineData("neg.ftz.f32", Tiny, -0f)]
    [InlineData("rcp.rn.f32", 8f, 0.125f)]
    [InlineData("rcp.approx.ftz.f32", -0f, -Infinity)]
    [InlineData("sqrt.rn.f32", 9f, 3f)]
    [InlineData("sqrt.rn.f32", -1f, Nan)]
    [InlineData("rsqrt.approx.f32", 16f, 0.25f)]
    [InlineData("ex2.approx.f32", 3f, 8f)]
    [InlineData("ex2.approx.f32", -Infinity, 0f)]
    [InlineData("ex2.approx.f32", -150f, 0f)]
    [InlineData("ex2.approx.f32", -149f, 1.4e-45f)]
    [InlineData("ex2.approx.ftz.f32", -149f, 0f)]
    [InlineData("lg2.approx.f32", 8f, 3f)]
    [InlineData("lg2.approx.f32", 0f, -Infinity)]
    [InlineData("sin.approx.f32", 0f, 0f)]
    [InlineData("cos.approx.f32", 0f, 1f)]
    [InlineData("tanh.approx.f32", Infinity, 1f)]
    public void One_operand(string instruction, float a, float expected) =>
        Same(expected, Ptx.Single($"mov.f32 %f1, {Ptx.Text(a)}; {instruction} %f3, %f1; st.global.f32 [%rd3], %f3;"));

    [Fact]
    public void Fma_rounds_once_and_mul_add_twice()
    {
        // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24: the product rounds its last bit away.
        var a = Ptx.Text(1f + (1f / 4096));
        var c = Ptx.Text(-(1f + (1f / 2048)));
        Same(MathF.Pow(2, -24), Ptx.Single($"mov.f32 %f1, {a}; fma.rn.f32 %f3, %f1, %f1, {c}; st.global.f32 [%rd3], %f3;"));
        Same(0f, Ptx.Single($"mov.f32 %f1, {a}; mul.f32 %f2, %f1, %f1; add.f32 %f3, %f2, {c}; st.global.f32 [%rd3], %f3;"));
    }

    [Fact]
    public void The_NaN_of_arithmetic_is_canonical() =>
        Assert.Equal(0x7FFFFFFFul, Ptx.Result("mov.f32 %f1, 0fFFC12345; add.f32 %f2, %f1, 0f3F800000; st.global.f32 [%rd3], %f2;"));

    [Fact]
    public void Doubles_have_their_own_precision() => Assert.Equal(
        1.0 / 3.0, BitConverter.UInt64BitsToDouble(Ptx.Result($"mov.f64 %fd1, {Ptx.Text(1.0)}; div.rn.f64 %fd2, %fd1, {Ptx.Text(3.0)}; st.global.f64 [%rd3], %fd2;")));

    [Theory]
    [InlineData("eq", 1f, 1f, 1)]
    [InlineData("eq", Nan, Nan, 0)]
    [InlineData("ne", Nan, 1f, 0)]
    [InlineData("ne", 2f, 1f, 1)]
    [InlineData("neu", Nan, 1f, 1)]
    [InlineData("neu", 1f, 1f, 0)]
    [InlineData("equ", Nan, 1f, 1)]
    [InlineData("lt", Nan, 1f, 0)]
    [InlineData("ltu", Nan, 1f, 1)]
    [InlineData("le", 1f, 1f, 1)]
    [InlineData("leu", 2f, 1f, 0)]
    [InlineData("gt", 2f, 1f, 1)]
    [InlineData("gtu", 1f, 2f, 0)]
    [InlineData("ge", Infinity, Infinity, 1)]
    [InlineData("geu", 1f, Nan, 1)]
    [InlineData("num", 1f, 2f, 1)]
    [InlineData("nan", 1f, 2f, 0)]
    [InlineData("eq", 0f, -0f, 1)]
    public void Comparisons(string relation, float a, float b, int expected) => Assert.Equal(
        expected, (int)Ptx.Result($"mov.f32 %f1, {Ptx.Text(a)}; setp.{relation}.f32 %p1, %f1, {Ptx.Text(b)}; selp.b32 %r2, 1, 0, %p1; st.global.b32 [%rd3], %r2;"));

    [Theory]
    [InlineData("notanumber", Nan, 1)]
    [InlineData("number", Infinity, 1)]
    [InlineData("finite", Infinity, 0)]
    [InlineData("infinite", -Infinity, 1)]
    [InlineData("normal", 0f, 1)]
    [InlineData("subnormal", Tiny, 1)]
    public void Tests_of_kind(string test, float a, int expected) => Assert.Equal(
        expected, (int)Ptx.Result($"mov.f32 %f1, {Ptx.Text(a)}; testp.{test}.f32 %p1, %f1; selp.b32 %r2, 1, 0, %p1; st.global.b32 [%rd3], %r2;"));

    [Theory]
    [InlineData("cvt.rzi.s32.f32", 2.9f, 2)]
    [InlineData("cvt.rzi.s32.f32", -2.9f, -2)]
    [InlineData("cvt.rni.s32.f32", 2.5f, 2)]
    [InlineData("cvt.rmi.s32.f32", -2.1f, -3)]
    [InlineData("cvt.rpi.s32.f32", 2.1f, 3)]
    [InlineData("cvt.rzi.s32.f32", 1e20f, int.MaxValue)]
    [InlineData("cvt.rzi.s32.f32", -Infinity, int.MinValue)]
    [InlineData("cvt.rzi.u32.f32", -5f, 0)]
    [InlineData("cvt.rzi.u32.f32", 4e9f, -294967296)]
    [InlineData("cvt.rzi.s32.f32", Nan, 0)]
    public void Float_to_integer_clamps(string instruction, float a, int expected) =>
        Assert.Equal(expected, (int)Ptx.Result($"mov.f32 %f1, {Ptx.Text(a)}; {instruction} %r1, %f1; st.global.b32 [%rd3], %r1;"));

    [Theory]
    [InlineData("cvt.rn.f32.s32", 16777217, 16777216f)]
    [InlineData("cvt.rn.f32.s32", -3, -3f)]
    [InlineData("cvt.rn.f32.u32", -1, 4294967296f)]
    public void Integer_to_float_rounds_to_even(string instruction, int a, float expected) =>
        Same(expected, Ptx.Single($"mov.b32 %r1, {a}; {instruction} %f1, %r1; st.global.f32 [%rd3], %f1;"));

    [Theory]
    [InlineData("cvt.s32.s8 %r2, %r1;", 0x1FF, -1)]
    [InlineData("cvt.s32.u8 %r2, %r1;", 0x1FF, 255)]
    [InlineData("cvt.u32.s16 %r2, %r1;", 0x8000, -32768)]
    [InlineData("cvt.sat.u8.s32 %r2, %r1;", 300, 255)]
    [InlineData("cvt.sat.u8.s32 %r2, %r1;", -3, 0)]
    [InlineData("cvt.u8.u32 %r2, %r1;", 300, 44)]
    public void Integer_to_integer(string instruction, int a, int expected) =>
        Assert.Equal(expected, (int)Ptx.Result($"mov.b32 %r1, {a}; {instruction} st.global.b32 [%rd3], %r2;"));

    [Theory]
    [InlineData(1f / 3f, 0x3555)]
    [InlineData(65504f, 0x7BFF)]
    [InlineData(65520f, 0x7C00)] // ties away from the largest half: infinite
    [InlineData(1e-8f, 0x0000)]
    [InlineData(5.9604645e-08f, 0x0001)]
    public void Halves(float a, int bits)
    {
        Assert.Equal((ulong)bits, Ptx.Result($"mov.f32 %f1, {Ptx.Text(a)}; cvt.rn.f16.f32 %h1, %f1; st.global.b16 [%rd3], %h1;"));
        Same((float)BitConverter.UInt16BitsToHalf((ushort)bits), Ptx.Single($"mov.b16 %h1, {bits}; cvt.f32.f16 %f1, %h1; st.global.f32 [%rd3], %f1;"));
    }

    [Theory]
    [InlineData("cvt.rni.f32.f32", 2.5f, 2f)]
    [InlineData("cvt.rmi.f32.f32", -0.5f, -1f)]
    [InlineData("cvt.sat.f32.f32", 3f, 1f)]
    [InlineData("cvt.ftz.f32.f32", Tiny, 0f)]
    public void Float_to_float(string instruction, float a, float expected) =>
        Same(expected, Ptx.Single($"mov.f32 %f1, {Ptx.Text(a)}; {instruction} %f2, %f1; st.global.f32 [%rd3], %f2;"));

    /// <summary>Bit for bit, but for the bits of a NaN.</summary>
    private static void Same(float expected, float actual)
    {
        if (float.IsNaN(expected))
            Assert.True(float.IsNaN(actual));
        else
            Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(actual));
    }
}
