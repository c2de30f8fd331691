using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.CpuSimd;

/// <summary>Orders of keys that mislead a kernel which guesses from the keys that it has seen so far.</summary>
public sealed class StreamingSelectionTests
{
    private const int N = 700;
    private const int D = 16;

    public static TheoryData<string> Orders => ["best first", "best last", "rising", "falling", "one giant in the middle"];

    [Theory, MemberData(nameof(Orders))]
    public void Threshold_is_exact_however_keys_are_ordered(string order)
    {
        foreach (var epsilon in new[] { 0.1 / N, 1.0 / N, 3.0 / N })
        {
            AssertRight(AttentionKernelContract.Spec("threshold", ("epsilon", epsilon)), Ordered(order, causal: false));
            AssertRight(AttentionKernelContract.Spec("threshold", ("epsilon", epsilon)), Ordered(order, causal: true));
        }
    }

    [Theory, MemberData(nameof(Orders))]
    public void Topk_is_exact_however_keys_are_ordered(string order)
    {
        foreach (var k in new[] { 1, 40, 150, 400 })
        {
            AssertRight(AttentionKernelContract.Spec("topk", ("k", k)), Ordered(order, causal: false));
            AssertRight(AttentionKernelContract.Spec("topk", ("k", k)), Ordered(order, causal: true));
        }
    }

    [Theory, MemberData(nameof(Orders))]
    public void Dense_weights_survive_a_late_maximum(string order) => AssertRight(KernelSpec.Plain("flash"), Ordered(order, causal: false));

    [Fact]
    public void Of_equal_scores_the_lower_index_survives_every_cut_of_the_list()
    {
        var input = AttentionInput.Create(new InputSpec(InputModels.Independent, 1, N, D, 0, 9, false));
        var output = Run(AttentionKernelContract.Spec("topk", ("k", 150)), input);
        for (var i = 0; i < output.Length; i++)
        {
            Assert.Equal(Enumerable.Range(0, 150).Average(j => input.V[(j * D) + (i % D)]), output[i], 1e-6f);
        }
    }

    /// <summary>Every query scores the keys alike, but for noise: by 20 for the best.</summary>
    private static AttentionInput Ordered(string order, bool causal)
    {
        var spec = new InputSpec(InputModels.Independent, 1, N, D, 0.1, 5, causal);
        var input = AttentionInput.Create(spec);
        for (var i = 0; i < N; i++)
        {
            var height = order switch
            {
                "best first" => i < 128 ? 1 : 0,
                "best last" => i >= N - 100 ? 1 : 0,
                "rising" => (double)i / N,
                "falling" => 1 - ((double)i / N),
                _ => i == 333 ? 10 : 0,
            };
            input.Q[i * D] = 4;
            input.K[i * D] = (float)(20 * height);
        }

        return input;
    }

    private static void AssertRight(KernelSpec kernel, AttentionInput input)
    {
        var verdict = new KernelVerifier(input, input.Spec.N).Check(kernel, Run(kernel, input));
        Assert.True(verdict.IsRight, verdict.WhyWrong);
    }

    private static float[] Run(KernelSpec kernel, AttentionInput input)
    {
        using var device = new CpuSimdDevice(threads: 1);
        using var prepared = device.Prepare(kernel, input);
        var output = new float[input.Q.Length];
        prepared.Launch(1);
        prepared.ReadOutput(output);
        return output;
    }
}
