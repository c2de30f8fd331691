using AttnSweep.Catalogue;
using AttnSweep.Scheduling.Costs;
using AttnSweep.Sweeps;

namespace AttnSweep.Simulation.Workload;

/// <summary>
/// What launches really take in the simulated world, on a device of speed 1. It deviates from FLOP counts as real kernels do: each has a rate and
/// an exponent of its own on each backend, and cells scatter around that. The scheduler never sees it, only what was measured.
/// </summary>
internal sealed class TruthModel(int seed)
{
    /// <summary>Standard deviation of ln t of a cell around its kernel's line.</summary>
    public const double Scatter = 0.08;

    private readonly CostEstimate _byFlops = new();

    /// <summary>One launch without scatter, in seconds.</summary>
    public double Launch(KernelDefinition definition, InputSpec input, KernelSpec kernel, string backend)
    {
        var own = new Random(HashCode(definition.Name, backend));
        var level = Math.Exp(0.7 * Gauss(own));
        var exponent = 0.08 * Gauss(own);
        return _byFlops.ByFlops(definition, input, kernel, backend) * level * Math.Pow(input.N / 1024.0, exponent);
    }

    /// <summary>What an earlier run left in the store: some cells of each kernel and backend.</summary>
    public IEnumerable<CostObservation> History(Sweep sweep, int perKernel)
    {
        var random = new Random(seed + 17);
        int[] sizes = [256, 1024, 4096, 16384];
        foreach (var backend in sweep.Backends)
        {
            foreach (var request in sweep.Kernels)
            {
                for (var i = 0; i < perKernel; i++)
                {
                    var input = new InputSpec(InputModels.Independent, 1, sizes[random.Next(sizes.Length)], random.Next(2) == 0 ? 64 : 128, 1, i, false);
                    var kernel = SimulatedSweeps.Resolve(request, input);
                    yield return new CostObservation(
                        request.Definition.Name, backend, "", input.N, input.D, _byFlops.ByFlops(request.Definition, input, kernel, backend),
                        Launch(request.Definition, input, kernel, backend) * Math.Exp(Scatter * Gauss(random)));
                }
            }
        }
    }

    internal static double Gauss(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>The same in every process, which string.GetHashCode is not.</summary>
    private int HashCode(string kernel, string backend) => (kernel + "/" + backend).Aggregate(seed * 7919, (hash, letter) => unchecked((hash * 31) + letter)) & int.MaxValue;
}
