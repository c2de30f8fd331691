using System.Runtime.CompilerServices;

namespace AttnSweep.SweepFiles.Tests;

/// <summary>The files of sweeps/, from the source tree that these tests were compiled from.</summary>
internal static class ReadyMadeSweeps
{
    public static string Root { get; } = FindRoot();

    public static string Folder { get; } = Path.Combine(Root, "sweeps");

    public static IReadOnlyList<string> Names { get; } = [.. Directory.GetFiles(Folder, "*.yaml").Select(f => Path.GetFileName(f)).Order()];

    public static string Text(string name) => File.ReadAllText(Path.Combine(Folder, name));

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Cluster.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"no Cluster.sln above {here}");
    }
}
