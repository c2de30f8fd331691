using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Kernels.Devices;
using AttnSweep.Storage.Connections;

namespace AttnSweep.Cli.Commands;

/// <summary>Looks at what AttnSweep needs and says what is wrong; changes nothing.</summary>
internal static class DoctorCommand
{
    public static Command Create(Surroundings around)
    {
        var database = SharedOptions.Database();
        var command = new ExampledCommand("doctor", "Checks what this machine offers; exit code 1 when something that is needed is missing", "attnsweep doctor") { database };
        command.SetAction(async (parsed, cancellation) =>
        {
            var checks = new List<Check>
            {
                new(true, "runtime", $"{System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}, attnsweep {Surroundings.CodeVersion}"),
                await SdkAsync(cancellation),
                await DatabaseAsync(parsed.GetValue(database) ?? Environment.GetEnvironmentVariable(DatabaseAccess.Variable), cancellation),
                Folder(),
            };
            checks.AddRange(DeviceCatalogue.Discover(new DeviceOptions()).Select(d => new Check(true, "device", $"{d.Id}: {d.Name} ({d.Driver})")));
            foreach (var check in checks)
            {
                around.Out.WriteLine($"{(check.Fine ? "ok     " : "MISSING")} {check.Subject,-10} {check.Text}");
            }

            return checks.All(c => c.Fine) ? ExitCodes.Ok : ExitCodes.BadNews;
        });
        return command;
    }

    private static async Task<Check> SdkAsync(CancellationToken cancellation)
    {
        var sdks = await ShortCommand.RunAsync(["dotnet", "--list-sdks"], cancellation);
        var found = sdks.Output.Split('\n').Where(l => l.StartsWith("10.", StringComparison.Ordinal)).Select(l => l.Split(' ')[0]).ToList();
        return found.Count > 0
            ? new Check(true, "SDK", $".NET {string.Join(", ", found)}")
            : new Check(false, "SDK", "the .NET 10 SDK is needed to build; get it from https://dot.net/download");
    }

    private static async Task<Check> DatabaseAsync(string? named, CancellationToken cancellation)
    {
        if (named is { Length: > 0 })
        {
            try
            {
                await using var store = new Database(named, DatabaseRole.Reader);
                await using var connection = await store.OpenAsync(cancellation);
                return new Check(true, "database", $"PostgreSQL {connection.PostgreSqlVersion} at {connection.Host}:{connection.Port}");
            }
            catch (DatabaseProblemException problem)
            {
                return new Check(false, "database", problem.Message);
            }
        }

        var found = await PostgresPrograms.FindAsync(ServerHome.OfThisProcess(), cancellation);
        return found.FirstOrDefault(p => p.Major >= PostgresPrograms.OldestMajor) is { } programs
            ? new Check(true, "database", $"private server, PostgreSQL {programs.Major} from {programs.Folder}")
            : new Check(false, "database", $"no PostgreSQL {PostgresPrograms.OldestMajor} or newer; Debian: apt-get install postgresql");
    }

    private static Check Folder()
    {
        try
        {
            var home = ServerHome.OfThisProcess().Folder;
            return new Check(true, "folder", Directory.Exists(home) ? home : $"{home} (made when it is needed)");
        }
        catch (AskedWronglyException problem)
        {
            return new Check(false, "folder", problem.Message);
        }
    }

    private sealed record Check(bool Fine, string Subject, string Text);
}
