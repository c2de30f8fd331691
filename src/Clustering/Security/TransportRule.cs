using System.Net;

namespace AttnSweep.Clustering.Security;

/// <summary>Where a node may speak without encryption. Pure.</summary>
internal static class TransportRule
{
    /// <summary>
    /// Why this address needs certificates, or null. Loopback does not: whoever reaches it is on this machine already. Addresses of
    /// the whole 127.0.0.0/8 count, names only if they are localhost.
    /// </summary>
    public static string? WhyRefused(string host, bool hasCertificates, bool insecure) =>
        hasCertificates || insecure || IsLoopback(host)
            ? null
            : $"{host} is reachable from other machines, so nodes there need certificates: give --certificates FOLDER (`attnsweep certs issue` makes one), "
                + "or --insecure on a network where everybody may run code on your machines";

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
