using System.CommandLine;

namespace AttnSweep.Cli.Commands;

/// <summary>Where a node lives and where it looks for the coordinators.</summary>
internal sealed class NodeArguments(int defaultPort)
{
    public const int CoordinatorPort = 4053;

    public Option<string> Host { get; } = new("--host") { Description = "Address of this machine that the other nodes reach", DefaultValueFactory = _ => "127.0.0.1" };

    public Option<int> Port { get; } = new("--port")
    {
        Description = defaultPort == 0 ? "Port (default: a free one)" : "Port; workers look for it there",
        DefaultValueFactory = _ => defaultPort,
        Validators = { v => SharedOptions.Demand<int>(v, p => p is >= 0 and <= 65535, "--port is between 0 and 65535") },
    };

    public Option<string[]> Seeds { get; } = new("--seeds")
    {
        Description = "host:port of all coordinators, separated by commas, the same list everywhere",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "HOST:PORT",
    };

    public Option<bool> ExitWithParent { get; } = SharedOptions.ExitWithParent();

    public void AddTo(Command command)
    {
        command.Options.Add(Host);
        command.Options.Add(Port);
        command.Options.Add(Seeds);
        command.Options.Add(ExitWithParent);
    }

    /// <summary>Without seeds, one coordinator on this host at the usual port.</summary>
    public IReadOnlyList<string> SeedsOf(ParseResult parsed, int port) =>
        SharedOptions.Split(parsed.GetValue(Seeds)) is { Count: > 0 } given ? given : [FormattableString.Invariant($"{parsed.GetValue(Host)}:{port}")];
}
