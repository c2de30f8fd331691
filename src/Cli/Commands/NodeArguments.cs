using System.CommandLine;
using AttnSweep.Clustering.Security;

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

    public Option<string?> Certificates { get; } = new("--certificates")
    {
        Description = "Folder with node.crt, node.key and authority.crt: mutual TLS (else ATTNSWEEP_CERTIFICATES); needed unless --host is a loopback address",
        HelpName = "FOLDER",
    };

    public Option<bool> Insecure { get; } = new("--insecure") { Description = "Speak without encryption on an address that other machines reach" };

    public Option<bool> ExitWithParent { get; } = SharedOptions.ExitWithParent();

    public void AddTo(Command command)
    {
        command.Options.Add(Host);
        command.Options.Add(Port);
        command.Options.Add(Seeds);
        command.Options.Add(Certificates);
        command.Options.Add(Insecure);
        command.Options.Add(ExitWithParent);
    }

    /// <summary>Without seeds, one coordinator on this host at the usual port.</summary>
    public IReadOnlyList<string> SeedsOf(ParseResult parsed, int port) =>
        SharedOptions.Split(parsed.GetValue(Seeds)) is { Count: > 0 } given ? given : [FormattableString.Invariant($"{parsed.GetValue(Host)}:{port}")];

    /// <summary>The node's certificates, or null where none are named.</summary>
    /// <exception cref="CertificateProblemException">They cannot be used.</exception>
    public NodeTls? TlsOf(ParseResult parsed, TimeProvider time) =>
        (parsed.GetValue(Certificates) ?? Environment.GetEnvironmentVariable("ATTNSWEEP_CERTIFICATES")) is { Length: > 0 } folder
            ? NodeTls.Load(folder, time.GetUtcNow())
            : null;
}
