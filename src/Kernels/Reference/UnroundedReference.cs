using AttnSweep.Kernels.Inputs;
using AttnSweep.Results;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Reference;

/// <summary>
/// The float32 tensors that an input of a narrow type was rounded from, and what the rounding did: to dense attention, and to the keys that a kernel
/// keeps. Everything in double precision, so that storage alone is to blame.
/// </summary>
internal sealed class UnroundedReference
{
    private readonly AttentionInput _input;
    private readonly HeadReference?[] _heads;
    private readonly Dictionary<(string Variant, int Head), Func<int, KeptKeys>?> _plans = [];

    private UnroundedReference(InputSpec spec)
    {
        _input = AttentionInput.Create(spec with { Options = spec.Options with { DType = StorageTypes.Full } });
        _heads = new HeadReference?[spec.Heads];
    }

    /// <summary>Null where tensors are float32 as they are.</summary>
    public static UnroundedReference? Of(InputSpec spec) => spec.Options.DType == StorageTypes.Full ? null : new UnroundedReference(spec);

    /// <summary>Dense attention on the rounded tensors against the same on the float32 ones, over rows of all heads.</summary>
    /// <param name="rounded">Dense output of a row on the rounded tensors.</param>
    public StorageError DenseError(IReadOnlyList<int> rows, Func<int, int, double[]> rounded)
    {
        var spec = _input.Spec;
        var truth = new double[spec.D];
        var (squaredError, squaredTruth, largest) = (0.0, 0.0, 0.0);
        for (var head = 0; head < spec.Heads; head++)
        {
            foreach (var row in rows)
            {
                var scores = Head(head).Truth(row);
                ReferenceAttention.Output(scores, Enumerable.Range(0, scores.Length).ToArray(), Head(head).Values64, truth);
                var output = rounded(head, row);
                for (var c = 0; c < truth.Length; c++)
                {
                    var difference = output[c] - truth[c];
                    squaredError += difference * difference;
                    squaredTruth += truth[c] * truth[c];
                    largest = Math.Max(largest, Math.Abs(difference));
                }
            }
        }

        return new StorageError(squaredTruth == 0 ? 0 : Math.Sqrt(squaredError / squaredTruth), largest, null);
    }

    /// <summary>How many of the kept keys the kernel would not keep on the float32 tensors.</summary>
    public int Changed(KernelSpec kernel, int head, int row, IReadOnlyList<int> kept)
    {
        if (!_plans.TryGetValue((kernel.Variant, head), out var plan))
        {
            _plans[(kernel.Variant, head)] = plan = Head(head).Plan(kernel, 0);
        }

        var keys = KeepRule.Apply(kernel, _input.Spec, row, Head(head).Truth(row), 0, plan?.Invoke(row), head).Kept;
        var (same, at) = (0, 0);
        foreach (var key in kept)
        {
            // Both ascend.
            while (at < keys.Count && keys[at] < key)
            {
                at++;
            }

            same += at < keys.Count && keys[at] == key ? 1 : 0;
        }

        return kept.Count - same;
    }

    private HeadReference Head(int head) => _heads[head] ??= new HeadReference(_input, head, keepsScores: false);
}
