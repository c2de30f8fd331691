using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AttnSweep.Tests.OwnKernels;

/// <summary>The worked example of docs/own-kernels.md, built once by `dotnet build` into a temporary folder, against the assemblies that these tests run.</summary>
internal static class OwnKernelBuild
{
    private static readonly Lazy<string> Built = new(Build);

    /// <summary>Path of Dilated.dll.</summary>
    public static string Assembly => Built.Value;

    /// <summary>A folder of one's own with a copy of the assembly, as ATTNSWEEP_KERNELS would name it.</summary>
    public static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("attnsweep-own-").FullName;
        File.Copy(Assembly, Path.Combine(folder, "Dilated.dll"));
        return folder;
    }

    private static string Build()
    {
        var into = Directory.CreateTempSubdirectory("attnsweep-example-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(into, recursive: true);
        var configuration = AppContext.BaseDirectory.Contains("/debug", StringComparison.Ordinal) ? "Debug" : "Release";
        var start = new ProcessStartInfo("dotnet",
        [
            "build", Path.Combine(Root(), "examples", "own-kernel"), "-c", configuration, "-v", "quiet", "--nologo", "-nodeReuse:false",
            // The referenced projects were built with these tests, and other programs may be running from their output.
            "-p:BuildProjectReferences=false", "-p:UseSharedCompilation=false", $"-p:ArtifactsPath={into}",
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var build = Process.Start(start)!;
        var errors = build.StandardError.ReadToEndAsync();
        var output = build.StandardOutput.ReadToEnd() + errors.Result;
        build.WaitForExit();
        Assert.True(build.ExitCode == 0, output);
        return Path.Combine(into, "bin", "Dilated", configuration == "Debug" ? "debug" : "release", "Dilated.dll");
    }

    private static string Root([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here);
        while (!File.Exists(Path.Combine(folder!, "Cluster.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"no Cluster.sln above {here}");
        }

        return folder!;
    }
}
