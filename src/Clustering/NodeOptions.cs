using AttnSweep.Clustering.Security;

namespace AttnSweep.Clustering;

/// <summary>Where a node lives and where it looks for the others.</summary>
/// <param name="Role">One of <see cref="ClusterRoles"/>.</param>
/// <param name="Host">Address that other nodes reach this one at, and that it binds to.</param>
/// <param name="Port">0 picks a free port (workers only: coordinators are looked for at theirs).</param>
/// <param name="Seeds">host:port of all coordinators, the same list everywhere.</param>
/// <param name="Tls">Null speaks plainly, which only loopback may without <paramref name="Insecure"/>.</param>
/// <param name="Insecure">The user knows the network and wants no encryption.</param>
public sealed record NodeOptions(
    string Role, string Host, int Port, IReadOnlyList<string> Seeds, NodeTls? Tls = null, bool Insecure = false)
{
    /// <summary>
    /// Members of the cluster that a lone coordinator belonged to before it was started again: it asks to be let in again before it founds
    /// a cluster of its own, which its workers would have to find by being started anew.
    /// </summary>
    public IReadOnlyList<string> Reunion { get; init; } = [];

    /// <exception cref="NodeProblemException">This address needs certificates.</exception>
    internal void DemandSafeTransport()
    {
        if (TransportRule.WhyRefused(Host, Tls is not null, Insecure) is { } refused)
        {
            throw new NodeProblemException(refused);
        }
    }

    /// <summary>The seeds as the cluster wants them.</summary>
    /// <exception cref="NodeProblemException">There is none, or one is not host:port.</exception>
    internal string[] SeedAddresses() => Seeds.Count == 0
        ? throw new NodeProblemException("no coordinator address is given; at least one host:port is needed")
        : [.. Seeds.Select(SeedAddress), .. Reunion];

    private string SeedAddress(string seed)
    {
        var colon = seed.LastIndexOf(':');
        return colon > 0 && int.TryParse(seed.AsSpan(colon + 1), out var port) && port is > 0 and <= 65535
            ? $"{(Tls is null ? "akka.tcp" : "akka.ssl.tcp")}://{ClusterNode.SystemName}@{seed[..colon]}:{port}"
            : throw new NodeProblemException($"'{seed}' is no coordinator address; it is written host:port, for example 10.0.0.5:4053");
    }
}

/// <summary>A node cannot start; the message is one line for a person.</summary>
public class NodeProblemException(string message, Exception? inner = null) : Exception(message, inner);
