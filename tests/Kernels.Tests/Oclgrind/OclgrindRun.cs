using System.Diagnostics;

namespace AttnSweep.Kernels.Tests.Oclgrind;

/// <summary>This test program once more, with Oclgrind as the only OpenCL device of the process.</summary>
/// <param name="Reports">What Oclgrind has to say: empty where the device code is clean.</param>
/// <param name="Output">What the child's tests said.</param>
internal sealed record OclgrindRun(int ExitCode, string Reports, string Output)
{
    private const string Library = "/usr/lib/oclgrind/liboclgrind-rt-icd.so";

    // ILGPU writes work_group_barrier(CLK_GLOBAL_MEM_FENCE) for Group.Barrier, also where a group shares local memory: a fence that
    // Oclgrind rightly calls too weak. Drivers for real devices let a barrier order local memory all the same.
    private const string AllBarriers = "-Dwork_group_barrier(x)=barrier(3)";

    /// <summary>Leaves out barrier <paramref name="number"/>, from 0 in the order of the text.</summary>
    public static string WithoutBarrier(int number) => $"-Dwork_group_barrier(x)=((__COUNTER__==({number}))?(void)0:barrier(3))";

    /// <param name="scene">A method of <see cref="OclgrindScenes"/>.</param>
    public static async Task<OclgrindRun> OfAsync(string scene, string? buildOptions = null)
    {
        Demand();
        var log = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                ArgumentList = { "-explicit", "only", "-noLogo", "-noColor", "-method", $"{typeof(OclgrindScenes).FullName}.{scene}" },
                Environment =
                {
                    ["OCL_ICD_VENDORS"] = Library,
                    ["OCLGRIND_LOG"] = log,
                    ["OCLGRIND_DATA_RACES"] = "1",
                    ["OCLGRIND_UNINITIALIZED"] = "1",
                    ["OCLGRIND_MAX_ERRORS"] = "3",
                    ["OCLGRIND_NUM_THREADS"] = "1",
                    ["OCLGRIND_LOCAL_MEM_SIZE"] = "49152",
                    ["OCLGRIND_BUILD_OPTIONS"] = buildOptions ?? AllBarriers,
                },
            };
            using var process = Process.Start(start)!;
            var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return new OclgrindRun(process.ExitCode, (await File.ReadAllTextAsync(log)).Trim(), string.Concat(output));
        }
        finally
        {
            File.Delete(log);
        }
    }

    private static void Demand()
    {
        if (!File.Exists(Library))
            Missing.FailOrSkip($"Oclgrind is not here ({Library}); on Debian: apt-get install oclgrind.");
    }
}
