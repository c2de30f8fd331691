namespace AttnSweep.Catalogue;

/// <summary>Every kernel that a sweep may name. Adding one is one file beside this and one line here, and its device code in the Kernels project.</summary>
public static class KernelCatalogue
{
    public static IReadOnlyList<KernelDefinition> All { get; } =
    [
        new NaiveDefinition(),
        new FlashDefinition(),
        new ThresholdDefinition(),
        new TopKDefinition(),
        new TopPDefinition(),
        new WindowDefinition(),
        new SinkWindowDefinition(),
        new BigBirdDefinition(),
        new BlockTopKDefinition(),
        new HyperDefinition(),
        new SampleTopKDefinition(),
    ];

    /// <summary>The dense kernel that speed-ups are relative to.</summary>
    public const string DenseBaseline = "flash";

    public static KernelDefinition? Find(string name) => All.FirstOrDefault(k => k.Name == name);
}
