namespace AttnSweep.Kernels.Tests;

/// <summary>What a test needs and this machine lacks.</summary>
internal static class Missing
{
    /// <summary>Fails where CI is true; skips, with the reason, elsewhere.</summary>
    public static void FailOrSkip(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        Assert.Skip(reason);
    }
}
