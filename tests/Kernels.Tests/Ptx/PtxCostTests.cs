using System.Globalization;
using System.Runtime.CompilerServices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.PtxInterpreter.Reports;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Ptx;

/// <summary>
/// What the kernels cost on the interpreter, held against costs.approved.txt: counts have no noise, so a change of one instruction
/// shows. <c>ATTNSWEEP_APPROVE=true</c> writes the file anew; its diff then belongs into the commit that changed a kernel.
/// </summary>
[Trait("Backend", "ilgpu"), Collection("ilgpu")]
public sealed class PtxCostTests
{
    private static readonly InputSpec Input = new(InputModels.Independent, Heads: 1, N: 128, D: 64, Sigma: 1, Seed: 7, Causal: false);

    [Fact]
    public void Costs_are_the_approved_ones()
    {
        var lines = new List<string>
        {
            $"n = {Input.N}, d = {Input.D}, one head, sm_80, {PtxAccelerator.AutoGroupSize} threads in a group where ILGPU chooses",
            $"{"kernel",-44} {"step",-22} {"warp instr.",12} {"active",7} {"sectors",9} {"/access",8} {"wavefronts",11} {"conflicts",10} {"divergent",10}  conflicts by instruction",
        };
        foreach (var kernel in AttentionKernelContract.Kernels.Select(k => k.Data))
        {
            var spec = AttentionKernelContract.Variants(kernel, Input).First();
            var (device, accelerator) = InterpretedDevice.Open();
            using (device)
            using (device.Prepare(spec, AttentionInput.Create(Input)))
                lines.AddRange(accelerator.Reports.Select(r => Row(spec.Variant, r)));
        }

        var approved = Approved();
        var actual = string.Join('\n', lines) + "\n";
        if (Environment.GetEnvironmentVariable("ATTNSWEEP_APPROVE") == "true")
            File.WriteAllText(approved, actual);
        Assert.Equal(File.ReadAllText(approved), actual);
    }

    private static string Row(string kernel, LaunchReport report)
    {
        var c = report.Costs;
        var conflicts = report.Lines.Where(l => l.BankConflicts > 0).GroupBy(l => l.Instruction)
            .Select(g => $"  {g.Key} {g.Sum(l => l.BankConflicts)}").Order(StringComparer.Ordinal);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{kernel,-44} {report.Kernel.Replace("Kernel_", "", StringComparison.Ordinal),-22} {c.WarpInstructions,12} {100.0 * c.ThreadInstructions / (32 * c.WarpInstructions),6:0.0}% {c.GlobalSectors,9} {(double)c.GlobalSectors / Math.Max(1, c.GlobalAccesses),8:0.00} {c.SharedWavefronts,11} {c.BankConflicts,10} {c.DivergentBranches,10}{string.Concat(conflicts)}");
    }

    private static string Approved([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "costs.approved.txt");
}
