namespace AttnSweep.Architecture.Tests;

/// <summary>The arrows of docs/architecture.md: who may know whom. The compiler keeps them; these tests keep the project files.</summary>
public sealed class ArrowTests
{
    /// <summary>What each project may reference, and which packages must not leak out of it.</summary>
    private static readonly Dictionary<string, string[]> AllowedProjects = new()
    {
        ["Shared"] = [],
        ["SweepFiles"] = ["Shared"],
        ["Clustering"] = ["Shared"],
        ["Kernels"] = ["Shared"],
        // Publishable on its own: it knows nothing of ours.
        ["PtxInterpreter"] = [],
        ["Storage"] = ["Shared"],
        ["Simulation"] = ["Shared"],
        ["Coordinator"] = ["Shared", "SweepFiles", "Clustering", "Storage"],
        ["Worker"] = ["Shared", "Clustering", "Kernels"],
        ["Cli"] = ["Shared", "SweepFiles", "Clustering", "Storage", "Kernels", "Coordinator", "Worker", "Simulation"],
    };

    /// <summary>Namespace prefixes that belong to one project alone.</summary>
    private static readonly (string Namespace, string[] Owners)[] Owned =
    [
        ("Akka", ["Clustering", "Coordinator", "Worker"]),
        ("ILGPU", ["Kernels"]),
        // The command makes the private server's roles and hands connection parts to psql.
        ("Npgsql", ["Storage", "Cli"]),
        ("Dapper", ["Storage"]),
        ("DbUp", ["Storage"]),
        ("YamlDotNet", ["SweepFiles"]),
        ("Cronos", ["Coordinator"]),
        ("Spectre.Console", ["Cli"]),
        ("System.CommandLine", ["Cli"]),
        ("AttnSweep.Storage", ["Storage", "Coordinator", "Cli"]),
        ("AttnSweep.Kernels", ["Kernels", "Worker", "Cli"]),
        ("AttnSweep.PtxInterpreter", ["PtxInterpreter"]),
        ("AttnSweep.Coordinator", ["Coordinator", "Cli"]),
        ("AttnSweep.Worker", ["Worker", "Cli"]),
        ("AttnSweep.Clustering", ["Clustering", "Coordinator", "Worker", "Cli"]),
        ("AttnSweep.Simulation", ["Simulation", "Cli"]),
        ("AttnSweep.SweepFiles", ["SweepFiles", "Coordinator", "Cli"]),
    ];

    [Fact]
    public void Every_project_is_known_here() =>
        Assert.Equal(AllowedProjects.Keys.Order(), Repository.Projects.Select(p => p.Name).Order());

    [Theory, MemberData(nameof(ProjectNames))]
    public void A_project_references_only_what_it_may(string name)
    {
        var project = Named(name);
        Assert.Empty(project.Projects.Except(AllowedProjects[name]));
    }

    [Theory, MemberData(nameof(ProjectNames))]
    public void A_project_uses_only_namespaces_that_it_may(string name)
    {
        var offences = Named(name).SourceFiles
            .SelectMany(file => File.ReadLines(file).Select((line, index) => (file, line: line.Trim(), number: index + 1)))
            .SelectMany(at => Owned
                .Where(owned => !owned.Owners.Contains(name) && Mentions(at.line, owned.Namespace))
                .Select(owned => $"{Path.GetRelativePath(Repository.Root, at.file)}:{at.number}: {name} must not use {owned.Namespace}"));
        Assert.Empty(offences);
    }

    [Theory]
    [InlineData("Worker", new[] { "Npgsql", "Dapper", "dbup-postgresql" }, "Storage")]
    [InlineData("Coordinator", new[] { "ILGPU", "ILGPU.Algorithms" }, "Kernels")]
    public void Nothing_forbidden_is_reachable(string from, string[] packages, string project)
    {
        var reached = Reach(from, []);
        Assert.DoesNotContain(project, reached.Select(p => p.Name));
        Assert.Empty(reached.SelectMany(p => p.Packages).Intersect(packages));
    }

    [Theory, MemberData(nameof(ProjectNames))]
    public void A_file_declares_the_namespace_of_its_folder(string name)
    {
        var root = name == "Shared" ? "AttnSweep" : $"AttnSweep.{name}";
        var offences = Named(name).SourceFiles
            .Select(file => (file, declared: File.ReadLines(file).FirstOrDefault(l => l.StartsWith("namespace ", StringComparison.Ordinal))))
            .Where(at => at.declared is not null && at.declared.TrimEnd(';', ' ') is var d && d != $"namespace {root}" && !d.StartsWith($"namespace {root}.", StringComparison.Ordinal))
            .Select(at => $"{Path.GetRelativePath(Repository.Root, at.file)}: {at.declared}");
        Assert.Empty(offences);
    }

    public static TheoryData<string> ProjectNames => [.. AllowedProjects.Keys];

    private static Project Named(string name) => Repository.Projects.Single(p => p.Name == name);

    private static bool Mentions(string line, string prefix) =>
        line.StartsWith($"using {prefix}.", StringComparison.Ordinal) || line.StartsWith($"using {prefix};", StringComparison.Ordinal)
        || line.StartsWith($"global using {prefix}", StringComparison.Ordinal) || line.StartsWith($"using static {prefix}.", StringComparison.Ordinal)
        || line.Contains($"global::{prefix}.", StringComparison.Ordinal);

    private static List<Project> Reach(string from, HashSet<string> seen) =>
        !seen.Add(from) ? [] : [Named(from), .. Named(from).Projects.SelectMany(p => Reach(p, seen))];
}
