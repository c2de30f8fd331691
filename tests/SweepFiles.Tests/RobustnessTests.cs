namespace AttnSweep.SweepFiles.Tests;

/// <summary>No text, however broken, ends in an exception: a person gets mistakes or a plan.</summary>
public sealed class RobustnessTests
{
    private const string Scraps = "[]{}()&*!|>'\"%@`#:,-?\t\n \\^=<~0n;\u00a7\u0000\uFEFF";

    [Theory]
    [InlineData("quick.yaml")]
    [InlineData("golden.yaml")]
    [InlineData("night.yaml")]
    public void Damaged_files_are_answered(string name)
    {
        var sound = ReadyMadeSweeps.Text(name);
        var random = new Random(20_24);
        for (var round = 0; round < 1500; round++)
        {
            var text = sound;
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(text.Length);
                text = random.Next(3) switch
                {
                    0 => text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at)),
                    1 => text.Insert(at, Scraps[random.Next(Scraps.Length)].ToString()),
                    _ => text[..at],
                };
                if (text.Length == 0)
                    break;
            }

            var reading = SweepFile.Read(text, "damaged.yaml");
            Assert.Equal(reading.Plan is null, reading.Mistakes.Count > 0);
            Assert.All(reading.Mistakes, m => Assert.True(m.Line >= 1 && m.Column >= 1 && m.Found.Length > 0 && m.Expected.Length > 0, m.ToString()));
        }
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void Deep_nesting_is_answered(string level)
    {
        var reading = SweepFile.Read(string.Concat(Enumerable.Repeat(level, 5000)), "deep.yaml");

        Assert.Contains(reading.Mistakes, m => m.Found.Contains("levels of nesting", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("-")]
    [InlineData("1+")]
    [InlineData("not ")]
    [InlineData("2^")]
    public void Long_formulas_are_answered(string part) =>
        Assert.Single(SweepFile.Read(
            $"name: x\ninput: {{ model: independent }}\naxes: {{ n: 8, d: 8, sigma: 1 }}\nkernels: [flash]\nbackends: [cpu-simd]\nconstraints:\n  - \"{string.Concat(Enumerable.Repeat(part, 400))}\"\n", "long.yaml").Mistakes);
}
