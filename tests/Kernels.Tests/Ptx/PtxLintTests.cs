namespace AttnSweep.Kernels.Tests.Ptx;

[Trait("Backend", "ilgpu")]
public sealed class PtxLintTests
{
    private const string Clean = """
        .version 8.0
        .target sm_80
        .address_size 64
        // .extern .func comment_only
        .visible .entry Kernel(.param .b64 _p)
        {
            .reg .b32 %r<4>;
            .shared .align 4 .b8 tile[1024];
            /* .local .align 4 .b8 comment[4]; */
            st.shared.b32 [tile], %r1;
            bar.sync 0;
            ret;
        }
        """;

    [Fact]
    public void A_clean_module_has_no_findings() => Assert.Empty(PtxLint.Check(Clean));

    [Theory]
    [InlineData(".version 8.0", "", ".version is missing")]
    [InlineData(".target sm_80", "// .target sm_80", ".target is missing")]
    [InlineData(".visible .entry Kernel", ".visible .func Kernel", "no .entry: there is nothing to launch")]
    [InlineData(".address_size 64", ".extern .func (.param .f32 r) FusedMultiplyAdd (.param .f32 a);", "external function FusedMultiplyAdd")]
    [InlineData(".address_size 64", ".extern .func\n  Print;", "external function Print")]
    [InlineData(".reg .b32 %r<4>;", ".local .align 16 .b8 depot[128];", "local memory depot: 128 bytes per thread")]
    [InlineData(".reg .b32 %r<4>;", ".local .f32 sums[8];", "local memory sums: 32 bytes per thread")]
    [InlineData("ret;", "ld.local.f32 %f1, [%rd1];", "1 loads or stores of local memory")]
    [InlineData("ret;", "st.local.v4.f32 [%rd1], {%f1,%f2,%f3,%f4};", "1 loads or stores of local memory")]
    [InlineData("tile[1024]", "tile[49153]", "49153 bytes of shared memory, more than 49152")]
    [InlineData(".reg .b32 %r<4>;", ".shared .align 16 .v4 .f32 more[3072];", "50176 bytes of shared memory, more than 49152")]
    [InlineData("bar.sync 0;", "// bar.sync 0;", "shared memory without a barrier")]
    public void Each_fault_is_the_one_finding(string part, string replacement, string finding)
    {
        Assert.Contains(part, Clean, StringComparison.Ordinal);
        Assert.Equal([finding], PtxLint.Check(Clean.Replace(part, replacement, StringComparison.Ordinal)));
    }

    [Fact]
    public void Exactly_48_KiB_is_allowed() => Assert.Empty(PtxLint.Check(Clean.Replace("tile[1024]", "tile[49152]", StringComparison.Ordinal)));

    [Fact]
    public void Local_memory_may_be_allowed_but_nothing_else_with_it()
    {
        var ptx = Clean.Replace("ret;", ".local .b8 depot[8]; st.local.f32 [%rd1], %f1;", StringComparison.Ordinal);
        Assert.Equal(2, PtxLint.Check(ptx).Count);
        Assert.Empty(PtxLint.Check(ptx, localMemoryAllowed: true));
        Assert.Equal([".version is missing"], PtxLint.Check(ptx.Replace(".version 8.0", "", StringComparison.Ordinal), localMemoryAllowed: true));
    }

    [Fact]
    public void An_empty_text_is_no_module() => Assert.Equal(3, PtxLint.Check("").Count);
}
