using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AttnSweep.Clustering.Security;
using AttnSweep.Clustering.Tests.Infrastructure;

namespace AttnSweep.Clustering.Tests.Security;

/// <summary>Who is let into a cluster.</summary>
public sealed class PeerCheckTests : IDisposable
{
    private static readonly DateTimeOffset Now = Examples.Noon;
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("ours", Now, TimeSpan.FromDays(3650));

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void A_node_of_our_authority_is_let_in_even_when_its_clock_is_an_hour_behind()
    {
        using var node = _authority.Issue("bench-3", ["10.0.0.6"], Now, TimeSpan.FromDays(365));
        Assert.Null(WhyRefused(node, Now));
        Assert.Null(WhyRefused(node, Now - TimeSpan.FromHours(1)));
    }

    [Fact]
    public void A_node_of_another_authority_of_the_same_name_is_refused()
    {
        using var other = CertificateAuthority.Create("ours", Now, TimeSpan.FromDays(3650));
        using var node = other.Issue("bench-3", [], Now, TimeSpan.FromDays(365));
        Assert.Equal("the certificate 'bench-3' was not issued by this cluster's authority", WhyRefused(node, Now));
    }

    [Fact]
    public void A_certificate_is_refused_after_its_end_and_before_its_begin()
    {
        using var node = _authority.Issue("bench-3", [], Now, TimeSpan.FromDays(30));
        Assert.Equal("the certificate 'bench-3' ended on 2026-03-31 12:00:00Z", WhyRefused(node, Now + TimeSpan.FromDays(31)));
        Assert.Equal("the certificate 'bench-3' holds from 2026-02-28 12:00:00Z only", WhyRefused(node, Now - TimeSpan.FromDays(2)));
    }

    [Fact]
    public void A_node_cannot_issue_certificates()
    {
        using var node = _authority.Issue("bench-3", [], Now, TimeSpan.FromDays(365));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var forged = new CertificateRequest("CN=forged", key, HashAlgorithmName.SHA256)
            .Create(node.SubjectName, X509SignatureGenerator.CreateForECDsa(node.GetECDsaPrivateKey()!), Now, Now.AddDays(1), [1, 2, 3]);
        using var chain = new X509Chain();
        Assert.NotNull(PeerCheck.WhyRefused(forged, [_authority.Certificate, node], Now));
    }

    [Fact]
    public void A_certificate_for_another_purpose_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=web", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], true));
        using var web = request.Create(_authority.Certificate, Now.AddHours(-1), Now.AddDays(1), [4, 5, 6]);
        Assert.Equal("the certificate 'web' is not for nodes (client and server)", WhyRefused(web, Now));
    }

    [Fact]
    public void Two_authorities_are_trusted_while_one_replaces_the_other()
    {
        using var next = CertificateAuthority.Create("next", Now, TimeSpan.FromDays(3650));
        using var old = _authority.Issue("old", [], Now, TimeSpan.FromDays(365));
        using var renewed = next.Issue("renewed", [], Now, TimeSpan.FromDays(365));
        Assert.All([old, renewed], node => Assert.Null(PeerCheck.WhyRefused(node, [_authority.Certificate, next.Certificate], Now)));
    }

    [Fact]
    public void A_nodes_certificate_never_outlives_its_authority()
    {
        using var node = _authority.Issue("long", [], Now, TimeSpan.FromDays(36500));
        Assert.Equal(_authority.Certificate.NotAfter, node.NotAfter);
        Assert.Throws<CertificateProblemException>(() => _authority.Issue("late", [], Now + TimeSpan.FromDays(3651), TimeSpan.FromDays(1)));
    }

    [Theory]
    [InlineData("127.0.0.1", false, false, true)]
    [InlineData("127.0.0.4", false, false, true)]
    [InlineData("::1", false, false, true)]
    [InlineData("localhost", false, false, true)]
    [InlineData("10.0.0.5", false, false, false)]
    [InlineData("bench-2", false, false, false)]
    [InlineData("0.0.0.0", false, false, false)]
    [InlineData("10.0.0.5", true, false, true)]
    [InlineData("10.0.0.5", false, true, true)]
    public void Only_loopback_goes_without_certificates_unless_told(string host, bool certificates, bool insecure, bool allowed) =>
        Assert.Equal(allowed, TransportRule.WhyRefused(host, certificates, insecure) is null);

    private string? WhyRefused(X509Certificate2 peer, DateTimeOffset now) => PeerCheck.WhyRefused(peer, [_authority.Certificate], now);
}
