using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace AttnSweep.Architecture.Tests;

/// <summary>The source tree that these tests were compiled from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Projects under src/ by name.</summary>
    public static IReadOnlyList<Project> Projects { get; } =
        [.. Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories).Select(Project.Load).OrderBy(p => p.Name, StringComparer.Ordinal)];

    private static string Find([CallerFilePath] string here = "")
    {
        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Cluster.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException($"no Cluster.sln above {here}");
    }
}

internal sealed record Project(string Name, string Folder, IReadOnlyList<string> Projects, IReadOnlyList<string> Packages)
{
    public IEnumerable<string> SourceFiles =>
        Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal));

    public static Project Load(string file)
    {
        var items = XDocument.Load(file).Descendants().ToList();
        return new Project(
            Path.GetFileNameWithoutExtension(file),
            Path.GetDirectoryName(file)!,
            [.. items.Where(e => e.Name.LocalName == "ProjectReference").Select(e => Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value.Replace('\\', '/')))],
            [.. items.Where(e => e.Name.LocalName == "PackageReference").Select(e => e.Attribute("Include")!.Value)]);
    }
}
