using System.Text.Json.Serialization;

namespace AttnSweep.Sweeps;

/// <summary>
/// Names one input exactly: every worker makes the same bits of Q, K and V (each heads x n x d, float32) from it.
/// </summary>
/// <param name="Model">How Q, K and V are drawn; one of <see cref="InputModels"/>.</param>
/// <param name="Heads">Independent attention problems computed by one launch.</param>
/// <param name="N">Sequence length: queries and keys.</param>
/// <param name="D">Head dimension.</param>
/// <param name="Sigma">Standard deviation of the entries of Q and K. Entries of V are N(0, 1).</param>
/// <param name="Seed">Seed of the counter-based generator.</param>
/// <param name="Causal">Row i sees keys 0..i only.</param>
public sealed record InputSpec(string Model, int Heads, int N, int D, double Sigma, long Seed, bool Causal)
{
    /// <summary>Scores are q.k times this: 1/sqrt(d).</summary>
    [JsonIgnore]
    public double Scale => 1.0 / Math.Sqrt(D);

    /// <summary>Query-key pairs that a dense kernel computes, over all heads.</summary>
    [JsonIgnore]
    public double VisiblePairs => Heads * (Causal ? N * (N + 1.0) / 2 : (double)N * N);

    /// <summary>Bytes of Q, K, V and the output in float32.</summary>
    [JsonIgnore]
    public long TensorBytes => 4L * 4 * Heads * N * D;
}

/// <summary>The input models that a sweep may name.</summary>
public static class InputModels
{
    /// <summary>Q and K independent with entries N(0, sigma^2), V with entries N(0, 1).</summary>
    public const string Independent = "independent";

    public static IReadOnlyList<string> All { get; } = [Independent];
}
