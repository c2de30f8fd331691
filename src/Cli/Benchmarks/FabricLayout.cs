using System.Globalization;
using AttnSweep.Cli.LocalCluster;

namespace AttnSweep.Cli.Benchmarks;

/// <summary>The processes of the fabric's benchmark. Pure.</summary>
internal static class FabricLayout
{
    public const string Coordinator = "coordinator";

    public static ClusterLayout Of(int workers, int devices, int port, string spool)
    {
        var seeds = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        string[] node = ["--exit-with-parent", "--host", "127.0.0.1", "--seeds", seeds];
        return new ClusterLayout(
            [
                new ClusterPart(Coordinator, [Coordinator, .. node, "--port", Text(port)], SeesDatabase: true),
                .. Enumerable.Range(1, workers).Select(i => $"bench-{Text(i)}").Select(name => new ClusterPart(
                    name, ["worker", .. node, "--name", name, "--null-devices", Text(devices), "--spool", Path.Combine(spool, name)], SeesDatabase: false)),
            ],
            Warning: null);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
