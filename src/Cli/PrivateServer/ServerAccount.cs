using AttnSweep.Cli.CommandLine;

namespace AttnSweep.Cli.PrivateServer;

/// <summary>Who runs the server: PostgreSQL refuses to be root.</summary>
/// <param name="User">Null when this process's own user will do.</param>
internal sealed record ServerAccount(string? User)
{
    private const string Created = "attnsweep";

    /// <summary>A command as that user. runuser needs no password and leaves no session behind.</summary>
    public IReadOnlyList<string> Command(params IEnumerable<string> command) => User is null ? [.. command] : ["runuser", "-u", User, "--", .. command];

    public static async Task<ServerAccount> ChooseAsync(bool isRoot, CancellationToken cancellation)
    {
        if (!isRoot)
        {
            return new ServerAccount((string?)null);
        }

        foreach (var user in new[] { "postgres", Created })
        {
            if ((await ShortCommand.RunAsync(["id", "-u", user], cancellation)).ExitCode == 0)
            {
                return new ServerAccount(user);
            }
        }

        var made = await ShortCommand.RunAsync(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", Created], cancellation);
        return made.ExitCode == 0 ? new ServerAccount(Created) : throw new SystemFailedException(
            $"PostgreSQL refuses to run as root and the user '{Created}' cannot be created: {made.Errors.Trim()}");
    }

    /// <summary>Gives a folder or file to that user.</summary>
    public async Task TakeOverAsync(string path, CancellationToken cancellation)
    {
        if (User is not null)
        {
            var done = await ShortCommand.RunAsync(["chown", "-R", User + ":", path], cancellation);
            if (done.ExitCode != 0)
            {
                throw new SystemFailedException($"{path} cannot be given to the user '{User}': {done.Errors.Trim()}");
            }
        }
    }
}
