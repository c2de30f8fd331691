using System.Collections.Immutable;
using System.Globalization;
using AttnSweep.Catalogue;
using AttnSweep.Kernels.Own;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Contract;

/// <summary>
/// The inputs and parameters on which a kernel must be right, on every device: what the tests run, and <c>attnsweep doctor</c> on the devices that are here.
/// </summary>
public static class ContractCases
{
    private static readonly int[] SinkCounts = [0, 4, 40];
    private static readonly (int Window, int Global, int Random)[] BigBirdBlocks = [(1, 0, 0), (1, 1, 2), (2, 0, 1), (3, 2, 3)];
    private static readonly int[] HyperMinima = [1, 24];

    /// <summary>n below a tile, and n that no tile divides.</summary>
    public static IReadOnlyList<InputSpec> Sizes { get; } =
    [
        Input(n: 1, d: 16), Input(n: 2, d: 64), Input(n: 5, d: 32), Input(n: 63, d: 64), Input(n: 65, d: 64),
        Input(n: 127, d: 32), Input(n: 193, d: 64), Input(n: 331, d: 64),
    ];

    public static IReadOnlyList<InputSpec> HeadDimensions { get; } =
    [
        Input(n: 150, d: 8), Input(n: 150, d: 16), Input(n: 150, d: 24), Input(n: 150, d: 32), Input(n: 150, d: 64),
        Input(n: 150, d: 80), Input(n: 150, d: 128), Input(n: 150, d: 256),
    ];

    public static IReadOnlyList<InputSpec> Causal { get; } =
    [
        Input(n: 1, d: 16, causal: true), Input(n: 7, d: 32, causal: true), Input(n: 64, d: 64, causal: true), Input(n: 201, d: 64, causal: true),
        Input(n: 259, d: 80, causal: true), Input(n: 71, d: 128, causal: true), Input(n: 71, d: 256, causal: true),
    ];

    /// <summary>Heads are independent attention problems of one launch: a batch of b inputs with h heads each is b h heads.</summary>
    public static IReadOnlyList<InputSpec> Heads { get; } =
    [
        Input(n: 70, d: 32, heads: 2), Input(n: 131, d: 64, heads: 2, causal: true), Input(n: 19, d: 24, heads: 3),
    ];

    /// <summary>Scores of several hundred, where a softmax that does not subtract the maximum overflows; equal scores; nearly equal ones.</summary>
    public static IReadOnlyList<InputSpec> ExtremeScores { get; } =
    [
        Input(n: 200, d: 64, sigma: 6), Input(n: 200, d: 64, sigma: 6, causal: true), Input(n: 200, d: 64, sigma: 0),
        Input(n: 140, d: 32, sigma: 0.01), Input(n: 50, d: 32, sigma: 20),
    ];

    public static IEnumerable<InputSpec> All => [.. Sizes, .. HeadDimensions, .. Causal, .. Heads, .. ExtremeScores];

    /// <summary>
    /// A short version: causal and not, one head and two, n below a tile and n that no tile divides, the head dimensions of two tile widths (d up
    /// to 64, and beyond), scores that overflow without care.
    /// </summary>
    public static IReadOnlyList<InputSpec> Few { get; } =
    [
        Input(n: 5, d: 16), Input(n: 75, d: 16, heads: 2, causal: true), Input(n: 131, d: 64), Input(n: 67, d: 64, sigma: 6, causal: true), Input(n: 41, d: 80),
    ];

    /// <summary>The kernel with parameters that keep few, some and nearly all keys of this input.</summary>
    public static IEnumerable<KernelSpec> Variants(string kernel, InputSpec input) => kernel switch
    {
        "threshold" =>
        [
            Spec(kernel, ("epsilon", 1.0 / input.N)), Spec(kernel, ("epsilon", 0.02 / input.N)), Spec(kernel, ("epsilon", 0.3)),
            Spec(kernel, ("margin", 0.5)), Spec(kernel, ("margin", 4)),
        ],
        "topp" => [Spec(kernel, ("mass", 0.01)), Spec(kernel, ("mass", 0.5)), Spec(kernel, ("mass", 0.95))],
        "sample-topk" => [.. Counts(input, 1, (input.N + 7) / 8, input.N - 2).SelectMany(k =>
            Counts(input, 1, input.N / 4).Select(samples => Spec(kernel, ("k", k), ("samples", samples))))],
        "sink-window" => [.. Counts(input, 1, (input.N + 7) / 8, input.N - 1).SelectMany(width =>
            SinkCounts.Select(sinks => Spec(kernel, ("sinks", Math.Min(sinks, input.N)), ("width", width))))],
        "bigbird" => [.. Counts(input, 16, 20, 64).SelectMany(block => BigBirdBlocks
            .Select(b => Spec(kernel, ("block", block), ("window", b.Window), ("global", b.Global), ("random", b.Random))))],
        "hyper" => [.. Counts(input, 16, 20, 64).SelectMany(block => Counts(input, 7, 32).SelectMany(samples => HyperMinima
            .Select(minimum => Spec(kernel, ("bits", 5), ("block", block), ("samples", samples), ("minimum", minimum)))))],
        "topk" => [.. Counts(input, 1, (input.N + 7) / 8, input.N - 1).Select(k => Spec(kernel, ("k", k)))],
        "window" => [.. Counts(input, 1, (input.N + 7) / 8, input.N - 1).Select(width => Spec(kernel, ("width", width)))],
        "block-topk" => [.. Counts(input, 16, 20, 64).SelectMany(block =>
            Counts(input, 1, input.N / 3, input.N - 1).Select(keep => Spec(kernel, ("block", block), ("keep", keep))))],
        _ => KernelCatalogue.Find(kernel) is OwnKernel own ? own.Examples(input) : [KernelSpec.Plain(kernel)],
    };

    /// <summary>The middle variant: some keys are kept and others not.</summary>
    public static KernelSpec Middle(string kernel, InputSpec input)
    {
        var variants = Variants(kernel, input).ToList();
        return variants[variants.Count / 2];
    }

    public static InputSpec Input(int n, int d, int heads = 1, double sigma = 1, bool causal = false) =>
        new(InputModels.Independent, heads, n, d, sigma, Seed: 7, causal);

    public static KernelSpec Spec(string name, params (string Name, double Value)[] parameters) => new(
        name, parameters.ToImmutableSortedDictionary(p => p.Name, p => p.Value),
        $"{name}({string.Join(", ", parameters.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name}={p.Value}")))})");

    private static IEnumerable<int> Counts(InputSpec input, params int[] counts) => counts.Select(c => Math.Clamp(c, 1, input.N)).Distinct();
}
