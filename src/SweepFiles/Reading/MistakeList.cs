using AttnSweep.SweepFiles.Yaml;
using AttnSweep.Sweeps.Expressions;

namespace AttnSweep.SweepFiles.Reading;

/// <summary>Collects the mistakes of one file.</summary>
internal sealed class MistakeList(string file)
{
    private readonly List<SweepMistake> _mistakes = [];

    public bool None => _mistakes.Count == 0;

    public void Add(Place place, string found, string expected) =>
        _mistakes.Add(new SweepMistake(file, place.Line, place.Column, found, expected));

    public void Add(ScalarNode scalar, ExpressionMistake mistake) =>
        Add(scalar.At(mistake.Offset), mistake.Found, mistake.Expected);

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<SweepMistake> InOrder => [.. _mistakes.OrderBy(m => m.Line).ThenBy(m => m.Column)];
}
