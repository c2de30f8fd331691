using System.Text.RegularExpressions;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.PtxInterpreter.Reports;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Ptx;

/// <summary>
/// A fault put into the product's own PTX text is caught: by a finding of the interpreter, or by the verifier as a wrong result.
/// The faults are written in terms of PTX, not of a certain kernel, so that they stay when kernels change.
/// </summary>
[Trait("Backend", "ilgpu"), Collection("ilgpu")]
public sealed partial class PtxMutantTests
{
    private static readonly InputSpec Small = new(InputModels.Independent, Heads: 1, N: 70, D: 16, Sigma: 1, Seed: 7, Causal: true);

    public static TheoryData<string> Kernels => AttentionKernelContract.Kernels;

    [Theory, MemberData(nameof(Kernels))]
    public void The_text_as_it_is_passes(string kernel)
    {
        var outcome = Run(kernel, text => text);
        Assert.True(outcome.IsRight);
        Assert.Empty(outcome.Findings);
    }

    [Theory, MemberData(nameof(Kernels))]
    public void Every_barrier_is_needed(string kernel)
    {
        var barriers = CountIn(kernel, Barrier());
        for (var i = 0; i < barriers; i++)
        {
            var outcome = Run(kernel, text => ReplaceAt(text, Barrier(), i, ""));
            Assert.Contains(outcome.Findings, f => f.Kind is FindingKind.Race or FindingKind.Uninitialised);
        }
    }

    [Theory, MemberData(nameof(Kernels))]
    public void A_barrier_for_half_a_warp_is_found(string kernel)
    {
        var barriers = CountIn(kernel, Barrier());
        for (var i = 0; i < barriers; i++)
        {
            var outcome = Run(kernel, text => ReplaceAt(text, Barrier(), i, "\tmov.u32 %half, %tid.x;\n\tsetp.lt.u32 %low, %half, 16;\n\t@%low bar.sync\t0;")
                .Replace(".reg .pred", ".reg .pred %low;\n\t.reg .b32 %half;\n\t.reg .pred", StringComparison.Ordinal));
            Assert.Contains(outcome.Findings, f => f.Kind == FindingKind.UnevenBarrier);
        }
    }

    [Theory, MemberData(nameof(Kernels))]
    public void A_missing_bounds_check_is_found(string kernel)
    {
        // ILGPU's own check of implicitly grouped kernels: threads beyond the extent return.
        if (CountIn(kernel, BoundsCheck()) == 0)
            return;
        var outcome = Run(kernel, text => BoundsCheck().Replace(text, ""));
        Assert.Contains(outcome.Findings, f => f.Kind is FindingKind.OutOfBounds or FindingKind.Race or FindingKind.Uninitialised);
    }

    [Theory, MemberData(nameof(Kernels))]
    public void A_store_one_element_off_is_found(string kernel)
    {
        var stores = CountIn(kernel, GlobalStore());
        Assert.True(stores > 0);
        for (var i = 0; i < stores; i++)
        {
            // Past the end of the last row, onto the neighbour's element, or a hole that nobody has written; else a wrong result.
            var outcome = Run(kernel, text => ReplaceAt(text, GlobalStore(), i, "${store}[${address}+4]"));
            Assert.True(!outcome.IsRight || outcome.Findings.Count > 0, $"store {i} of {kernel}");
        }
    }

    [Theory, MemberData(nameof(Kernels))]
    public void A_wrong_exponential_is_a_wrong_result(string kernel)
    {
        var exponentials = CountIn(kernel, Exponential());
        Assert.True(exponentials > 0);
        for (var i = 0; i < exponentials; i++)
        {
            // 2^x becomes 1: weights, or the rescaling of what is summed already.
            var outcome = Run(kernel, text => ReplaceAt(text, Exponential(), i, "mov.f32\t${d}, 0f3F800000;"));
            Assert.False(outcome.IsRight, $"exponential {i} of {kernel}");
        }
    }

    private static int CountIn(string kernel, Regex pattern)
    {
        var count = 0;
        Run(kernel, text =>
        {
            count += pattern.Count(text);
            return text;
        });
        return count;
    }

    /// <summary>Replaces the i-th match, counted over all texts of a kernel in the order of their loading.</summary>
    private static Func<string, string> Counting(Regex pattern, int wanted, string replacement)
    {
        var seen = 0;
        return text => pattern.Replace(text, match => seen++ == wanted ? match.Result(replacement) : match.Value);
    }

    private static (bool IsRight, IReadOnlyList<Finding> Findings) Run(string kernel, Func<string, string> rewrite)
    {
        var spec = AttentionKernelContract.SmallVariant(kernel, Small);
        var input = AttentionInput.Create(Small);
        var (device, accelerator) = InterpretedDevice.Open(rewrite);
        using (device)
        {
            using var prepared = device.Prepare(spec, input);
            var output = new float[input.Q.Length];
            prepared.ReadOutput(output);
            return (new KernelVerifier(input, Small.N).Check(spec, output).IsRight, [.. accelerator.Reports.SelectMany(r => r.Findings)]);
        }
    }

    [GeneratedRegex(@"\tbar\.sync\t0;")]
    private static partial Regex Barrier();

    [GeneratedRegex(@"\t@%p\d+ ret;")]
    private static partial Regex BoundsCheck();

    [GeneratedRegex(@"(?<store>st\.global(\.v[24])?\.\w+\t)\[(?<address>%rd\d+)\]")]
    private static partial Regex GlobalStore();

    [GeneratedRegex(@"ex2\.approx\.f32\t(?<d>%f\d+), [^;]+;")]
    private static partial Regex Exponential();
}
