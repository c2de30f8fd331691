using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AttnSweep.Clustering.Security;

/// <summary>Whether a peer's certificate lets it into this cluster. Pure in the certificates and the time.</summary>
internal static class PeerCheck
{
    /// <summary>Why the certificate is refused, or null. Only our own authorities count, never the machine's store; host names are not compared (nodes move).</summary>
    public static string? WhyRefused(X509Certificate2 peer, X509Certificate2Collection authorities, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(CertificateAuthority.ServerPurpose));
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(CertificateAuthority.ClientPurpose));
        if (chain.Build(peer))
        {
            return null;
        }

        var name = peer.GetNameInfo(X509NameType.SimpleName, false);
        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status);
        return status switch
        {
            _ when status.HasFlag(X509ChainStatusFlags.UntrustedRoot) || status.HasFlag(X509ChainStatusFlags.PartialChain) =>
                $"the certificate '{name}' was not issued by this cluster's authority",
            _ when now.UtcDateTime > peer.NotAfter.ToUniversalTime() => $"the certificate '{name}' ended on {peer.NotAfter.ToUniversalTime():u}",
            _ when now.UtcDateTime < peer.NotBefore.ToUniversalTime() => $"the certificate '{name}' holds from {peer.NotBefore.ToUniversalTime():u} only",
            _ when status.HasFlag(X509ChainStatusFlags.NotTimeValid) => $"the authority of the certificate '{name}' is out of its time",
            _ when status.HasFlag(X509ChainStatusFlags.NotValidForUsage) => $"the certificate '{name}' is not for nodes (client and server)",
            _ => $"the certificate '{name}' is refused: {status}",
        };
    }
}
