using AttnSweep.Statistics;
using AttnSweep.Sweeps;

namespace AttnSweep.Measuring.Study;

/// <summary>
/// A cell of a simulated machine. Cells differ in how long they take (0.2 to 20 ms) and in how noisy they are: a sample's deviation is
/// 1 % and a trial's level deviates by 0.4 %, both times a factor of the cell's own (log-normal, 0.4), so that no cell's noise is known from the others'.
/// </summary>
internal sealed class SimulatedCell
{
    private const double SampleDeviation = 0.01;
    private const double TrialDeviation = 0.004;
    private const double Heterogeneity = 0.4;

    private readonly NoiseShape _shape;
    private readonly MeasureRules _rules;
    private readonly Gauss _random;
    private readonly double _typicalUs;
    private readonly double _sampleDeviation;
    private readonly double _trialDeviation;

    public SimulatedCell(NoiseShape shape, MeasureRules rules, int seed)
    {
        (_shape, _rules, _random) = (shape, rules, new Gauss(seed));
        _typicalUs = 200 * Math.Pow(100, _random.Uniform());
        _sampleDeviation = SampleDeviation * Math.Exp(Heterogeneity * _random.Normal());
        _trialDeviation = TrialDeviation * Math.Exp(Heterogeneity * _random.Normal());
    }

    /// <summary>Measures it as a runner would, by the rules' own stopping rule, in microseconds.</summary>
    /// <param name="factor">1 for the code as it was, 1.05 for code that is 5 % slower.</param>
    public CellSamples Measure(double factor) =>
        new([.. Enumerable.Range(0, _rules.Trials).Select(trial => Series(_typicalUs * factor * Level(trial)))]);

    private double Level(int trial) => Math.Exp(_shape switch
    {
        NoiseShape.HeavyTail => _trialDeviation * _random.Student3() / Math.Sqrt(3),
        NoiseShape.Drift => (_trialDeviation * _random.Normal()) + (0.002 * trial),
        _ => _trialDeviation * _random.Normal(),
    });

    private double[] Series(double levelUs)
    {
        var rule = new StoppingRule(_rules);
        var samples = new List<double>();
        var slope = 0.02 * (_random.Uniform() - 0.5);
        var slowShare = 0.1 + (0.25 * _random.Uniform());
        var (elapsed, lean) = (0.0, _random.Normal());
        do
        {
            lean = (0.9 * lean) + (Math.Sqrt(1 - 0.81) * _random.Normal());
            var sample = levelUs * Math.Max(0.05, _shape switch
            {
                NoiseShape.HeavyTail => 1 + (_sampleDeviation * _random.Normal()) + (_random.Uniform() < 0.05 ? 0.1 * (Math.Pow(1 - _random.Uniform(), -1 / 1.5) - 1) : 0),
                NoiseShape.Bimodal => 1 + (_sampleDeviation * 0.4 * _random.Normal()) + (_random.Uniform() < slowShare ? 0.08 : 0),
                NoiseShape.Drift => 1 + (_sampleDeviation * 0.7 * _random.Normal()) + (slope * (Math.Min(1, samples.Count / 100.0) - 0.5)),
                NoiseShape.Autocorrelated => 1 + (_sampleDeviation * lean),
                _ => 1 + (_sampleDeviation * _random.Normal()),
            });
            samples.Add(sample);
            rule.Add(sample);
            elapsed += sample * 1e-6;
        }
        while (rule.WhyStop(elapsed) is null);
        return [.. samples];
    }

    /// <summary>Random numbers of a seed, the same on every machine and in every version of the runtime (Random with a seed promises that).</summary>
    private sealed class Gauss(int seed)
    {
        private readonly Random _random = new(seed);
        private double? _spare;

        public double Uniform() => _random.NextDouble();

        public double Normal()
        {
            if (_spare is { } spare)
            {
                _spare = null;
                return spare;
            }

            var radius = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()));
            var (sine, cosine) = Math.SinCos(2 * Math.PI * _random.NextDouble());
            _spare = radius * sine;
            return radius * cosine;
        }

        /// <summary>Student's t with 3 degrees of freedom; its standard deviation is the root of 3.</summary>
        public double Student3()
        {
            var (x, y, z) = (Normal(), Normal(), Normal());
            return Normal() / Math.Sqrt(((x * x) + (y * y) + (z * z)) / 3);
        }
    }
}
