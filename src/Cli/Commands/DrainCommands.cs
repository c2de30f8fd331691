using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Scheduling;

namespace AttnSweep.Cli.Commands;

/// <summary>drain and undrain a worker, and release a device from quarantine.</summary>
internal static class DrainCommands
{
    public static IEnumerable<Command> Create(Surroundings around) =>
    [
        Of(around, "drain", "A worker gets no more shards; what it has it finishes", draining: true, "gets no more shards; `attnsweep undrain {0}` lets it go on"),
        Of(around, "undrain", "A worker gets shards again", draining: false, "gets shards again"),
        Release(around),
    ];

    private static ExampledCommand Of(Surroundings around, string name, string description, bool draining, string done)
    {
        var worker = new Argument<string>("WORKER") { Description = "As `attnsweep workers` lists it" };
        var database = SharedOptions.Database();
        var command = new ExampledCommand(name, description, $"attnsweep {name} lab-1") { worker, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.App);
            var wanted = parsed.GetValue(worker)!;
            if (await new SchedulingStore(store).DrainAsync(wanted, draining, cancellation) is null)
            {
                throw new AskedWronglyException($"no worker '{wanted}' is present; `attnsweep workers` lists them");
            }

            around.Out.WriteLine($"worker {wanted} {done.Replace("{0}", wanted, StringComparison.Ordinal)}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampledCommand Release(Surroundings around)
    {
        var device = new Argument<string>("DEVICE") { Description = "WORKER/DEVICE, as `attnsweep devices --cluster` lists it" };
        var database = SharedOptions.Database();
        var command = new ExampledCommand("release", "Lets a device that is under quarantine work again", "attnsweep release lab-1/cuda:0") { device, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            var wanted = parsed.GetValue(device)!;
            if (wanted.LastIndexOf('/') is var slash && (slash <= 0 || slash == wanted.Length - 1))
            {
                throw new AskedWronglyException($"'{wanted}' is no device of a worker; it would be WORKER/DEVICE, such as lab-1/cuda:0");
            }

            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.App);
            if (!await new SchedulingStore(store).ReleaseAsync(wanted[..slash], wanted[(slash + 1)..], cancellation))
            {
                throw new AskedWronglyException($"{wanted} is not under quarantine; `attnsweep devices --cluster` lists what is");
            }

            around.Out.WriteLine($"{wanted} gets shards again");
            return ExitCodes.Ok;
        });
        return command;
    }
}
