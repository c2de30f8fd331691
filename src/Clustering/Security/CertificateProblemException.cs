namespace AttnSweep.Clustering.Security;

/// <summary>A certificate, or the folder that holds it, cannot be used as asked; the message is one line for a person.</summary>
public sealed class CertificateProblemException(string message, Exception? inner = null) : NodeProblemException(message, inner);
