namespace AttnSweep.Theory;

/// <summary>
/// Exact expectations for a softmax row over n iid N(0, tau^2) scores, any n and tau (paper section 4B): with
/// g0(u) = E exp(-u e^(tau z)) and g2(u) = E e^(2 tau z) exp(-u e^(tau z)),
/// E ln Z = int (e^-u - g0^n)/u du and E sum p^2 = n int u g2 g0^(n-1) du. The inner expectations do not depend on n, so they are
/// tabulated once for a tau and serve every row length. The variance of ln Z comes from the same table.
/// </summary>
public sealed class ExactRow
{
    private const double EulerGamma = 0.57721566490153286;

    private readonly double _tau;
    private readonly double _lowest;
    private readonly double _step;
    private readonly double[] _logG0;
    private readonly double[] _u2G2;

    /// <summary>Prepares for row lengths from <paramref name="shortest"/> to <paramref name="longest"/>.</summary>
    /// <param name="self">The largest score that <see cref="WithSelf"/> will be asked for.</param>
    public ExactRow(double tau, int shortest, int longest, double self = double.NegativeInfinity)
    {
        if (!(tau >= 0) || !double.IsFinite(tau))
            throw new ArgumentOutOfRangeException(nameof(tau), tau, "tau is a finite number of at least 0.");
        if (shortest < 1 || longest < shortest)
            throw new ArgumentOutOfRangeException(nameof(shortest), shortest, $"Row lengths run from at least 1 upwards, not from {shortest} to {longest}.");

        _tau = tau;

        // In y = ln u the integrands are analytic in |Im y| < pi/2 (the trapezoid rule errs by about exp(-pi^2/step)) and as wide
        // as tau / sqrt(2 ln n) where tau is large.
        _step = 0.2 * Math.Max(1, tau / 8);
        var lnLongest = Math.Log(longest);
        _lowest = -(lnLongest + tau * tau / 2) - Math.Max(8, 3 * tau) - 12 - tau * Math.Sqrt(2 * lnLongest);
        _lowest = Math.Min(_lowest, -self - 30);
        var highest = Math.Max(3.9, -Math.Log(shortest) + 6 + 3 * tau);
        var count = (int)Math.Ceiling((highest - _lowest) / _step) + 1;
        _logG0 = new double[count];
        _u2G2 = new double[count];
        Tabulate();
    }

    /// <summary>The expectations at one row length.</summary>
    public ExactRowMeans At(int n)
    {
        if (n == 1)
            return new ExactRowMeans(0, 1, 0, _tau * _tau);

        // g0(u)^n = P(xi > u Z) with xi ~ Exp(1): the distribution of S = ln xi - ln Z, whose moments are those of ln Z and of
        // the known ln xi together. E S = a + int_a P(S > y) dy and E S^2 = a^2 + int_a 2 y P(S > y) dy for a below every S.
        double first = 0, second = 0, sumP2 = 0;
        for (var i = 0; i < _logG0.Length; i++)
        {
            var y = _lowest + i * _step;
            var above = Math.Exp(n * _logG0[i]) * (i == 0 ? 0.5 : 1);
            first += above;
            second += 2 * (y - _lowest) * above;
            sumP2 += _u2G2[i] * Math.Exp((n - 1) * _logG0[i]);
        }

        // Both moments are taken about a, so that the variance keeps its digits. Below a the rest of the integrals is P(S < a), which
        // falls off as e^y; step^2/6 is the trapezoid rule's error for an integrand that starts with slope 2 (Euler and Maclaurin).
        var belowLowest = -n * _logG0[0];
        first = first * _step - belowLowest;
        second = second * _step + _step * _step / 6 + 2 * belowLowest;
        var lnZ = -EulerGamma - _lowest - first;
        var variance = second - first * first - Math.PI * Math.PI / 6;
        sumP2 *= n * _step;
        return new ExactRowMeans(lnZ, sumP2, lnZ - _tau * _tau * (1 - sumP2), Math.Max(0, variance));
    }

    /// <summary>
    /// The expectations of a row of n scores of which one is known and n - 1 are iid: g0^n becomes g0^(n-1) exp(-u e^self), and
    /// E H = E ln Z - tau^2 ((1 - E p_self) - E sum of the others' p^2) - self E p_self by Stein's identity.
    /// </summary>
    /// <returns>The expectations, and that of p_self.</returns>
    public (ExactRowMeans Row, double SelfMass) WithSelf(int n, double self)
    {
        if (n == 1)
            return (new ExactRowMeans(self, 1, 0, 0), 1);
        double first = 0, second = 0, othersP2 = 0, selfP2 = 0, selfMass = 0;
        for (var i = 0; i < _logG0.Length; i++)
        {
            var y = _lowest + i * _step;
            var t = Math.Exp(y + self);
            var others = Math.Exp((n - 1) * _logG0[i] - t);
            var above = others * (i == 0 ? 0.5 : 1);
            first += above;
            second += 2 * (y - _lowest) * above;
            // g0 may have reached 0, and 0 keys left over give a factor of 1.
            othersP2 += _u2G2[i] * Math.Exp((n == 2 ? 0 : (n - 2) * _logG0[i]) - t);
            selfP2 += t * t * others;
            selfMass += t * others;
        }

        // As in At: what lies below the grid, to first order.
        var belowLowest = -(n - 1) * _logG0[0] + Math.Exp(_lowest + self);
        first = first * _step - belowLowest;
        second = second * _step + _step * _step / 6 + 2 * belowLowest;
        var lnZ = -EulerGamma - _lowest - first;
        var variance = second - first * first - Math.PI * Math.PI / 6;
        othersP2 *= (n - 1) * _step;
        selfP2 *= _step;
        selfMass = Math.Min(1, selfMass * _step);
        var entropy = lnZ - _tau * _tau * (1 - selfMass - othersP2) - self * selfMass;
        return (new ExactRowMeans(lnZ, othersP2 + selfP2, Math.Max(0, entropy), Math.Max(0, variance)), selfMass);
    }

    /// <summary>
    /// E sum over j in H of p'_j p_j, where H holds <paramref name="kept"/> of the n keys chosen without a look at their scores and p' is the softmax over H
    /// alone. With 1/(Z_H Z) = int int exp(-u Z_H - v Z) du dv and t = u + v it is kept int g2(t) g0(t)^(kept-1) C(t) dt, C(t) = int_0^t g0(v)^(n-kept) dv.
    /// At kept = n it is E sum p^2.
    /// </summary>
    public double BlindOverlap(int kept, int n)
    {
        if (kept < 1 || kept > n)
            throw new ArgumentOutOfRangeException(nameof(kept), kept, $"A keep set has 1 to n = {n} keys.");
        // Zero keys give a factor of 1 also where g0 has reached 0.
        double LogPower(int keys, int i) => keys == 0 ? 0 : keys * _logG0[i];
        double Inner(int i) => Math.Exp(_lowest + i * _step + LogPower(n - kept, i));

        // C by the trapezoid rule in y = ln v, with the first end correction of Euler and Maclaurin (the inner integral ends where the integrand does not
        // vanish); below the grid g0 is 1.
        double SlopeOfInner(int i)
        {
            var (before, after) = (Math.Max(0, i - 1), Math.Min(_logG0.Length - 1, i + 1));
            return kept < n && double.IsNegativeInfinity(_logG0[after]) ? 0 : Inner(i) * (1 + (LogPower(n - kept, after) - LogPower(n - kept, before)) / ((after - before) * _step));
        }

        var first = Inner(0) + _step * SlopeOfInner(0) / 6;
        double before = 0, sum = 0;
        for (var i = 0; i < _logG0.Length; i++)
        {
            var inner = Inner(i);
            var upTo = Math.Exp(_lowest) + _step * (before + (inner - first) / 2 - (i == 0 ? 0 : _step * SlopeOfInner(i) / 12));
            before += inner;
            sum += _u2G2[i] * Math.Exp(LogPower(kept - 1, i) - (_lowest + i * _step)) * Math.Max(0, upTo);
        }

        return kept * _step * sum;
    }

    private void Tabulate()
    {
        // exp(-u e^(tau z)) turns over within 1/tau of z, hence the step.
        var step = Math.Min(0.2, 0.4 / Math.Max(_tau, 1e-9));
        var weights = new double[(int)Math.Ceiling((18 + 2 * _tau) / step) + 1];
        var reached = new double[weights.Length + 1]; // total weight from a node on
        for (var j = weights.Length - 1; j >= 0; j--)
        {
            var z = -9 + j * step;
            weights[j] = Math.Exp(-z * z / 2);
            reached[j] = reached[j + 1] + weights[j];
        }

        const double nothing = 1e-20; // t below this adds less than rounding, even n times
        const double certain = 40; // exp(-t) is nothing from here on
        for (var i = 0; i < _logG0.Length; i++)
        {
            var y = _lowest + i * _step;
            double below = 0, second = 0;
            var j = _tau == 0 ? 0 : (int)Math.Clamp(((Math.Log(nothing) - y) / _tau + 9) / step, 0, weights.Length);
            for (; j < weights.Length; j++)
            {
                var t = Math.Exp(y + _tau * (-9 + j * step));
                if (t > certain)
                    break;
                var oneMinus = OneMinusExp(t);
                below += weights[j] * oneMinus;
                second += weights[j] * t * t * (1 - oneMinus);
            }

            _logG0[i] = LogOneMinus(Math.Min(1, (below + reached[j]) / reached[0]));
            _u2G2[i] = second / reached[0];
        }
    }

    /// <summary>1 - exp(-t) to full relative precision for small t, where g0^n lives.</summary>
    private static double OneMinusExp(double t) =>
        t < 1e-3 ? t * (1 - t / 2 * (1 - t / 3 * (1 - t / 4))) : 1 - Math.Exp(-t);

    /// <summary>ln(1 - a) to full relative precision for small a (Kahan's correction).</summary>
    private static double LogOneMinus(double a)
    {
        var rest = 1 - a;
        return rest == 1 ? -a : rest <= 0 ? double.NegativeInfinity : Math.Log(rest) * (a / (1 - rest));
    }
}

/// <summary>Expectations over rows: of ln Z with Z = sum exp(s), of sum p^2 and of the entropy in nats, and the variance of ln Z.</summary>
public readonly record struct ExactRowMeans(double LnZ, double SumP2, double Entropy, double LnZVariance);
