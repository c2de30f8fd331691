using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AttnSweep.Cli.Display;
using AttnSweep.Storage.Reading;

namespace AttnSweep.Cli.LocalCluster;

/// <summary>Which processes a local run needs, and with what arguments. Pure.</summary>
internal sealed record ClusterLayout(IReadOnlyList<ClusterPart> Parts, string? Warning)
{
    /// <param name="threads">0 divides the cores among the workers, so that they do not disturb each other's samples.</param>
    /// <param name="spool">Workers bear the same names in every run, so that a later one delivers what an earlier one left here.</param>
    public static ClusterLayout Of(long run, int workers, int cores, int threads, IReadOnlyList<string> devices, int port, string spool)
    {
        var each = threads > 0 ? threads : Math.Max(1, cores / workers);
        var seeds = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        var parts = new List<ClusterPart>
        {
            new("coordinator",
            [
                "coordinator", "--exit-with-parent", "--host", "127.0.0.1", "--port", Text(port), "--seeds", seeds, "--only-run", run.ToString(CultureInfo.InvariantCulture),
            ], SeesDatabase: true),
        };
        for (var i = 1; i <= workers; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"local-{i}");
            List<string> arguments =
            [
                "worker", "--exit-with-parent", "--name", name, "--host", "127.0.0.1", "--port", "0", "--seeds", seeds,
                "--threads", Text(each), "--spool", Path.Combine(spool, name),
            ];
            if (devices.Count > 0)
            {
                arguments.AddRange(["--devices", string.Join(',', devices)]);
            }

            parts.Add(new ClusterPart(string.Create(CultureInfo.InvariantCulture, $"worker-{i}"), arguments, SeesDatabase: false));
        }

        return new ClusterLayout(parts, workers * each > cores
            ? $"{Units.Count(workers, "worker")} with {Units.Count(each, "thread")}{(workers == 1 ? "" : " each")} on {Units.Count(cores, "core")} disturb {(workers == 1 ? "themselves" : "each other")}; times will be worse than the kernels are"
            : null);
    }

    /// <summary>
    /// Numbers of runs and shards mean something in one database only, so a named database (null: the private one) has a folder of its own.
    /// </summary>
    public static string SpoolOf(string spool, string? connectionString)
    {
        if (connectionString is null)
        {
            return spool;
        }

        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(DatabasePlace.Of(connectionString))));
        return Path.Combine(spool, "named-" + key[..12]);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <param name="SeesDatabase">Workers never get a connection string.</param>
internal sealed record ClusterPart(string Name, IReadOnlyList<string> Arguments, bool SeesDatabase);
