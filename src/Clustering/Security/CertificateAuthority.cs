using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AttnSweep.Clustering.Security;

/// <summary>A private certificate authority for the nodes of one cluster: whoever holds a certificate of it may join.</summary>
public sealed class CertificateAuthority(X509Certificate2 certificate) : IDisposable
{
    internal const string ServerPurpose = "1.3.6.1.5.5.7.3.1";
    internal const string ClientPurpose = "1.3.6.1.5.5.7.3.2";

    /// <summary>A certificate made now must hold on a machine whose clock is behind.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromDays(1);

    /// <summary>With its private key when made or loaded to issue.</summary>
    public X509Certificate2 Certificate { get; } = certificate;

    /// <summary>A new authority with an ECDSA P-256 key. It may issue nodes' certificates, and no further authorities.</summary>
    public static CertificateAuthority Create(string name, DateTimeOffset now, TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(NameOf(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return new CertificateAuthority(request.CreateSelfSigned(now - ClockSlack, now + lifetime));
    }

    /// <summary>
    /// A node's certificate with its private key, good for both sides of a connection. It ends with the authority at the latest.
    /// </summary>
    /// <param name="hosts">Addresses or names that the node is reached at; for people and other tools: nodes check the authority, not the name.</param>
    /// <exception cref="CertificateProblemException">The authority has ended.</exception>
    public X509Certificate2 Issue(string name, IReadOnlyList<string> hosts, DateTimeOffset now, TimeSpan lifetime)
    {
        if (now >= Certificate.NotAfter)
        {
            throw new CertificateProblemException($"the authority '{Certificate.GetNameInfo(X509NameType.SimpleName, false)}' ended on {Certificate.NotAfter.ToUniversalTime():u}; make a new one with `attnsweep certs init`");
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(NameOf(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerPurpose), new Oid(ClientPurpose)], true));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        request.CertificateExtensions.Add(AlternativeNames(name, hosts));
        var from = Latest(now - ClockSlack, Certificate.NotBefore);
        var until = Earliest(now + lifetime, Certificate.NotAfter);
        using var bare = request.Create(Certificate, from, until, RandomNumberGenerator.GetBytes(16));
        return bare.CopyWithPrivateKey(key);
    }

    public void Dispose() => Certificate.Dispose();

    private static X500DistinguishedName NameOf(string name)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddOrganizationName("AttnSweep");
        builder.AddCommonName(name);
        return builder.Build();
    }

    private static X509Extension AlternativeNames(string name, IReadOnlyList<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts.Append(name).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        return names.Build();
    }

    private static DateTimeOffset Latest(DateTimeOffset a, DateTime b) => a > b ? a : b;

    private static DateTimeOffset Earliest(DateTimeOffset a, DateTime b) => a < b ? a : b;
}
