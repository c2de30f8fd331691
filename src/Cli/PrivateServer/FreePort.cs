using System.Net;
using System.Net.Sockets;
using AttnSweep.Cli.CommandLine;

namespace AttnSweep.Cli.PrivateServer;

/// <summary>Ports of this machine.</summary>
internal static class FreePort
{
    public static int Any()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static bool IsFree(int port) => IsFree(IPAddress.Loopback, port);

    /// <summary>Asked before anything is written or started. Port 0 means any; a host that is a name is left to the node itself.</summary>
    /// <exception cref="SystemFailedException">Another program has the port.</exception>
    public static void Demand(int port, string? host = null)
    {
        if (port > 0 && IPAddress.TryParse(host ?? "127.0.0.1", out var address) && !IsFree(address, port))
        {
            throw new SystemFailedException($"port {port} on {address} is in use by another program (or {address} is no address of this machine); stop it or choose another --port");
        }
    }

    private static bool IsFree(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
