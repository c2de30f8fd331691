using AttnSweep.Cli.PrivateServer;

namespace AttnSweep.Cli.LocalCluster;

/// <summary>The processes of a local run: up, watched, and down again in the right order.</summary>
internal sealed class LocalCluster
{
    private readonly List<ClusterChild> _children;
    private readonly List<Task> _watching = [];

    public LocalCluster(ClusterLayout layout, string connectionString, string logFolder, TimeProvider time, Action<string> notes)
    {
        Directory.CreateDirectory(logFolder);
        _children = [.. layout.Parts.Select(part => new ClusterChild(
            part.Name, [.. OwnProgram.Command, .. part.Arguments],
            new Dictionary<string, string?> { [DatabaseAccess.Variable] = part.SeesDatabase ? connectionString : null },
            Path.Combine(logFolder, part.Name + ".log"), time, notes))];
    }

    /// <summary>Processes by the name of their part; those that are being started again are left out.</summary>
    public IReadOnlyDictionary<string, int> ProcessIds =>
        _children.Where(child => child.ProcessId is not null).ToDictionary(child => child.Name, child => child.ProcessId!.Value);

    /// <summary>Ends only when a process cannot be kept alive.</summary>
    public Task StartAsync()
    {
        _watching.AddRange(_children.Select(child => child.SuperviseAsync()));
        return Task.WhenAny(_watching).Unwrap();
    }

    /// <summary>Workers first: they give their shards back to a coordinator that is still there.</summary>
    public async Task StopAsync()
    {
        await Task.WhenAll(_children.Skip(1).Select(worker => worker.StopAsync()));
        await _children[0].StopAsync();
        await Task.WhenAll(_watching).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    public void Kill() => _children.ForEach(child => child.Kill());
}
