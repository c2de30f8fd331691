using AttnSweep.Kernels.Inputs;
using AttnSweep.Results;
using AttnSweep.Sparsity;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Reference;

/// <summary>
/// Holds outputs against the double-precision reference on a fixed set of rows of one input: all rows where n is at most
/// <c>rows</c>, else the first, the last, and rows drawn from the input's seed.
/// <para>
/// The budget of a kernel is 2 x (largest error of its own algorithm in plain float on the same rows) + 1e-7 x scale, where
/// scale = max |v| x max(1, max |score|): nobody who computes in float knows a score, and so an output, better than that.
/// </para>
/// <para>
/// A row is ambiguous where a key lies closer to the selection boundary than 4 x (largest error of that row's scores in float)
/// plus four roundings of the largest score: there a correct kernel may keep it or not. Such a row is left out of the verification error, but its own
/// error may pass the budget only by what the ambiguous keys' mass can move, so that many ambiguous rows hide nothing.
/// </para>
/// </summary>
public sealed class KernelVerifier(AttentionInput input, int rows)
{
    private const double Ambiguity = 4;
    private const int LargeBlock = 128;
    private const int MostBlocks = 4;
    private const long KeptScores = 8L << 20; // 12 bytes each: at most 100 MB beside the tensors

    private readonly int[] _sample = RowSample.ForVerification(input.Spec, rows);
    private readonly HeadReference?[] _heads = new HeadReference?[input.Spec.Heads];
    private readonly Dictionary<(int Head, int Row), DenseRow> _dense = [];
    private readonly float _largestValue = input.V.Max(Math.Abs);
    private UnroundedReference? _unrounded;
    private StorageError? _storage;

    public AttentionInput Input { get; } = input;

    public int Rows { get; } = rows;

    /// <summary>Checks an output (heads x n x d) of a kernel.</summary>
    public Verdict Check(KernelSpec kernel, ReadOnlySpan<float> output)
    {
        var spec = Input.Spec;
        var tally = new ErrorTally(kernel, spec);
        MeasureStorage();
        for (var head = 0; head < spec.Heads; head++)
        {
            var reference = Head(head);
            var plan = reference.Plan(kernel, Ambiguity);
            foreach (var row in _sample)
            {
                tally.Add(CheckRow(kernel, head, row, plan?.Invoke(row), output.Slice(((head * spec.N) + row) * spec.D, spec.D)));
            }
        }

        return tally.Decide(_largestValue, _storage);
    }

    /// <summary>Adds the sparsity of up to <paramref name="rowCount"/> sampled rows (over all heads) to <paramref name="sparsity"/>.</summary>
    public void MeasureSparsity(RowSparsity sparsity, int rowCount)
    {
        foreach (var row in RowSample.ForSparsity(Input.Spec, rowCount))
        {
            sparsity.Add(Head((int)(row / Input.Spec.N)).Truth((int)(row % Input.Spec.N)));
        }
    }

    /// <summary>HyperAttention's alpha over the keys of the first head: null where the sample leaves rows out, or rows see different keys.</summary>
    public MetricSummary? MeasureAlpha(int rowCount)
    {
        var spec = Input.Spec;
        if (spec.Causal || rowCount < (long)spec.Heads * spec.N)
        {
            return null;
        }

        var columns = new ColumnConcentration(spec.N);
        for (var row = 0; row < spec.N; row++)
        {
            columns.Add(Head(0).Truth(row));
        }

        return columns.Summarise();
    }

    /// <summary>
    /// Sparsity in blocks of 64 x 64 and 128 x 128, on up to <see cref="MostBlocks"/> blocks of 128 query rows: none where fewer rows are sampled than a block
    /// has, where there are fewer than two blocks of keys, or where rows see different keys.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, MetricSummary>> MeasureBlocks(int rowCount)
    {
        var spec = Input.Spec;
        var count = Math.Min(MostBlocks, Math.Min(rowCount, spec.N) / LargeBlock);
        if (spec.Causal || count == 0 || spec.N < 2 * LargeBlock)
        {
            return [];
        }

        var (small, large) = (new BlockSparsity(LargeBlock / 2), new BlockSparsity(LargeBlock));
        for (var i = 0; i < count; i++)
        {
            var first = (int)((long)i * (spec.N / LargeBlock) / count) * LargeBlock;
            var rows = new double[LargeBlock][];
            for (var r = 0; r < rows.Length; r++)
            {
                rows[r] = Head(i % spec.Heads).Truth(first + r);
                ReferenceAttention.Softmax<double>(rows[r]);
            }

            large.Add(rows);
            small.Add(rows.AsSpan(0, LargeBlock / 2));
            small.Add(rows.AsSpan(LargeBlock / 2));
        }

        return [.. small.Summarise(), .. large.Summarise()];
    }

    /// <summary>Once: the same for every kernel.</summary>
    private void MeasureStorage()
    {
        if (_storage is null && (_unrounded ??= UnroundedReference.Of(Input.Spec)) is { } unrounded)
        {
            _storage = unrounded.DenseError(_sample, (head, row) => Dense(head, row, Head(head), Head(head).Truth(row)).Output);
        }
    }

    private RowCheck CheckRow(KernelSpec kernel, int head, int row, KeptKeys? planned, ReadOnlySpan<float> output)
    {
        var spec = Input.Spec;
        var reference = Head(head);
        var scores = reference.Scores(row);
        var tolerance = Ambiguity * (scores.SingleError + ((MathF.BitIncrement(1) - 1.0) * Math.Max(1, scores.Largest)));
        var keys = KeepRule.Apply(kernel, spec, row, scores.Truth, tolerance, planned, head);
        var kept = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(keys.Kept);
        var factors = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(keys.Factors);

        Span<double> truth = new double[spec.D];
        Span<float> single = new float[spec.D];
        var logWeight = ReferenceAttention.Output(scores.Truth, kept, factors, reference.Values64, truth);
        ReferenceAttention.Output(scores.Single, kept, factors, reference.Values, single);

        var (error, yardstick, isFinite) = (0.0, 0.0, true);
        for (var c = 0; c < truth.Length; c++)
        {
            isFinite &= float.IsFinite(output[c]);
            error = Math.Max(error, Math.Abs(output[c] - truth[c]));
            yardstick = Math.Max(yardstick, Math.Abs(single[c] - truth[c]));
        }

        var isDense = kept.Length == scores.Truth.Length && factors.IsEmpty;
        var dense = Dense(head, row, reference, scores.Truth);
        var (squaredError, squaredTruth, largest, squaredDropped, largestDropped) = (0.0, 0.0, 0.0, 0.0, 0.0);
        var distance = default(RowDistance);
        var keptShare = Math.Exp(logWeight - dense.LogWeight);
        for (var c = 0; c < truth.Length; c++)
        {
            var difference = output[c] - dense.Output[c];
            var dropped = (truth[c] * keptShare) - dense.Output[c];
            squaredError += difference * difference;
            squaredTruth += dense.Output[c] * dense.Output[c];
            largest = Math.Max(largest, Math.Abs(difference));
            distance = new RowDistance(
                distance.AbsoluteError + Math.Abs(difference), distance.AbsoluteTruth + Math.Abs(dense.Output[c]),
                distance.Product + (output[c] * dense.Output[c]), distance.SquaredOutput + ((double)output[c] * output[c]));
            squaredDropped += dropped * dropped;
            largestDropped = Math.Max(largestDropped, Math.Abs(dropped));
        }

        var (lost, slack) = (0.0, 0.0);
        RowEstimate? estimate = null;
        if (!isDense || keys.Ambiguous.Count > 0)
        {
            var probabilities = scores.Truth.ToArray();
            ReferenceAttention.Softmax<double>(probabilities);
            lost = 1 - keys.Kept.Sum(j => probabilities[j]);
            estimate = factors.IsEmpty ? null : Estimate(keys, probabilities, logWeight, dense.LogWeight);
            var mass = keys.Kept.Select((j, place) => keys.FactorAt(place) * probabilities[j]).Sum();
            var doubtful = keys.AmbiguousFactor * keys.Ambiguous.Sum(j => probabilities[j]);
            // Adding or dropping mass a of a renormalised mean of mass m moves it by at most a / m times the spread of V.
            slack = doubtful == 0 ? 0 : 2 * _largestValue * Math.Min(1, doubtful / Math.Max(mass - doubtful, doubtful));
        }

        return new RowCheck(head, row, error, yardstick, scores.Largest, isFinite, keys.Ambiguous.Count > 0, slack,
            squaredError, squaredTruth, largest, lost, kept.Length, squaredDropped, largestDropped, estimate,
            isDense ? 0 : _unrounded?.Changed(kernel, head, row, keys.Kept) ?? 0, distance);
    }

    /// <summary>Keys of factor 1 are computed exactly; kappa and alpha of HyperAttention are about what is left.</summary>
    private static RowEstimate Estimate(KeptKeys keys, double[] probabilities, double logWeight, double denseLogWeight)
    {
        var rest = 1.0;
        for (var place = 0; place < keys.Kept.Count; place++)
        {
            rest -= keys.Factors[place] == 1 ? probabilities[keys.Kept[place]] : 0;
        }

        // What is left is a difference from 1, so it cannot be known better than to some roundings.
        return new RowEstimate(
            logWeight - denseLogWeight, Math.Log(Math.Max(rest, 1e-15)) + denseLogWeight,
            keys.Bucket.Sum(j => probabilities[j]), (double)keys.Bucket.Count / probabilities.Length);
    }

    private DenseRow Dense(int head, int row, HeadReference reference, double[] scores)
    {
        if (!_dense.TryGetValue((head, row), out var dense))
        {
            var output = new double[Input.Spec.D];
            var logWeight = ReferenceAttention.Output(scores, Enumerable.Range(0, scores.Length).ToArray(), reference.Values64, output);
            _dense[(head, row)] = dense = new DenseRow(output, logWeight);
        }

        return dense;
    }

    private HeadReference Head(int head) =>
        _heads[head] ??= new HeadReference(Input, head, (long)_sample.Length * Input.Spec.N * Input.Spec.Heads <= KeptScores);

    /// <summary>Dense attention of one row, and ln sum exp of its scores.</summary>
    private sealed record DenseRow(double[] Output, double LogWeight);

    /// <summary>What a check found.</summary>
    /// <param name="IsRight">The output is within the budget on every verified row.</param>
    /// <param name="KeptPairs">Pairs that the kernel's own rule keeps, scaled from the verified rows to all rows and heads.</param>
    public sealed record Verdict(bool IsRight, KernelError Error, double KeptPairs, string? WhyWrong);
}
