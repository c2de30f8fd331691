using System.Collections.Concurrent;
using System.Diagnostics;

namespace AttnSweep.Kernels.Tests.Ilgpu;

/// <summary>
/// Replaces the trace listeners while it lives: the default one ends the process when ILGPU's debug assertions fail
/// ("Index out of range"), this one keeps the messages.
/// </summary>
internal sealed class AssertionRecorder : TraceListener
{
    private readonly TraceListener[] _before;
    private readonly ConcurrentQueue<string> _failures = new();

    public AssertionRecorder()
    {
        _before = [.. Trace.Listeners.Cast<TraceListener>()];
        Trace.Listeners.Clear();
        Trace.Listeners.Add(this);
    }

    public IEnumerable<string> Failures => _failures;

    public override void Fail(string? message, string? detailMessage) => _failures.Enqueue($"{message} {detailMessage}".Trim());

    public override void Write(string? message)
    {
    }

    public override void WriteLine(string? message)
    {
    }

    protected override void Dispose(bool disposing)
    {
        Trace.Listeners.Remove(this);
        Trace.Listeners.AddRange(_before);
        base.Dispose(disposing);
    }
}
