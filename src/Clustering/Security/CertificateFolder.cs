using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AttnSweep.Clustering.Security;

/// <summary>
/// Where a cluster's authority lives, and a folder per node beside it, ready to be copied to that node's machine. The authority's key
/// belongs on no node: whoever has it can join.
/// </summary>
public sealed class CertificateFolder(string folder)
{
    private const string AuthorityKey = "authority.key";
    private const UnixFileMode KeyMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string AuthorityFile { get; } = Path.Combine(folder, NodeTls.AuthorityFile);

    public string AuthorityKeyFile { get; } = Path.Combine(folder, AuthorityKey);

    /// <exception cref="CertificateProblemException">There is an authority already: nodes that trust it would be locked out.</exception>
    public X509Certificate2 Init(string name, DateTimeOffset now, TimeSpan lifetime)
    {
        if (File.Exists(AuthorityFile) || File.Exists(AuthorityKeyFile))
        {
            throw new CertificateProblemException($"{folder} holds an authority already; nodes trust it, so it is never replaced. Name another folder for a new one");
        }

        using var authority = CertificateAuthority.Create(name, now, lifetime);
        Directory.CreateDirectory(folder);
        WriteKey(AuthorityKeyFile, authority.Certificate);
        File.WriteAllText(AuthorityFile, authority.Certificate.ExportCertificatePem() + "\n");
        return X509CertificateLoader.LoadCertificate(authority.Certificate.RawData);
    }

    /// <summary>Writes the node's folder whole or not at all. Returns it, and the certificate.</summary>
    /// <exception cref="CertificateProblemException">No authority is here, it has ended, the name is no file name, or the node has a certificate and <paramref name="replace"/> is not set.</exception>
    public (string Folder, X509Certificate2 Certificate) Issue(string name, IReadOnlyList<string> hosts, bool replace, DateTimeOffset now, TimeSpan lifetime)
    {
        if (name.Length is 0 or > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') || name.StartsWith('.'))
        {
            throw new CertificateProblemException($"'{name}' is no node's name; use letters, digits, '-', '_' and '.', at most 64");
        }

        var target = Path.Combine(folder, name);
        if (Directory.Exists(target) && !replace)
        {
            throw new CertificateProblemException($"{target} exists; say --replace to issue a new certificate for {name}");
        }

        using var authority = LoadAuthority();
        var certificate = authority.Issue(name, hosts, now, lifetime);
        var fresh = Path.Combine(folder, $".{name}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
        Directory.CreateDirectory(fresh);
        WriteKey(Path.Combine(fresh, NodeTls.KeyFile), certificate);
        File.WriteAllText(Path.Combine(fresh, NodeTls.NodeFile), certificate.ExportCertificatePem() + "\n");
        File.Copy(AuthorityFile, Path.Combine(fresh, NodeTls.AuthorityFile));
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        Directory.Move(fresh, target);
        return (target, certificate);
    }

    private CertificateAuthority LoadAuthority()
    {
        if (!File.Exists(AuthorityFile) || !File.Exists(AuthorityKeyFile))
        {
            throw new CertificateProblemException($"{folder} holds no authority; make one with `attnsweep certs init --folder {folder}`");
        }

        try
        {
            return new CertificateAuthority(X509Certificate2.CreateFromPemFile(AuthorityFile, AuthorityKeyFile));
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException)
        {
            throw new CertificateProblemException($"the authority in {folder} cannot be read: {problem.Message}", problem);
        }
    }

    private static void WriteKey(string file, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            // From the first byte on: a key that was readable for a moment is no secret.
            options.UnixCreateMode = KeyMode;
        }

        using var writer = new StreamWriter(file, options);
        writer.WriteLine(key.ExportPkcs8PrivateKeyPem());
    }
}
