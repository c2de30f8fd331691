using System.Diagnostics;
using System.Text;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>Collects what ILGPU traces while it lives: the only place where a driver's build errors appear.</summary>
internal sealed class BuildLog : TraceListener
{
    private readonly StringBuilder _text = new();

    public BuildLog() => Trace.Listeners.Add(this);

    public string Text => _text.ToString();

    public override void Write(string? message) => _text.Append(message);

    public override void WriteLine(string? message) => _text.AppendLine(message);

    protected override void Dispose(bool disposing)
    {
        Trace.Listeners.Remove(this);
        base.Dispose(disposing);
    }
}
