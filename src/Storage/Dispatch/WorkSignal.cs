using AttnSweep.Storage.Connections;
using Npgsql;

namespace AttnSweep.Storage.Dispatch;

/// <summary>
/// Hears of submitted, resumed, paused and cancelled runs at once, through LISTEN. A hint only: whoever listens must also look by
/// itself now and then, because a notification can be lost with its connection.
/// </summary>
public sealed class WorkSignal(Database database, TimeProvider time)
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(2);

    /// <summary>Calls <paramref name="onSignal"/> once when it listens and at every notification, until cancelled; reconnects by itself.</summary>
    /// <param name="onSignal">Gets the payload, e.g. <c>submitted 12</c>; empty after every (re)connection, when something may have been missed.</param>
    /// <param name="onProblem">Hears why a connection failed, for the log.</param>
    public async Task ListenAsync(Action<string> onSignal, Action<string> onProblem, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenUnpooledAsync(cancellation);
                connection.Notification += (_, notification) => onSignal(notification.Payload);
                await using (var listen = new NpgsqlCommand("LISTEN attnsweep", connection))
                {
                    await listen.ExecuteNonQueryAsync(cancellation);
                }

                onSignal("");
                while (true)
                {
                    await connection.WaitAsync(cancellation);
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem) when (problem is NpgsqlException or DatabaseProblemException or IOException)
            {
                onProblem(problem.Message);
            }

            try
            {
                await Task.Delay(PauseAfterFailure, time, cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
