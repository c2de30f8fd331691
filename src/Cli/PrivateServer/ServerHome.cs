using AttnSweep.Cli.CommandLine;

namespace AttnSweep.Cli.PrivateServer;

/// <summary>Where the private server and its companions live.</summary>
/// <param name="Folder">Absolute.</param>
internal sealed record ServerHome(string Folder)
{
    public const string Variable = "ATTNSWEEP_HOME";

    private const string RootsFallback = "/var/lib/attnsweep";

    public string Data => Path.Combine(Folder, "postgres");

    public string PasswordFile => Path.Combine(Folder, "password");

    public string PortFile => Path.Combine(Folder, "port");

    /// <summary>There while <c>db start</c> wants the server to outlive its users.</summary>
    public string PinFile => Path.Combine(Folder, "pinned");

    /// <summary>Every user of the server holds it shared; who holds it exclusively may stop the server.</summary>
    public string UsersLock => Path.Combine(Folder, "users.lock");

    /// <summary>Held while the server is made or started.</summary>
    public string StartLock => Path.Combine(Folder, "start.lock");

    public string ServerLog => Path.Combine(Folder, "postgres.log");

    public string Logs => Path.Combine(Folder, "logs");

    public string Spool => Path.Combine(Folder, "spool");

    /// <summary>ATTNSWEEP_HOME, else the XDG data folder; for root, whose server runs as another user, a folder that this user can reach.</summary>
    /// <param name="canOthersReach">Whether another user may pass every folder above this path.</param>
    /// <exception cref="AskedWronglyException">The folder that was asked for cannot serve.</exception>
    public static ServerHome Choose(Func<string, string?> variable, bool isRoot, Func<string, bool> canOthersReach)
    {
        if (variable(Variable) is { Length: > 0 } asked)
        {
            var folder = Path.GetFullPath(asked);
            return isRoot && !canOthersReach(folder)
                ? throw new AskedWronglyException(
                    $"{Variable}={asked} lies in a folder that only root may enter, and PostgreSQL refuses to run as root; choose one that others may pass, for example {RootsFallback}")
                : new ServerHome(folder);
        }

        var home = variable("HOME") is { Length: > 0 } given ? given : "/";
        var data = variable("XDG_DATA_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg) ? xdg : Path.Combine(home, ".local", "share");
        var usual = Path.Combine(data, "attnsweep");
        return new ServerHome(isRoot && !canOthersReach(usual) ? RootsFallback : usual);
    }

    public static ServerHome OfThisProcess() => Choose(Environment.GetEnvironmentVariable, Environment.IsPrivilegedProcess, CanOthersReach);

    /// <summary>The same folder for logs and spools of a command that uses another server: nobody but us has to enter it then.</summary>
    public static ServerHome ForFilesOnly() => Choose(Environment.GetEnvironmentVariable, Environment.IsPrivilegedProcess, path =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } || CanOthersReach(path));

    /// <summary>Only the folders above count: the home itself is opened when it is made.</summary>
    internal static bool CanOthersReach(string path)
    {
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Directory.Exists(folder) && !File.GetUnixFileMode(folder).HasFlag(UnixFileMode.OtherExecute))
            {
                return false;
            }
        }

        return true;
    }
}
