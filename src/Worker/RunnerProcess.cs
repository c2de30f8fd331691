namespace AttnSweep.Worker;

/// <summary>A runner: one device, no actors; work comes on standard input, events go to standard output, a JSON object a line.</summary>
public static class RunnerProcess
{
    /// <summary>Runs until the input ends. Returns the exit code (0, or 2 when the device is not here).</summary>
    public static Task<int> RunAsync(RunnerOptions options, TextReader input, TextWriter output, CancellationToken stopping) =>
        throw new NotImplementedException();
}

/// <param name="DeviceId">As <c>attnsweep devices</c> lists it.</param>
/// <param name="Threads">Threads of the cpu-simd device; 0 means all cores.</param>
public sealed record RunnerOptions(string DeviceId, int Threads);
