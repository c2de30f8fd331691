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
    double SquaredError, double SquaredTruth, double MaxAbsolute, double Lost, int Kept, double SquaredDropped, double MaxDropped);

/// <summary>Adds up the rows of one check and decides.</summary>
internal sealed class ErrorTally(KernelSpec kernel, InputSpec input)
{
    private readonly List<RowCheck> _rows = [];
    private readonly KernelDefinition? _definition = KernelCatalogue.Find(kernel.Name);

    public void Add(RowCheck row) => _rows.Add(row);

    public KernelVerifier.Verdict Decide(double largestValue)
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
            isDense ? null : _rows.Max(r => r.MaxDropped));

        var worst = _rows.MaxBy(r => r.IsFinite ? r.Error - r.Slack : double.PositiveInfinity);
        // Written so that a NaN is wrong.
        var isRight = worst.IsFinite && worst.Error <= allowed + worst.Slack;
        return new KernelVerifier.Verdict(isRight, error, KeptPairs(), isRight ? null : Describe(worst, allowed));
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
