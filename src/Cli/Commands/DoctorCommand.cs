using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Kernels.Contract;
using AttnSweep.Kernels.Devices;
using AttnSweep.Protocol;
using AttnSweep.Storage.Connections;
using AttnSweep.Sweeps;

namespace AttnSweep.Cli.Commands;

/// <summary>Looks at what AttnSweep needs, tries every kernel on every device, and says what is wrong; changes nothing.</summary>
internal static class DoctorCommand
{
    public static Command Create(Surroundings around)
    {
        var database = SharedOptions.Database();
        var devices = SharedOptions.Devices();
        var deep = new Option<bool>("--deep") { Description = "Try the kernels with every input and parameter of their contract: minutes on a processor's OpenCL driver, which compiles slowly" };
        var command = new ExampledCommand(
            "doctor", "Checks what this machine offers and that its devices compute rightly; exit code 1 when something is missing or wrong",
            "attnsweep doctor\nattnsweep doctor --devices cuda --deep")
        { database, devices, deep };
        command.SetAction(async (parsed, cancellation) =>
        {
            var here = DeviceCatalogue.Discover(new DeviceOptions(IncludeIlgpuCpu: true));
            var chosen = Choose(here, SharedOptions.Split(parsed.GetValue(devices)));
            var checks = new List<Check>
            {
                new(true, "runtime", $"{System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}, attnsweep {Surroundings.CodeVersion}"),
                await SdkAsync(cancellation),
                await DatabaseAsync(parsed.GetValue(database) ?? Environment.GetEnvironmentVariable(DatabaseAccess.Variable), cancellation),
                Folder(),
            };
            checks.ForEach(check => Write(around, check));
            var isFine = checks.All(c => c.Fine);
            foreach (var device in chosen)
            {
                Write(around, new Check(true, "device", $"{device.Id}: {device.Name} ({device.Driver})"));
                await around.Error.WriteLineAsync($"attnsweep: trying every kernel on {device.Id}{(device.Backend == Backends.CpuSimd ? "" : ", which compiles each first")}");
                isFine &= Try(around, device, parsed.GetValue(deep), cancellation);
            }

            return isFine ? ExitCodes.Ok : ExitCodes.BadNews;
        });
        return command;
    }

    /// <summary>Those asked for, or all but ilgpu-cpu, which simulates a GPU thread by thread.</summary>
    private static IReadOnlyList<DeviceInfo> Choose(IReadOnlyList<DeviceInfo> here, IReadOnlyList<string> asked) =>
        asked.FirstOrDefault(a => here.All(d => d.Id != a && d.Backend != a)) is { } unknown
            ? throw new AskedWronglyException($"--devices: no device '{unknown}' on this machine; there are: {string.Join(", ", here.Select(d => d.Id))}")
            : [.. here.Where(d => asked.Count == 0 ? d.Backend != Backends.IlgpuCpu : asked.Contains(d.Id) || asked.Contains(d.Backend))];

    /// <summary>One line for the device, and one for each kernel that is wrong on it.</summary>
    private static bool Try(Surroundings around, DeviceInfo info, bool deep, CancellationToken cancellation)
    {
        CheckupResult result;
        try
        {
            using var device = DeviceCatalogue.Open(info.Id, new DeviceOptions(IncludeIlgpuCpu: true));
            result = DeviceCheckup.Run(device, deep, cancellation);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            // A driver may list a device that it cannot open.
            Write(around, new Check(false, "kernels", $"{info.Id} does not open: {problem.Message.ReplaceLineEndings(" ")}", "WRONG  "));
            return false;
        }

        Write(around, new Check(result.IsRight, "kernels", Verdict(info.Id, result), "WRONG  "));
        foreach (var (_, fault) in result.Faults.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            Write(around, new Check(false, "kernels", $"{info.Id}: {fault}", "WRONG  "));
        }

        foreach (var (_, reason) in result.Unsupported.OrderBy(u => u.Key, StringComparer.Ordinal))
        {
            Write(around, new Check(true, "kernels", $"{info.Id}: left out: {reason}"));
        }

        return result.IsRight;
    }

    internal static string Verdict(string device, CheckupResult result) => Units.Text(
        $"{device}: {result.Right} of {result.Kernels} kernels right in {result.Cases} cases{(result.Right == 0 ? "" : Units.Text($", worst error {result.WorstShare:0.00} of the allowed"))}");

    private static void Write(Surroundings around, Check check) => around.Out.WriteLine($"{(check.Fine ? "ok     " : check.Bad)} {check.Subject,-10} {check.Text}");

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

    private sealed record Check(bool Fine, string Subject, string Text, string Bad = "MISSING");
}
