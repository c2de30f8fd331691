using Microsoft.Extensions.Hosting;

namespace AttnSweep.Clustering.Nodes;

/// <summary>
/// Leaves signals to the program. The host's own lifetime answers Ctrl-C by itself, and a terminal sends that to the whole process group:
/// coordinator and workers of a local run then ended at once (exit code 70), before the launcher could drain the workers.
/// </summary>
internal sealed class UnhurriedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
