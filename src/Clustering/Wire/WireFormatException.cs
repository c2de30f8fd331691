namespace AttnSweep.Clustering.Wire;

/// <summary>A message is not what this version of the wire format says it may be.</summary>
public sealed class WireFormatException(string message, Exception? inner = null) : Exception(message, inner);
