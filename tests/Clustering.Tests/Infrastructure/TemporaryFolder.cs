namespace AttnSweep.Clustering.Tests.Infrastructure;

/// <summary>A folder that ends with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("attnsweep-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string[] Names(string pattern) => [.. Directory.EnumerateFiles(Path, pattern).Select(f => System.IO.Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
