using AttnSweep.Catalogue;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Own;
using AttnSweep.Kernels.Reference;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Contract;

/// <summary>Runs every kernel on one device against the double reference and tells which are right.</summary>
public static class DeviceCheckup
{
    /// <param name="deep">Every case and variant of the contract; else the short cases with one variant of each kernel.</param>
    /// <param name="cancellation">Looked at before each case.</param>
    public static CheckupResult Run(IDevice device, bool deep, CancellationToken cancellation)
    {
        var faults = new Dictionary<string, string>();
        var unsupported = new Dictionary<string, string>();
        var (cases, worst) = (0, 0.0);
        foreach (var spec in deep ? ContractCases.All : ContractCases.Few)
        {
            var input = AttentionInput.Create(spec);
            var verifier = new KernelVerifier(input, spec.N);
            var output = new float[input.Q.Length];
            foreach (var name in KernelCatalogue.All.Select(k => k.Name).Where(n => !unsupported.ContainsKey(n)))
            {
                foreach (var kernel in deep ? ContractCases.Variants(name, spec) : [ContractCases.Middle(name, spec)])
                {
                    cancellation.ThrowIfCancellationRequested();
                    try
                    {
                        cases++;
                        output.AsSpan().Fill(float.NaN);
                        using var prepared = device.Prepare(kernel, input);
                        prepared.Launch(1);
                        prepared.ReadOutput(output);
                        var verdict = verifier.Check(kernel, output);
                        if (verdict.IsRight)
                        {
                            worst = Math.Max(worst, verdict.Error.Verification / verdict.Error.Allowed);
                        }
                        else
                        {
                            faults.TryAdd(name, $"{verdict.WhyWrong} ({Where(spec)})");
                        }
                    }
                    catch (KernelUnsupportedException problem) when (KernelCatalogue.Find(name) is OwnKernel)
                    {
                        // An own kernel need not have code for every device.
                        unsupported.TryAdd(name, problem.Message);
                        break;
                    }
                    catch (Exception problem) when (problem is not OperationCanceledException)
                    {
                        faults.TryAdd(name, $"{problem.GetType().Name}: {problem.Message.ReplaceLineEndings(" ")} ({Where(spec)})");
                    }
                }
            }
        }

        return new CheckupResult(KernelCatalogue.All.Count - unsupported.Count, cases, worst, faults, unsupported);
    }

    private static string Where(InputSpec input) => FormattableString.Invariant(
        $"n = {input.N}, d = {input.D}, heads = {input.Heads}, sigma = {input.Sigma}{(input.Causal ? ", causal" : "")}");
}

/// <param name="Kernels">Kernels that this device was tried with.</param>
/// <param name="Cases">Launches that were held against the reference.</param>
/// <param name="WorstShare">The largest error of a kernel that is right, as a share of what it was allowed.</param>
/// <param name="Faults">Of each wrong kernel, the first fault found.</param>
/// <param name="Unsupported">Own kernels without code for this device.</param>
public sealed record CheckupResult(int Kernels, int Cases, double WorstShare, IReadOnlyDictionary<string, string> Faults, IReadOnlyDictionary<string, string> Unsupported)
{
    public bool IsRight => Faults.Count == 0;

    public int Right => Kernels - Faults.Count;
}
