namespace AttnSweep.Kernels.Inputs;

/// <summary>
/// Logarithm, exponential and sine of the generator. <see cref="Math"/> calls the C library, whose last bits differ between versions and
/// between processors with and without FMA; these use only IEEE additions, multiplications and divisions, which .NET never
/// contracts, so that every worker makes the same tensors. Coefficients and error bounds (below 1 ulp) are fdlibm's
/// e_log.c, k_sin.c and k_cos.c.
/// </summary>
internal static class DeterministicMath
{
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double Log2E = 1.44269504088896338700e+00;

    /// <summary>Natural logarithm of a positive, normal number.</summary>
    public static double Log(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var high = (int)(bits >> 32);
        var exponent = (high >> 20) - 1023;
        high &= 0xFFFFF;
        // Mantissas above sqrt(2) are halved, so that f lies in sqrt(1/2) - 1 .. sqrt(2) - 1.
        var adjust = (high + 0x95F64) & 0x100000;
        exponent += adjust >> 20;
        var mantissa = BitConverter.Int64BitsToDouble(((long)(high | (adjust ^ 0x3FF00000)) << 32) | (bits & 0xFFFFFFFFL));
        var f = mantissa - 1.0;
        var s = f / (2.0 + f);
        var z = s * s;
        var w = z * z;
        var odd = w * (3.999999999940941908e-01 + (w * (2.222219843214978396e-01 + (w * 1.531383769920937332e-01))));
        var even = z * (6.666666666666735130e-01 + (w * (2.857142874366239149e-01 + (w * (1.818357216161805012e-01 + (w * 1.479819860511658591e-01))))));
        var r = even + odd;
        var half = 0.5 * f * f;
        return (exponent * Ln2High) - ((half - ((s * (half + r)) + (exponent * Ln2Low))) - f);
    }

    /// <summary>
    /// e^x - 1 for 0 &lt;= x &lt; 700, to a few units in the last place also near 0: x = k ln 2 + r with |r| at most ln 2 / 2, and the Taylor series of
    /// e^r - 1 to r^14 / 14!, whose first term left out is below 1e-18.
    /// </summary>
    public static double ExpM1(double x)
    {
        var k = (int)((x * Log2E) + 0.5);
        var r = (x - (k * Ln2High)) - (k * Ln2Low);
        var series = 1.0 / 15;
        for (var i = 14; i >= 2; i--)
        {
            series = (1.0 + (r * series)) / i;
        }

        var power = r * (1.0 + (r * series));
        var scale = BitConverter.Int64BitsToDouble((long)(1023 + k) << 52);
        return (scale * power) + (scale - 1.0);
    }

    /// <summary>Sine and cosine of <paramref name="turns"/> full turns, 0 &lt;= turns &lt; 1.</summary>
    public static (double Sin, double Cos) SinCosTurns(double turns)
    {
        // Exact: four times a double in [0, 1) and the difference of two numbers close to each other.
        var quadrant = (int)((turns * 4.0) + 0.5);
        var x = (turns - (quadrant * 0.25)) * (2.0 * Math.PI);
        var z = x * x;
        var sin = x + (x * z * (-1.66666666666666324348e-01 + (z * (8.33333333332248946124e-03 + (z * (-1.98412698298579493134e-04
            + (z * (2.75573137070700676789e-06 + (z * (-2.50507602534068634195e-08 + (z * 1.58969099521155010221e-10)))))))))));
        var tail = z * z * (4.16666666666666019037e-02 + (z * (-1.38888888888741095749e-03 + (z * (2.48015872894767294178e-05
            + (z * (-2.75573143513906633035e-07 + (z * (2.08757232129817482790e-09 + (z * -1.13596475577881948265e-11))))))))));
        var half = 0.5 * z;
        var whole = 1.0 - half;
        var cos = whole + (((1.0 - whole) - half) + tail);
        return (quadrant & 3) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }
}
