using System.Globalization;
using AttnSweep.Catalogue;
using AttnSweep.Protocol;
using AttnSweep.Results;

namespace AttnSweep.Worker.Runners;

/// <summary>
/// Tells which cells of a shard are worth launching on a device. What the catalogue knows to be impossible ends here with the catalogue's
/// reason, instead of with whatever a driver says about it, or of a driver that takes the process with it. Pure.
/// </summary>
/// <param name="Runnable">The shard with the cells that may run.</param>
/// <param name="Ended">Results of the others.</param>
internal sealed record LaunchGate(ShardWork Runnable, IReadOnlyList<CellResult> Ended)
{
    public static LaunchGate Of(ShardWork work, DeviceInfo device)
    {
        var ended = work.Cells.Select(cell => Ends(work, cell, device)).OfType<CellResult>().ToList();
        var ids = ended.Select(result => result.CellId).ToHashSet();
        return new LaunchGate(work with { Cells = [.. work.Cells.Where(cell => !ids.Contains(cell.CellId))] }, ended);
    }

    /// <summary>Null where the cell may run.</summary>
    private static CellResult? Ends(ShardWork work, CellWork cell, DeviceInfo device)
    {
        if (KernelCatalogue.Find(cell.Kernel.Name) is not { } kernel)
        {
            return Result(work, cell, Outcome.Unsupported, cell.Kernel.Build is { } planned
                ? $"the own kernel '{cell.Kernel.Name}' ({planned}) is not on this worker: its ATTNSWEEP_KERNELS would name a folder that holds it"
                : $"there is no kernel '{cell.Kernel.Name}' here; there are: {string.Join(", ", KernelCatalogue.All.Select(k => k.Name))}");
        }

        // Numbers of two builds must not stand side by side as if they were one kernel's.
        if (kernel.Build != cell.Kernel.Build)
        {
            return Result(work, cell, Outcome.Unsupported, $"'{kernel.Name}' was planned as {cell.Kernel.Build ?? "a built-in kernel"}, and this worker has {kernel.Build ?? "a built-in one of that name"}");
        }

        if (kernel.WhyUnsupported(work.Input, cell.Kernel) is { } reason)
        {
            return Result(work, cell, Outcome.Unsupported, reason);
        }

        var needed = kernel.MemoryBytesOn(work.Backend, work.Input, cell.Kernel);
        return needed > device.MemoryBytes
            ? Result(work, cell, Outcome.OutOfMemory, $"{cell.Kernel.Variant} needs {Mebibytes(needed)}, {device.Id} has {Mebibytes(device.MemoryBytes)}")
            : null;
    }

    private static CellResult Result(ShardWork work, CellWork cell, Outcome outcome, string detail) =>
        new(cell.CellId, outcome, detail, null, 0, 0, KernelDefinition.DenseFlops(work.Input), []);

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(bytes / 1048576.0):0} MiB");
}
