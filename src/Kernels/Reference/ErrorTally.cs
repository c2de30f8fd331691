using System.Globalization;
using AttnSweep.Catalogue;
using AttnSweep.Kernels.Own;
using AttnSweep.Results;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Reference;

/// <summary>One verified row. Errors are largest absolute differences over its d columns.</summary>
/// <param name="Error">Against the kernel's own algorithm in double precision.</param>
/// <param name="Yardstick">The same error of plain float.</param>
/// <param name="Slack">What the ambiguous keys may add to the error.</param>
/// <param name="Lost">1 - softmax mass kept.</param>
/// <param name="SquaredDropped">Of the kept keys' p_j v_j, not renormalised, against dense.</param>
internal readonly record struct RowCheck(
    int Head, int Row, double Error, double Yardstick, double LargestScore, bool IsFinite, bool IsAmbiguous, double Slack,
    double SquaredError, double SquaredTruth, double MaxAbsolute, double Lost, int Kept, double SquaredDropped, double MaxDropped, RowEstimate? Estimate = null, int Changed = 0, RowDistance Distance = default);

/// <summary>Sums over a row's columns; the truth is dense attention.</summary>
internal readonly record struct RowDistance(double AbsoluteError, double AbsoluteTruth, double Product, double SquaredOutput);

/// <summary>Of a row of a kernel that estimates.</summary>
/// <param name="LogError">Of ln sum exp(score).</param>
/// <param name="LogRest">ln of the sum of exp(score) over the keys that are not computed exactly.</param>
/// <param name="BucketMass">Softmax mass of the keys in the query's hash bucket.</param>
/// <param name="BucketShare">Those keys over all visible ones.</param>
internal sealed record RowEstimate(double LogError, double LogRest, double BucketMass, double BucketShare);

/// <summary>Adds up the rows of one check and decides.</summary>
internal sealed class ErrorTally(KernelSpec kernel, InputSpec input)
{
    private readonly List<RowCheck> _rows = [];
    private readonly KernelDefinition? _definition = KernelCatalogue.Find(kernel.Name);

    public void Add(RowCheck row) => _rows.Add(row);

    /// <param name="storage">What rounding alone does to dense attention on these rows; null where tensors are float32.</param>
    public KernelVerifier.Verdict Decide(double largestValue, StorageError? storage = null)
    {
        var clear = _rows.Where(r => !r.IsAmbiguous).ToList();
        var scale = largestValue * Math.Max(1, _rows.Max(r => r.LargestScore));
        var allowed = (2 * _rows.Max(r => r.Yardstick)) + (1e-7 * scale);
        var truth = Math.Sqrt(_rows.Sum(r => r.SquaredTruth));
        var isDense = _definition?.IsDense == true;
        var error = new KernelError(
            _rows.Count,
            truth == 0 ? 0 : Math.Sqrt(_rows.Sum(r => r.SquaredError)) / truth,
            _rows.Max(r => r.MaxAbsolute),
            isDense ? null : _rows.Average(r => r.Lost),
            clear.Count == 0 ? 0 : clear.Max(r => r.Error),
            allowed,
            _rows.Count - clear.Count,
            isDense ? null : truth == 0 ? 0 : Math.Sqrt(_rows.Sum(r => r.SquaredDropped)) / truth,
            isDense ? null : _rows.Max(r => r.MaxDropped),
            Estimate(),
            storage is null || isDense ? storage : storage with { SelectionChanged = (double)_rows.Sum(r => (long)r.Changed) / Math.Max(1, _rows.Sum(r => (long)r.Kept)) },
            Distance(truth));

        var worst = _rows.MaxBy(r => r.IsFinite ? r.Error - r.Slack : double.PositiveInfinity);
        // Written so that a NaN is wrong.
        var isRight = worst.IsFinite && worst.Error <= allowed + worst.Slack;
        return new KernelVerifier.Verdict(isRight, error, KeptPairs(), isRight ? null : Describe(worst, allowed));
    }

    private OutputDistance Distance(double truth)
    {
        var (absolute, output) = (_rows.Sum(r => r.Distance.AbsoluteTruth), Math.Sqrt(_rows.Sum(r => r.Distance.SquaredOutput)));
        return new OutputDistance(
            absolute == 0 ? 0 : _rows.Sum(r => r.Distance.AbsoluteError) / absolute,
            truth == 0 || output == 0 ? 0 : _rows.Sum(r => r.Distance.Product) / truth / output,
            Math.Sqrt(_rows.Sum(r => r.SquaredError) / ((double)_rows.Count * input.D)));
    }

    private EstimateError? Estimate()
    {
        var rows = _rows.Select(r => r.Estimate).OfType<RowEstimate>().ToList();
        if (rows.Count == 0)
        {
            return null;
        }

        var share = rows.Sum(r => r.BucketShare);
        return new EstimateError(
            Math.Sqrt(rows.Average(r => r.LogError * r.LogError)), Math.Exp(rows.Max(r => r.LogRest) - rows.Min(r => r.LogRest)),
            share > 0 ? rows.Sum(r => r.BucketMass) / share : null);
    }

    private string Describe(RowCheck row, double allowed)
    {
        var where = string.Create(CultureInfo.InvariantCulture, $"{kernel.Variant}: head {row.Head}, row {row.Row}");
        return row.IsFinite
            ? string.Create(CultureInfo.InvariantCulture, $"{where} is off by {row.Error:g3}, allowed {allowed + row.Slack:g3}")
            : $"{where} is not a finite number";
    }

    /// <summary>Counted on the verified rows where scores decide how many keys are kept; elsewhere the definition knows.</summary>
    private double KeptPairs() => kernel.Name is "threshold" or "topp" or "block-topk" || _definition is null or OwnKernel { IsDataDependent: true }
        ? _rows.Average(r => (double)r.Kept) * input.Heads * input.N
        : _definition.ExpectedKeptPairs(input, kernel);
}
