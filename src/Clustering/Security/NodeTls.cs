using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AttnSweep.Clustering.Security;

/// <summary>What a node shows its peers, and whom it lets in: mutual TLS under a private authority.</summary>
/// <param name="Node">This node's certificate, with its private key.</param>
/// <param name="Authorities">One, or two while an authority is being replaced.</param>
public sealed record NodeTls(X509Certificate2 Node, X509Certificate2Collection Authorities)
{
    public const string NodeFile = "node.crt";
    public const string KeyFile = "node.key";
    public const string AuthorityFile = "authority.crt";

    /// <summary>Reads a node's folder as <c>attnsweep certs issue</c> writes it.</summary>
    /// <exception cref="CertificateProblemException">A file is missing, unreadable, open to everybody, out of its time, or does not belong to the others.</exception>
    public static NodeTls Load(string folder, DateTimeOffset now)
    {
        foreach (var file in new[] { NodeFile, KeyFile, AuthorityFile }.Select(name => Path.Combine(folder, name)))
        {
            if (!File.Exists(file))
            {
                throw new CertificateProblemException($"{file} is missing; a node's folder holds {NodeFile}, {KeyFile} and {AuthorityFile}, as `attnsweep certs issue` writes them");
            }
        }

        DemandPrivate(Path.Combine(folder, KeyFile));
        var tls = Read(folder);
        return PeerCheck.WhyRefused(tls.Node, tls.Authorities, now) is { } refused
            ? throw new CertificateProblemException($"{Path.Combine(folder, NodeFile)}: {refused}; issue a new one with `attnsweep certs issue`")
            : tls;
    }

    private static NodeTls Read(string folder)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(Path.Combine(folder, AuthorityFile));
            return authorities.Count == 0
                ? throw new CertificateProblemException($"{Path.Combine(folder, AuthorityFile)} holds no certificate in PEM form")
                : new NodeTls(X509Certificate2.CreateFromPemFile(Path.Combine(folder, NodeFile), Path.Combine(folder, KeyFile)), authorities);
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException)
        {
            throw new CertificateProblemException($"the certificates in {folder} cannot be read: {problem.Message}", problem);
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new CertificateProblemException($"{problem.Message} The files must be readable by the account that runs the node", problem);
        }
    }

    private static void DemandPrivate(string keyFile)
    {
        const UnixFileMode Everybody = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(keyFile) & Everybody) != 0)
        {
            throw new CertificateProblemException($"{keyFile} is open to others; `chmod 640 {keyFile}` and own it by the account that runs the node");
        }
    }
}
