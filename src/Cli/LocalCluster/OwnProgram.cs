namespace AttnSweep.Cli.LocalCluster;

/// <summary>How this very program is started again.</summary>
internal static class OwnProgram
{
    /// <summary>Program and leading arguments: the host `dotnet` and our assembly, or the assembly's own executable.</summary>
    public static IReadOnlyList<string> Command { get; } = Compose(Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "attnsweep.dll"));

    internal static IReadOnlyList<string> Compose(string host, string assembly) =>
        Path.GetFileNameWithoutExtension(host) == "dotnet" ? [host, assembly] : [host];
}
