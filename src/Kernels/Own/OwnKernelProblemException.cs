namespace AttnSweep.Kernels.Own;

/// <summary>The folder of own kernels cannot be used; the message is one line that says what is wrong, where, and what would be right.</summary>
public sealed class OwnKernelProblemException(string message) : Exception(message);
