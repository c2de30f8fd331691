using AttnSweep.Cli.CommandLine;
using AttnSweep.Protocol;
using AttnSweep.Sweeps;

namespace AttnSweep.Cli.LocalCluster;

/// <summary>Which devices the workers of a local run offer. Pure.</summary>
internal static class LocalDevices
{
    /// <param name="asked">Devices or backends that the user named; empty means what the sweep needs.</param>
    /// <param name="here">Every device of this machine, ilgpu-cpu included.</param>
    /// <exception cref="AskedWronglyException">A backend of the sweep would wait for ever.</exception>
    public static IReadOnlyList<string> Offer(SweepPlan plan, IReadOnlyList<string> asked, IReadOnlyList<DeviceInfo> here)
    {
        var listed = string.Join(", ", here.Select(d => d.Id));
        if (asked.FirstOrDefault(a => here.All(d => d.Id != a && d.Backend != a)) is { } unknown)
        {
            throw new AskedWronglyException($"--devices: no device '{unknown}' on this machine; there are: {listed}");
        }

        var needed = plan.Shards.Select(s => s.Backend).Distinct().Order(StringComparer.Ordinal).ToList();
        if (needed.FirstOrDefault(b => here.All(d => d.Backend != b)) is { } missing)
        {
            throw new AskedWronglyException($"sweep {plan.Name} names the backend '{missing}', but this machine has no device for it; there are: {listed}");
        }

        if (asked.Count > 0 && needed.FirstOrDefault(b => !here.Any(d => d.Backend == b && (asked.Contains(d.Id) || asked.Contains(b)))) is { } left)
        {
            throw new AskedWronglyException($"sweep {plan.Name} names the backend '{left}', which --devices {string.Join(',', asked)} leaves out");
        }

        return asked.Count > 0 ? asked : needed;
    }
}
