using AttnSweep.Catalogue;
using AttnSweep.Kernels.Contract;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests;

/// <summary>
/// What every device promises of every kernel: on any input its output stays within the verifier's budget. A backend is one
/// derived class; a slow one may leave out large cases by overriding <see cref="Runs"/>.
/// </summary>
public abstract class AttentionKernelContract
{
    /// <summary>Opens the device under test.</summary>
    protected abstract IDevice Open();

    /// <summary>Whether this backend runs a case of this size.</summary>
    protected virtual bool Runs(InputSpec input) => true;

    public static TheoryData<string> Kernels => [.. KernelCatalogue.BuiltIn.Select(k => k.Name)];

    [Theory, MemberData(nameof(Kernels))]
    public void Output_is_right_at_sizes_that_no_tile_divides(string kernel) => Check(kernel, ContractCases.Sizes);

    [Theory, MemberData(nameof(Kernels))]
    public void Output_is_right_for_every_head_dimension(string kernel) => Check(kernel, ContractCases.HeadDimensions);

    [Theory, MemberData(nameof(Kernels))]
    public void Output_is_right_when_causal(string kernel) => Check(kernel, ContractCases.Causal);

    [Theory, MemberData(nameof(Kernels))]
    public void Heads_do_not_mix(string kernel) => Check(kernel, ContractCases.Heads);

    [Theory, MemberData(nameof(Kernels))]
    public void Extreme_scores_neither_overflow_nor_vanish(string kernel) => Check(kernel, ContractCases.ExtremeScores);

    [Fact]
    public void A_row_that_keeps_nothing_gives_zeros()
    {
        foreach (var input in new[] { Input(n: 40, d: 32), Input(n: 75, d: 64, causal: true) }.Where(Runs))
        {
            var output = Run(Spec("threshold", ("epsilon", 1)), AttentionInput.Create(input));
            Assert.All(output, value => Assert.Equal(0f, value));
        }
    }

    [Theory]
    [InlineData("topk", "k", 90)]
    [InlineData("topk", "k", 1000)]
    [InlineData("topp", "mass", 1)]
    [InlineData("threshold", "margin", 1000)]
    [InlineData("window", "width", 90)]
    [InlineData("sink-window", "width", 90, "sinks", 3)]
    [InlineData("sink-window", "width", 1, "sinks", 90)]
    [InlineData("bigbird", "block", 16, "window", 1, "global", 0, "random", 6)]
    [InlineData("bigbird", "block", 90, "window", 1, "global", 0, "random", 0)]
    [InlineData("bigbird", "block", 16, "window", 1, "global", 6, "random", 0)]
    [InlineData("hyper", "bits", 4, "block", 8, "samples", 4, "minimum", 91)]
    [InlineData("hyper", "bits", 4, "block", 90, "samples", 4, "minimum", 91)]
    [InlineData("sample-topk", "k", 1, "samples", 90)]
    public void Keeping_every_key_is_dense_attention(string kernel, params object[] parameters)
    {
        var spec = Spec(kernel, [.. parameters.Chunk(2).Select(p => ((string)p[0], Convert.ToDouble(p[1], System.Globalization.CultureInfo.InvariantCulture)))]);
        foreach (var shape in new[] { Input(n: 90, d: 32), Input(n: 90, d: 32, causal: true) }.Where(Runs))
        {
            var input = AttentionInput.Create(shape);
            var output = Run(spec, input);
            var verdict = new KernelVerifier(input, shape.N).Check(KernelSpec.Plain("flash"), output);
            Assert.True(verdict.IsRight, verdict.WhyWrong);
        }
    }

    [Fact]
    public void Launching_again_gives_the_same_bits()
    {
        // A slow backend takes the smaller one: every kernel runs four times.
        var input = AttentionInput.Create(new[] { Input(n: 150, d: 64), Input(n: 60, d: 32) }.First(Runs));
        using var device = Open();
        foreach (var kernel in OneOfEach(input.Spec))
        {
            using var prepared = device.Prepare(kernel, input);
            var (once, again) = (new float[input.Q.Length], new float[input.Q.Length]);
            prepared.Launch(1);
            prepared.ReadOutput(once);
            var timing = prepared.Launch(2);
            prepared.ReadOutput(again);
            Assert.Equal(once, again);
            Assert.True(timing.Microseconds > 0);
        }
    }

    [Fact]
    public void Kernels_prepared_on_different_inputs_live_side_by_side()
    {
        var (first, second) = (AttentionInput.Create(Input(n: 40, d: 32)), AttentionInput.Create(Input(n: 72, d: 16)));
        using var device = Open();
        using var one = device.Prepare(KernelSpec.Plain("flash"), first);
        using var two = device.Prepare(KernelSpec.Plain("flash"), second);
        AssertRight(one, KernelSpec.Plain("flash"), first);
        AssertRight(two, KernelSpec.Plain("flash"), second);
        AssertRight(one, KernelSpec.Plain("flash"), first);
    }

    [Fact]
    public void An_unknown_kernel_is_refused()
    {
        using var device = Open();
        var e = Assert.Throws<KernelUnsupportedException>(() => device.Prepare(KernelSpec.Plain("magic"), AttentionInput.Create(Input(n: 4, d: 8))));
        Assert.Contains("magic", e.Message, StringComparison.Ordinal);
    }

    public static InputSpec Input(int n, int d, int heads = 1, double sigma = 1, bool causal = false) => ContractCases.Input(n, d, heads, sigma, causal);

    public static KernelSpec Spec(string name, params (string Name, double Value)[] parameters) => ContractCases.Spec(name, parameters);

    public static IEnumerable<KernelSpec> Variants(string kernel, InputSpec input) => ContractCases.Variants(kernel, input);

    /// <summary>Of each kernel the middle variant: some keys are kept and others not.</summary>
    protected static IEnumerable<KernelSpec> OneOfEach(InputSpec input) => Kernels.Select(name => ContractCases.Middle(name.Data, input));

    private void Check(string name, IReadOnlyList<InputSpec> shapes)
    {
        var here = shapes.Where(Runs).ToList();
        Assert.NotEmpty(here);
        using var device = Open();
        KernelChecks.AssertRight(device, name, here);
    }

    private static void AssertRight(IPreparedKernel prepared, KernelSpec kernel, AttentionInput input)
    {
        var output = new float[input.Q.Length];
        prepared.Launch(1);
        prepared.ReadOutput(output);
        var verdict = new KernelVerifier(input, input.Spec.N).Check(kernel, output);
        Assert.True(verdict.IsRight, verdict.WhyWrong);
    }

    private float[] Run(KernelSpec kernel, AttentionInput input)
    {
        using var device = Open();
        using var prepared = device.Prepare(kernel, input);
        var output = new float[input.Q.Length];
        output.AsSpan().Fill(float.NaN);
        prepared.Launch(1);
        prepared.ReadOutput(output);
        return output;
    }
}
