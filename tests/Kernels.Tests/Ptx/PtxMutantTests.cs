using System.Text.RegularExpressions;
using AttnSweep.Kernels.Ilgpu;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.Kernels.Tests.Mutants;
using AttnSweep.PtxInterpreter.Reports;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Ptx;

/// <summary>
/// A fault put into the product's own device code, or into its PTX text, is caught: by a finding of the interpreter, or by the
/// verifier as a wrong result. Faults of the text are written in terms of PTX, so that they stay when kernels change.
/// </summary>
[Trait("Backend", "ilgpu"), Collection("ilgpu")]
public sealed partial class PtxMutantTests
{
    private static readonly InputSpec Small = new(InputModels.Independent, Heads: 1, N: 70, D: 16, Sigma: 1, Seed: 7, Causal: true);

    /// <summary>The mutants that OpenCL runs as well. What only a race detector or a bounds check sees must be a finding.</summary>
    [Theory]
    [InlineData("MaskOffByOne", null)]
    [InlineData("NotRescaled", null)]
    [InlineData("LastTileDropped", null)]
    [InlineData("Race", FindingKind.Race)]
    [InlineData("NoBoundsCheck", FindingKind.OutOfBounds)]
    public void Device_code_made_wrong_is_caught(string mutant, FindingKind? expected)
    {
        var (isRight, findings) = Run("flash", text => text, KernelMutants.Of(mutant));
        if (expected is { } kind)
            Assert.Contains(findings, f => f.Kind == kind);
        else
            Assert.False(isRight);
    }

    [Fact]
    public void Every_barrier_is_needed() => EachMatch(Barrier(), "", (at, _, findings) =>
        Assert.True(findings.Any(f => f.Kind is FindingKind.Race or FindingKind.Uninitialised), at));

    [Fact]
    public void A_barrier_for_half_a_warp_is_found() => EachMatch(
        Barrier(),
        "\tmov.u32 %half, %tid.x;\n\tsetp.lt.u32 %low, %half, 16;\n\t@%low bar.sync\t0;",
        (at, _, findings) => Assert.True(findings.Any(f => f.Kind == FindingKind.UnevenBarrier), at),
        declaration: ".reg .pred %low;\n.reg .b32 %half;");

    /// <summary>ILGPU's own check of implicitly grouped kernels: threads beyond the extent return.</summary>
    [Fact]
    public void A_missing_bounds_check_is_found() => EachMatch(BoundsCheck(), "", (at, isRight, findings) =>
        Assert.True(findings.Count > 0, at));

    private static void EachMatch(Regex pattern, string replacement, Action<string, bool, IReadOnlyList<Finding>> check, string declaration = "")
    {
        var mutants = 0;
        foreach (var (kernel, text) in Texts())
        {
            for (var i = 0; i < pattern.Count(text); i++)
            {
                var seen = 0;
                var wrong = pattern.Replace(text, match => seen++ == i ? replacement : match.Value);
                // Declarations go behind the brace that opens the kernel's body.
                var body = wrong.IndexOf("{\n", wrong.IndexOf(".entry", StringComparison.Ordinal), StringComparison.Ordinal) + 2;
                wrong = wrong.Insert(body, declaration + "\n");
                var (isRight, findings) = Run(kernel, loaded => loaded == text ? wrong : loaded);
                check($"match {i} of {pattern} in a text of {kernel}: {string.Join("; ", findings)}", isRight, findings);
                mutants++;
            }
        }

        Assert.True(mutants > 0, $"no text has {pattern}");
    }

    /// <summary>Every text of every kernel, with the first kernel that launches it; as they are they are right and have no findings.</summary>
    private static List<(string Kernel, string Text)> Texts()
    {
        var texts = new List<(string Kernel, string Text)>();
        foreach (var kernel in AttentionKernelContract.Kernels.Select(k => k.Data).Where(k => InterpretedDevice.Has(AttentionKernelContract.Variants(k, Small).First())))
        {
            var (isRight, findings) = Run(kernel, text =>
            {
                if (texts.All(t => t.Text != text))
                    texts.Add((kernel, text));
                return text;
            });
            Assert.True(isRight && findings.Count == 0, kernel);
        }

        return texts;
    }

    private static (bool IsRight, IReadOnlyList<Finding> Findings) Run(string kernel, Func<string, string> rewrite, DeviceCode? code = null)
    {
        var spec = AttentionKernelContract.Variants(kernel, Small).First();
        var input = AttentionInput.Create(Small);
        var (device, accelerator) = InterpretedDevice.Open(rewrite, code);
        using (device)
        {
            // Preparing launches once.
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
}
