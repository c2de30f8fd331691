namespace AttnSweep.Tests.Sparsity;

/// <summary>The deterministic fixture of paper section 4G: n = 16, d = 4, scale 1/sqrt(4), not causal.</summary>
internal static class Fixture
{
    public static double[] Scores(int row)
    {
        var scores = new double[16];
        for (var j = 0; j < 16; j++)
        {
            for (var c = 0; c < 4; c++)
                scores[j] += 1.3 * Math.Sin(.7 * (row * 4 + c) + .2) * 1.1 * Math.Cos(.45 * (j * 4 + c) - .3) / 2;
        }

        return scores;
    }
}
