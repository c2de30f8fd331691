using AttnSweep.Kernels.Contract;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests;

/// <summary>A kernel held against the double reference, with all its contract variants.</summary>
internal static class KernelChecks
{
    public static void AssertRight(IDevice device, string kernel, IEnumerable<InputSpec> shapes)
    {
        foreach (var shape in shapes)
        {
            var input = AttentionInput.Create(shape);
            var verifier = new KernelVerifier(input, shape.N);
            foreach (var variant in ContractCases.Variants(kernel, shape))
            {
                using var prepared = device.Prepare(variant, input);
                var output = new float[input.Q.Length];
                prepared.Launch(1);
                prepared.ReadOutput(output);
                var verdict = verifier.Check(variant, output);
                Assert.True(verdict.IsRight, $"{shape}: {verdict.WhyWrong}");
            }
        }
    }
}
