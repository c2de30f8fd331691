using Akka.Actor;
using Akka.Hosting;
using AttnSweep.Clustering.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AttnSweep.Clustering;

/// <summary>A process that is a member of the cluster.</summary>
public static class ClusterNode
{
    /// <summary>Part of every node's address: nodes of another name do not talk to each other.</summary>
    public const string SystemName = "attnsweep";

    /// <summary>The node ended without being asked to: the cluster downed it, or a part of it gave up. Its supervisor starts it anew.</summary>
    public const int ExitTerminated = 70;

    /// <summary>The node could not start: wrong address, port in use.</summary>
    public const int ExitProblem = 3;

    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Builds the node and runs it until cancelled (then it leaves gracefully) or until it terminates by itself. Returns 0,
    /// <see cref="ExitTerminated"/>, or <see cref="ExitProblem"/> after one line on standard error.
    /// </summary>
    /// <param name="configure">Installs the node's actors.</param>
    /// <param name="services">Registers what those actors need.</param>
    public static async Task<int> RunAsync(
        NodeOptions options, Action<AkkaConfigurationBuilder, IServiceProvider> configure,
        Action<IServiceCollection>? services, CancellationToken stopping)
    {
        try
        {
            options.DemandSafeTransport();
            using var host = Build(options, configure, services);
            return await RunAsync(host, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to end while still starting: nothing was joined that must be left.
            return 0;
        }
        catch (Exception problem) when (NodeProblems.Explain(problem, options) is { } line)
        {
            await Console.Error.WriteLineAsync(line);
            return ExitProblem;
        }
    }

    internal static IHost Build(
        NodeOptions options, Action<AkkaConfigurationBuilder, IServiceProvider> configure, Action<IServiceCollection>? services)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        services?.Invoke(builder.Services);
        builder.Services.AddSingleton<IHostLifetime, UnhurriedLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = LeaveTimeout);
        builder.Services.AddAkka(SystemName, (akka, provider) =>
        {
            akka.WithNode(options);
            configure(akka, provider);
        });
        return builder.Build();
    }

    private static async Task<int> RunAsync(IHost host, CancellationToken stopping)
    {
        await host.StartAsync(stopping);
        var terminated = host.Services.GetRequiredService<ActorSystem>().WhenTerminated;
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stopping.Register(asked.SetResult))
        {
            await Task.WhenAny(terminated, asked.Task);
        }

        await host.StopAsync(CancellationToken.None);
        return stopping.IsCancellationRequested ? 0 : ExitTerminated;
    }
}
