namespace AttnSweep.Catalogue;

/// <summary>Every kernel that a sweep may name. Adding one is one file beside this and one line here, and its device code in the Kernels project.</summary>
public static class KernelCatalogue
{
    private static IReadOnlyList<KernelDefinition> _all;

    static KernelCatalogue() => _all = BuiltIn;

    public static IReadOnlyList<KernelDefinition> BuiltIn { get; } =
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

    /// <summary>The built-in ones, and after them those that the process was started with (docs/own-kernels.md).</summary>
    public static IReadOnlyList<KernelDefinition> All => Volatile.Read(ref _all);

    /// <summary>The dense kernel that speed-ups are relative to.</summary>
    public const string DenseBaseline = "flash";

    public static KernelDefinition? Find(string name) => All.FirstOrDefault(k => k.Name == name);

    /// <summary>Adds a user's own kernels: once, when the process starts, before anything is planned or measured.</summary>
    /// <exception cref="ArgumentException">A name is taken.</exception>
    public static void Add(IReadOnlyList<KernelDefinition> own)
    {
        KernelDefinition[] all = [.. All, .. own];
        if (all.GroupBy(k => k.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"There is a kernel '{twice.Key}' already.", nameof(own));
        }

        Volatile.Write(ref _all, all);
    }
}
