using System.Runtime.Versioning;
using AttnSweep.Clustering.Security;
using AttnSweep.Clustering.Tests.Infrastructure;

namespace AttnSweep.Clustering.Tests.Security;

/// <summary>What <c>attnsweep certs</c> leaves on the disk, and what a node makes of it.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class CertificateFolderTests : IDisposable
{
    private static readonly DateTimeOffset Now = Examples.Noon;
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void An_issued_folder_loads_and_its_keys_are_for_the_owner_only()
    {
        var folder = Made();
        var (node, certificate) = folder.Issue("bench-3", ["10.0.0.6"], replace: false, Now, Year);
        var tls = NodeTls.Load(node, Now);
        Assert.True(tls.Node.HasPrivateKey);
        Assert.Equal((certificate.Thumbprint, 1), (tls.Node.Thumbprint, tls.Authorities.Count));
        Assert.Equal([NodeTls.AuthorityFile, NodeTls.NodeFile, NodeTls.KeyFile], Directory.EnumerateFiles(node).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.All([folder.AuthorityKeyFile, Path.Combine(node, NodeTls.KeyFile)], key => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key)));
    }

    [Fact]
    public void An_authority_is_never_replaced_and_a_node_only_when_told()
    {
        var folder = Made();
        Assert.Contains("holds an authority already", Problem(() => folder.Init("again", Now, Year)), StringComparison.Ordinal);
        var first = folder.Issue("bench-3", [], replace: false, Now, Year).Certificate;
        Assert.Contains("say --replace", Problem(() => folder.Issue("bench-3", [], replace: false, Now, Year)), StringComparison.Ordinal);
        var (node, second) = folder.Issue("bench-3", [], replace: true, Now, Year);
        Assert.NotEqual(first.Thumbprint, second.Thumbprint);
        Assert.Equal(second.Thumbprint, NodeTls.Load(node, Now).Node.Thumbprint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../elsewhere")]
    [InlineData(".hidden")]
    [InlineData("a b")]
    public void A_name_that_is_no_folders_name_is_refused(string name) =>
        Assert.Contains("is no node's name", Problem(() => Made().Issue(name, [], replace: false, Now, Year)), StringComparison.Ordinal);

    [Fact]
    public void Without_an_authority_nothing_is_issued() =>
        Assert.Contains("make one with `attnsweep certs init", Problem(() => new CertificateFolder(_temporary["empty"]).Issue("a", [], false, Now, Year)), StringComparison.Ordinal);

    [Theory]
    [InlineData(NodeTls.NodeFile)]
    [InlineData(NodeTls.KeyFile)]
    [InlineData(NodeTls.AuthorityFile)]
    public void A_missing_file_and_a_file_of_rubbish_are_told_by_name(string file)
    {
        var node = Made().Issue("bench-3", [], replace: false, Now, Year).Folder;
        File.WriteAllText(Path.Combine(node, file), "rubbish");
        Assert.Contains(node, Problem(() => NodeTls.Load(node, Now)), StringComparison.Ordinal);
        File.Delete(Path.Combine(node, file));
        Assert.StartsWith($"{Path.Combine(node, file)} is missing", Problem(() => NodeTls.Load(node, Now)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_everybody_may_read_is_refused()
    {
        var node = Made().Issue("bench-3", [], replace: false, Now, Year).Folder;
        File.SetUnixFileMode(Path.Combine(node, NodeTls.KeyFile), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("is open to others", Problem(() => NodeTls.Load(node, Now)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_does_not_start_with_a_certificate_that_has_ended() =>
        Assert.Contains("ended on 2027-03-01", Problem(() => NodeTls.Load(Made().Issue("bench-3", [], false, Now, Year).Folder, Now + 2 * Year)), StringComparison.Ordinal);

    private CertificateFolder Made()
    {
        var folder = new CertificateFolder(_temporary["certs"]);
        folder.Init("attnsweep", Now, 10 * Year).Dispose();
        return folder;
    }

    private static string Problem(Action action) => Assert.Throws<CertificateProblemException>(action).Message;
}
