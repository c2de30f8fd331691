using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Clustering.Security;

namespace AttnSweep.Cli.Commands;

/// <summary>A private authority and the nodes' certificates: without one of them nobody joins the cluster.</summary>
internal static class CertsCommand
{
    public static Command Create(Surroundings around) =>
        new ExampledCommand("certs", "Makes the certificates that let nodes into the cluster", "attnsweep certs init\nattnsweep certs issue bench-3 --host 10.0.0.6")
        {
            Init(around), Issue(around), Show(around),
        };

    private static ExampledCommand Init(Surroundings around)
    {
        var folder = Folder();
        var name = new Option<string>("--name") { Description = "Name of the authority", DefaultValueFactory = _ => "attnsweep" };
        var days = Days(3650);
        var command = new ExampledCommand("init", "Makes the cluster's authority; keep its key off the nodes", "attnsweep certs init --folder certs") { folder, name, days };
        command.SetAction(parsed =>
        {
            var certificates = new CertificateFolder(parsed.GetValue(folder)!);
            using var authority = certificates.Init(parsed.GetValue(name)!, around.Time.GetUtcNow(), TimeSpan.FromDays(parsed.GetValue(days)));
            around.Out.WriteLine($"{certificates.AuthorityFile}: until {authority.NotAfter.ToUniversalTime():yyyy-MM-dd}");
            around.Out.WriteLine($"{certificates.AuthorityKeyFile}: keep it secret and off the nodes; `attnsweep certs issue` needs it");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampledCommand Issue(Surroundings around)
    {
        var node = new Argument<string>("NAME") { Description = "The node's name, for example its worker name" };
        var hosts = new Option<string[]>("--host") { Description = "Addresses or names of the node", AllowMultipleArgumentsPerToken = true };
        var folder = Folder();
        var days = Days(365);
        var replace = new Option<bool>("--replace") { Description = "Issue a new one for a node that has one" };
        var command = new ExampledCommand("issue", "Makes a node's folder: copy it to that machine", "attnsweep certs issue bench-3 --host 10.0.0.6") { node, hosts, folder, days, replace };
        command.SetAction(parsed =>
        {
            var (made, certificate) = new CertificateFolder(parsed.GetValue(folder)!).Issue(
                parsed.GetValue(node)!, SharedOptions.Split(parsed.GetValue(hosts)), parsed.GetValue(replace), around.Time.GetUtcNow(), TimeSpan.FromDays(parsed.GetValue(days)));
            using (certificate)
            {
                around.Out.WriteLine($"{made}: until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}; copy it to the node, then `--certificates FOLDER` there");
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampledCommand Show(Surroundings around)
    {
        var file = new Argument<string>("PATH") { Description = "A node's folder or a certificate file" };
        var command = new ExampledCommand("show", "Shows whose certificate it is and how long it holds", "attnsweep certs show certs/bench-3") { file };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(file)!;
            if (Directory.Exists(path))
            {
                path = Path.Combine(path, File.Exists(Path.Combine(path, NodeTls.NodeFile)) ? NodeTls.NodeFile : NodeTls.AuthorityFile);
            }

            using var certificate = Read(path);
            var left = certificate.NotAfter.ToUniversalTime() - around.Time.GetUtcNow().UtcDateTime;
            around.Out.WriteLine($"{certificate.Subject}, issued by {certificate.Issuer}");
            around.Out.WriteLine($"{certificate.NotBefore.ToUniversalTime():yyyy-MM-dd} to {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}: "
                + (left > TimeSpan.Zero ? $"{left.Days} days left" : "ended"));
            around.Out.WriteLine($"SHA-256 {certificate.GetCertHashString(HashAlgorithmName.SHA256)}");
            return left > TimeSpan.Zero ? ExitCodes.Ok : ExitCodes.BadNews;
        });
        return command;
    }

    private static X509Certificate2 Read(string path)
    {
        try
        {
            return File.Exists(path) ? X509CertificateLoader.LoadCertificateFromFile(path)
                : throw new AskedWronglyException($"{path} is neither a certificate nor a node's folder");
        }
        catch (CryptographicException problem)
        {
            throw new AskedWronglyException($"{path} is no certificate: {problem.Message}");
        }
    }

    private static Option<string> Folder() => new("--folder") { Description = "Where the authority lives", DefaultValueFactory = _ => "certs" };

    private static Option<int> Days(int usual) => new("--days")
    {
        Description = $"How long it holds (default {usual})",
        DefaultValueFactory = _ => usual,
        Validators = { v => SharedOptions.Demand<int>(v, days => days is > 0 and <= 36500, "--days is between 1 and 36500") },
    };
}
