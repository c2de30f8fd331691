using System.Runtime.InteropServices;

namespace AttnSweep.Cli.CommandLine;

/// <summary>Ctrl-C, SIGTERM and SIGHUP: the first asks to stop, the second insists.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly CancellationTokenSource _insisted = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private volatile bool _deaf;

    public StopSignal()
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
        ];
    }

    public CancellationToken Asked => _asked.Token;

    public CancellationToken Insisted => _insisted.Token;

    /// <summary>
    /// For a process of a local cluster: a terminal sends Ctrl-C to the whole process group, but its parent decides in which
    /// order things end. From now on Ctrl-C is the parent's business, and the end of the parent (standard input closes) asks to stop.
    /// </summary>
    public void FollowParent()
    {
        _deaf = true;
        var watcher = new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            var buffer = new byte[256];
            while (input.Read(buffer) > 0)
            {
            }

            _asked.Cancel();
        })
        { IsBackground = true, Name = "parent watch" };
        watcher.Start();
    }

    /// <summary>Ctrl-C is the parent's business; what comes on standard input is work.</summary>
    public void IgnoreInterrupts() => _deaf = true;

    public void Dispose()
    {
        _registrations.ForEach(r => r.Dispose());
        _asked.Dispose();
        _insisted.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_deaf && context.Signal != PosixSignal.SIGTERM)
        {
            return;
        }

        if (_asked.IsCancellationRequested)
        {
            _insisted.Cancel();
        }
        else
        {
            _asked.Cancel();
        }
    }
}
