using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AttnSweep.Sweeps;

/// <summary>A kernel with its parameters worked out for one input: <c>topk</c> with k = 64.</summary>
/// <param name="Name">A name from <see cref="Catalogue.KernelCatalogue"/>.</param>
/// <param name="Parameters">Resolved numbers by parameter name.</param>
/// <param name="Variant">How the sweep file wrote it, the same for every n: <c>topk(k=n/16)</c>. It is what summaries group by.</param>
public sealed record KernelSpec(string Name, ImmutableSortedDictionary<string, double> Parameters, string Variant)
{
    /// <summary>The build of a user's own kernel that the sweep was planned with: a worker with another one does not measure it. Null for built-in kernels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Build { get; init; }

    public double this[string parameter] => Parameters[parameter];

    /// <summary>A parameter that counts something.</summary>
    public int Count(string parameter) => checked((int)Parameters[parameter]);

    /// <summary>A kernel that takes no parameters.</summary>
    public static KernelSpec Plain(string name) => new(name, ImmutableSortedDictionary<string, double>.Empty, name);

    public bool Equals(KernelSpec? other) =>
        other is not null && Name == other.Name && Variant == other.Variant && Build == other.Build && Parameters.SequenceEqual(other.Parameters);

    public override int GetHashCode() => HashCode.Combine(Name, Variant, Parameters.Count);
}
