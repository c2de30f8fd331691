using Microsoft.Extensions.Hosting;

namespace AttnSweep.Clustering.Nodes;

/// <summary>
/// Leaves signals to the program: which of them asks a node to end depends on who started it. The host's own lifetime, and Akka's hook
/// (switched off in <see cref="NodeConfiguration"/>), answer Ctrl-C by themselves.
/// </summary>
internal sealed class UnhurriedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
