namespace AttnSweep.Cluster.Tests.Infrastructure;

/// <summary>Waits for something that another process does. The limit is generous: a slow machine must not fail a test.</summary>
internal static class Waiting
{
    public static async Task UntilAsync(string what, Func<Task<bool>> condition, TimeSpan limit, Func<string>? story = null)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var deadline = new CancellationTokenSource(limit);
        try
        {
            while (!await condition())
            {
                await timer.WaitForNextTickAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"waited {limit} for: {what}\n{story?.Invoke()}");
        }
    }
}
