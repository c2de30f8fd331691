using AttnSweep.Sweeps.Expressions;

namespace AttnSweep.Sweeps;

/// <summary>Problems met while planning; a formula that failed once is not asked again, so it is reported once.</summary>
internal sealed class ProblemList
{
    private readonly List<PlanProblem> _problems = [];
    private readonly HashSet<Expression> _failed = [];

    public IReadOnlyList<PlanProblem> All => _problems;

    public bool None => _problems.Count == 0;

    public void Of(PlanSubject subject, string found, string expected)
    {
        var problem = new PlanProblem(subject, null, new ExpressionMistake(0, found, expected));
        if (!_problems.Contains(problem))
            _problems.Add(problem);
    }

    public void Of(Expression formula, ExpressionMistake mistake)
    {
        if (_failed.Add(formula))
            _problems.Add(new PlanProblem(PlanSubject.Formula, formula, mistake));
    }

    public bool Holds(Expression condition, in AxisPoint point, bool otherwise)
    {
        if (_failed.Count > 0 && _failed.Contains(condition))
            return otherwise;
        if (condition.Holds(point, out var mistake) is { } holds)
            return holds;
        Of(condition, mistake!);
        return otherwise;
    }
}
