namespace AttnSweep.Worker.Dispatch;

/// <summary>Give everything back and say farewell; answered by <see cref="Drained"/>.</summary>
internal sealed record Drain;

internal sealed record Drained;
