using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace AttnSweep.Architecture.Tests;

/// <summary>Rules of docs/contributing.md that no compiler checks.</summary>
public sealed partial class HouseRulesTests
{
    /// <summary>Aim at 300; the tenth above it is for files that would be worse in two.</summary>
    private const int MaxLines = 330;

    private static IEnumerable<string> AllSources =>
        new[] { "src", "tests", "examples" }.SelectMany(top => Directory.EnumerateFiles(Path.Combine(Repository.Root, top), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal));

    [Fact]
    public void No_file_is_too_long() =>
        Assert.Empty(AllSources.Select(f => (f, lines: File.ReadLines(f).Count())).Where(x => x.lines > MaxLines)
            .Select(x => $"{Path.GetRelativePath(Repository.Root, x.f)}: {x.lines} lines"));

    [Fact]
    public void No_name_explains_nothing() =>
        Assert.Empty(AllSources.Where(f => EmptyName().IsMatch(Path.GetFileName(f))).Select(f => Path.GetRelativePath(Repository.Root, f)));

    [Fact]
    public void Versions_stand_in_one_place() =>
        Assert.Empty(Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
            .Where(f => XDocument.Load(f).Descendants().Any(e => e.Name.LocalName == "PackageReference" && e.Attribute("Version") is not null)));

    [Fact]
    public void Every_project_has_a_lock_file() =>
        Assert.Empty(new[] { "src", "tests", "examples" }
            .SelectMany(top => Directory.EnumerateFiles(Path.Combine(Repository.Root, top), "*.csproj", SearchOption.AllDirectories))
            .Where(f => !File.Exists(Path.Combine(Path.GetDirectoryName(f)!, "packages.lock.json"))));

    [Fact]
    public void Nothing_is_postponed_in_a_comment() =>
        Assert.Empty(AllSources.Where(f => !f.EndsWith("HouseRulesTests.cs", StringComparison.Ordinal))
            .Where(f => Postponed().IsMatch(File.ReadAllText(f))).Select(f => Path.GetRelativePath(Repository.Root, f)));

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var broken = Directory.EnumerateFiles(Repository.Root, "*.md", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/artifacts/", StringComparison.Ordinal) && !f.Contains("/node_modules/", StringComparison.Ordinal))
            .SelectMany(f => Link().Matches(File.ReadAllText(f)).Select(m => (file: f, target: m.Groups[1].Value.Split('#')[0])))
            .Where(l => l.target.Length > 0 && !l.target.Contains("://", StringComparison.Ordinal) && !l.target.StartsWith("mailto:", StringComparison.Ordinal))
            .Where(l => !Path.Exists(Path.Combine(Path.GetDirectoryName(l.file)!, l.target)))
            .Select(l => $"{Path.GetRelativePath(Repository.Root, l.file)} -> {l.target}");
        Assert.Empty(broken);
    }

    [GeneratedRegex("(Utils?|Helpers?|Manager)\\.cs$")]
    private static partial Regex EmptyName();

    [GeneratedRegex("\\b(TODO|FIXME|HACK|NotImplementedException)\\b")]
    private static partial Regex Postponed();

    [GeneratedRegex("\\]\\(([^)\\s]+)\\)")]
    private static partial Regex Link();
}
