using System.Net.Sockets;

namespace AttnSweep.Clustering.Nodes;

/// <summary>Why a node could not start, in one line.</summary>
internal static class NodeProblems
{
    /// <summary>Null when the exception is no known problem and should be seen whole.</summary>
    public static string? Explain(Exception problem, NodeOptions options) => Causes(problem).Select(cause => cause switch
    {
        NodeProblemException known => known.Message,
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            $"port {options.Port} on {options.Host} is in use by another program; stop it or choose another port",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
            $"{options.Host} is no address of this machine; give one that it has and that the other nodes reach",
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            $"port {options.Port} on {options.Host} is not ours to open; choose one above 1023",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
            $"{options.Host} is no known host name",
        _ => null,
    }).FirstOrDefault(line => line is not null);

    private static IEnumerable<Exception> Causes(Exception problem)
    {
        yield return problem;
        var inner = problem is AggregateException several ? several.InnerExceptions : [.. new[] { problem.InnerException }.OfType<Exception>()];
        foreach (var cause in inner.SelectMany(Causes))
        {
            yield return cause;
        }
    }
}
