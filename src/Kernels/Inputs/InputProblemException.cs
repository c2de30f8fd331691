namespace AttnSweep.Kernels.Inputs;

/// <summary>An input that cannot be made. The message is one line for a person: what is wrong, and what would be right.</summary>
/// <param name="isOfThisMachine">Another worker, or this one later, may well make it: a file is missing here, or is not the one that is meant.</param>
public sealed class InputProblemException(string message, bool isOfThisMachine = false) : Exception(message)
{
    public bool IsOfThisMachine { get; } = isOfThisMachine;
}
