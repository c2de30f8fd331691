using System.Runtime.InteropServices;
using AttnSweep.Cli.Launching;

namespace AttnSweep.Cli.Commands;

/// <summary>When a long-lived command is to stop: SIGTERM, Ctrl-C, or its launcher's end. A second signal ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <param name="withParent">A launcher holds our standard input: its end is ours, and the terminal's Ctrl-C is the launcher's matter.</param>
    public StopSignals(bool withParent)
    {
        _stop = withParent ? CancellationTokenSource.CreateLinkedTokenSource(ParentWatch.Token(Console.In)) : new CancellationTokenSource();
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, withParent ? Ignore : Stop));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, withParent ? Ignore : Stop));
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>Which signal came first, if one did.</summary>
    public PosixSignal? Signal { get; private set; }

    public void Dispose()
    {
        _registrations.ForEach(r => r.Dispose());
        _stop.Dispose();
    }

    private static void Ignore(PosixSignalContext context) => context.Cancel = true;

    private void Stop(PosixSignalContext context)
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        context.Cancel = true;
        Signal = context.Signal;
        _stop.Cancel();
    }
}
