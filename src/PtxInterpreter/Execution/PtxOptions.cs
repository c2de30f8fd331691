namespace AttnSweep.PtxInterpreter.Execution;

/// <summary>What a launch checks and where it gives up.</summary>
/// <param name="MaxSharedBytes">Of a block, static and dynamic; 48 KiB is what every CUDA device grants without being asked.</param>
/// <param name="MaxInstructionsPerWarp">A warp that executes more is stopped, with a finding.</param>
/// <param name="MaxFindings">Different findings (by kind and line) of a launch; after that it is stopped.</param>
/// <param name="PortableBarriers">
/// Also report barriers that PTX allows and other interfaces (OpenCL) do not: warps that meet at one barrier from different
/// instructions, and threads that have ended while others wait.
/// </param>
public sealed record PtxOptions(
    int MaxSharedBytes = 48 << 10, long MaxInstructionsPerWarp = 200_000_000, int MaxFindings = 20, bool PortableBarriers = true);
