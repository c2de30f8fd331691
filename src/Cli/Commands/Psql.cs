using System.Diagnostics;
using System.Globalization;
using AttnSweep.Storage.Connections;

namespace AttnSweep.Cli.Commands;

/// <summary>PostgreSQL's own client, opened on our database under the read-only role. The password travels in its environment.</summary>
internal static class Psql
{
    public static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(v => Path.Combine(v, "bin")) : [])
        .Select(folder => Path.Combine(folder, "psql"))
        .FirstOrDefault(File.Exists);

    public static ProcessStartInfo StartInfo(string program, string connectionString)
    {
        var target = ConnectionTarget.Of(connectionString);
        var start = new ProcessStartInfo(program);
        start.Environment["PGHOST"] = target.Host;
        start.Environment["PGPORT"] = target.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["PGDATABASE"] = target.Database;
        start.Environment["PGUSER"] = target.User;
        start.Environment["PGPASSWORD"] = target.Password;
        start.Environment["PGOPTIONS"] = "-c role=attnsweep_reader -c default_transaction_read_only=on";
        return start;
    }
}
