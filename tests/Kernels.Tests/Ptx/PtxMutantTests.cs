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
[Trait("Backend", "ilgpu"), Trait("Category", "slow"), Collection("ilgpu")]
public sealed partial class PtxMutantTests
{
    /// <summary>Several tiles for most rows, so that the running maximum moves.</summary>
    private static readonly InputSpec Tiles = new(InputModels.Independent, Heads: 1, N: 150, D: 24, Sigma: 1.5, Seed: 3, Causal: true);

    private static readonly InputSpec Small = new(InputModels.Independent, Heads: 1, N: 70, D: 16, Sigma: 1, Seed: 7, Causal: true);

    /// <summary>The mutants that OpenCL runs as well; a race or a read outside a buffer must be a finding, whatever the result.</summary>
    [Theory]
    [InlineData("MaskOffByOne", null)]
    [InlineData("NotRescaled", null)]
    [InlineData("LastTileDropped", null)]
    [InlineData("Race", FindingKind.Race)]
    [InlineData("NoBoundsCheck", FindingKind.OutOfBounds)]
    public void Device_code_made_wrong_is_caught(string mutant, FindingKind? expected)
    {
        var (isRight, findings) = Run(KernelSpec.Plain("flash"), Tiles, text => text, KernelMutants.Of(mutant));
        if (expected is { } kind)
            Assert.Contains(findings, f => f.Kind == kind);
        else
            Assert.False(isRight);
        Assert.True(Run(KernelSpec.Plain("flash"), Tiles, text => text) is { IsRight: true, Findings.Count: 0 });
    }

    /// <summary>Through the real runner, as on a GPU. A race is left out: the interpreter executes it in one order, which may give the right numbers; it is a finding instead.</summary>
    [Theory]
    [InlineData("MaskOffByOne")]
    [InlineData("NotRescaled")]
    [InlineData("LastTileDropped")]
    public async Task Device_code_made_wrong_ends_as_wrong_result_without_a_time(string mutant)
    {
        var (device, _) = InterpretedDevice.Open(code: KernelMutants.Of(mutant));
        using (device)
        {
            var results = await MutantShard.MeasureAsync(device, Tiles, KernelSpec.Plain("flash"));
            Assert.Equal((Results.Outcome.WrongResult, 0), (results[101].Outcome, results[101].Trials.Count));
        }
    }

    /// <summary>
    /// Of each text at most one barrier may be missed by nobody: the one before the first tile, which matters only to a block that
    /// keeps no key at all.
    /// </summary>
    [Fact]
    public void Barriers_are_needed()
    {
        var unmissed = new List<string>();
        EachMatch(Barrier(), "", (at, _, findings) =>
        {
            if (!findings.Any(f => f.Kind is FindingKind.Race or FindingKind.Uninitialised))
                unmissed.Add(at);
        });
        Assert.True(unmissed.Count == unmissed.Select(at => at[at.IndexOf("in text", StringComparison.Ordinal)..]).Distinct().Count(), string.Join('\n', unmissed));
    }

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
        foreach (var (kernel, place, text) in Texts())
        {
            for (var i = 0; i < pattern.Count(text); i++)
            {
                var loaded = 0;
                var (isRight, findings) = Run(kernel, own => loaded++ == place ? Wrong(own, i) : own);
                check($"match {i} of {pattern} in text {place} of {kernel}: {string.Join("; ", findings)}", isRight, findings);
                mutants++;
            }
        }

        string Wrong(string text, int wanted)
        {
            var seen = 0;
            text = pattern.Replace(text, match => seen++ == wanted ? replacement : match.Value);
            // Declarations go behind the brace that opens the kernel's body.
            return text.Insert(text.IndexOf("{\n", text.IndexOf(".entry", StringComparison.Ordinal), StringComparison.Ordinal) + 2, declaration + "\n");
        }

        Assert.True(mutants > 0, $"no text has {pattern}");
    }

    /// <summary>
    /// Every text of every kernel, with the first kernel that loads it and its place among the texts of that kernel; as they are they
    /// are right and have no findings. ILGPU numbers its names anew in each context, so texts are the same but for numbers in names.
    /// </summary>
    private static List<(string Kernel, int Place, string Text)> Texts()
    {
        var texts = new Dictionary<string, (string Kernel, int Place, string Text)>();
        foreach (var kernel in AttentionKernelContract.Kernels.Select(k => k.Data))
        {
            var place = 0;
            var (isRight, findings) = Run(kernel, text =>
            {
                texts.TryAdd(NumberInName().Replace(text, "_"), (kernel, place++, text));
                return text;
            });
            Assert.True(isRight && findings.Count == 0, kernel);
        }

        return [.. texts.Values];
    }

    private static (bool IsRight, IReadOnlyList<Finding> Findings) Run(string kernel, Func<string, string> rewrite) =>
        Run(AttentionKernelContract.Variants(kernel, Small).First(), Small, rewrite);

    private static (bool IsRight, IReadOnlyList<Finding> Findings) Run(KernelSpec spec, InputSpec shape, Func<string, string> rewrite, DeviceCode? code = null)
    {
        var input = AttentionInput.Create(shape);
        var (device, accelerator) = InterpretedDevice.Open(rewrite, code);
        using (device)
        {
            // Preparing launches once.
            using var prepared = device.Prepare(spec, input);
            var output = new float[input.Q.Length];
            prepared.ReadOutput(output);
            return (new KernelVerifier(input, shape.N).Check(spec, output).IsRight, [.. accelerator.Reports.SelectMany(r => r.Findings)]);
        }
    }

    [GeneratedRegex(@"_\d+")]
    private static partial Regex NumberInName();

    [GeneratedRegex(@"\tbar\.sync\t0;")]
    private static partial Regex Barrier();

    [GeneratedRegex(@"\t@%p\d+ ret;")]
    private static partial Regex BoundsCheck();
}
