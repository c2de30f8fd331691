using System.Collections.Immutable;
using System.Diagnostics;
using AttnSweep.Catalogue;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sweeps;
using AttnSweep.Theory;
using AttnSweep.Worker.Machine;

namespace AttnSweep.Worker.Measuring;

/// <summary>Prepares the kernels of a shard and checks each before it may be timed.</summary>
internal sealed class VerifiedCells(IDevice device, AttentionInput input, KernelVerifier verifier, DeviceCeilings? ceilings = null) : IDisposable
{
    /// <summary>Launches with clocks are repeated; beyond this they would cost more than they tell.</summary>
    private const double LongLaunchUs = 2e6;

    private readonly List<VerifiedCell> _right = [];
    private readonly float[] _output = new float[input.Q.Length];
    private readonly Dictionary<VerifiedCell, IPreparedKernel> _prepared = [];
    private VerifiedCell? _ownDense;
    private bool _denseSought;

    /// <summary>Cells whose output is right, ready to be timed.</summary>
    public IReadOnlyList<VerifiedCell> Right => _right;

    /// <summary>The dense baseline: the shard's own flash cell, or one prepared beside it; null where it cannot run here.</summary>
    public VerifiedCell? Dense
    {
        get
        {
            if (_right.FirstOrDefault(c => c.Kernel.Name == KernelCatalogue.DenseBaseline) is { } cell)
            {
                return cell;
            }

            if (!_denseSought)
            {
                _denseSought = true;
                _ownDense = Prepare(null, KernelSpec.Plain(KernelCatalogue.DenseBaseline)).Right;
            }

            return _ownDense;
        }
    }

    /// <summary>Null when the cell is right and waits for its trials; else its final result.</summary>
    public CellResult? Verify(CellWork cell)
    {
        var (right, ended) = Prepare(cell, cell.Kernel);
        if (right is not null)
        {
            _right.Add(right);
        }

        return ended;
    }

    /// <summary>The cell's kernel, ready to launch: as verified, or prepared anew where it had to make room for another.</summary>
    public IPreparedKernel Ready(VerifiedCell cell)
    {
        if (!_prepared.TryGetValue(cell, out var kernel))
        {
            kernel = PrepareOrMakeRoom(cell.Kernel);
            _prepared.Add(cell, kernel);
        }

        return kernel;
    }

    /// <summary>Gives back the memory of every prepared kernel; what is needed again is prepared anew.</summary>
    public void Release() => MakeRoom();

    public void Dispose() => MakeRoom();

    /// <summary>
    /// Kernels of one shard stay prepared side by side, and together may need more memory than any of them alone (n^2 scratch each).
    /// A cell is out of memory only when it does not fit by itself, so the others make room first.
    /// </summary>
    private IPreparedKernel PrepareOrMakeRoom(KernelSpec kernel)
    {
        try
        {
            return device.Prepare(kernel, input);
        }
        catch (Exception problem) when (problem is DeviceOutOfMemoryException or OutOfMemoryException && _prepared.Count > 0)
        {
            MakeRoom();
        }

        return device.Prepare(kernel, input);
    }

    private void MakeRoom()
    {
        foreach (var kernel in _prepared.Values)
        {
            kernel.Dispose();
        }

        _prepared.Clear();
    }

    private CellFacts Facts(KernelSpec kernel, double prepareSeconds, double verifySeconds)
    {
        var definition = KernelCatalogue.Find(kernel.Name);
        return new CellFacts(
            definition?.IsDataDependent, definition?.CompulsoryBytes(input.Spec, kernel) ?? input.Spec.TensorBytes, prepareSeconds, verifySeconds, PeakMemory.Bytes(), ceilings,
            KernelTheory.Predict(input.Spec, kernel, verifier.Rows));
    }

    private (VerifiedCell? Right, CellResult? Ended) Prepare(CellWork? cell, KernelSpec kernel)
    {
        var dense = KernelDefinition.DenseFlops(input.Spec);
        IPreparedKernel? prepared = null;
        try
        {
            var started = Stopwatch.GetTimestamp();
            prepared = PrepareOrMakeRoom(kernel);
            var launch = prepared.Launch(1);
            prepared.ReadOutput(_output);
            var begun = Stopwatch.GetTimestamp();
            var prepareSeconds = Stopwatch.GetElapsedTime(started, begun).TotalSeconds;
            var verdict = verifier.Check(kernel, _output);
            var facts = Facts(kernel, prepareSeconds, Stopwatch.GetElapsedTime(begun).TotalSeconds);
            var useful = KernelCatalogue.Find(kernel.Name)?.UsefulFlops(input.Spec, kernel, verdict.KeptPairs) ?? dense;
            if (verdict.IsRight)
            {
                var phases = cell is null || launch.HostMicroseconds > LongLaunchUs ? null : prepared.MeasurePhases()?.ToImmutableSortedDictionary(StringComparer.Ordinal);
                var right = new VerifiedCell(cell, kernel, verdict, useful, dense, phases, facts);
                _prepared.Add(right, prepared);
                prepared = null;
                return (right, null);
            }

            return (null, Ended(Outcome.WrongResult, verdict.WhyWrong, verdict.Error, verdict.KeptPairs, useful, facts));
        }
        catch (KernelUnsupportedException problem)
        {
            return (null, Ended(Outcome.Unsupported, problem.Message));
        }
        catch (Exception problem) when (problem is DeviceOutOfMemoryException or OutOfMemoryException)
        {
            return (null, Ended(Outcome.OutOfMemory, problem.Message));
        }
        catch (Exception problem)
        {
            // A managed exception leaves the process whole: the kernel gave no right result, and the shard's other cells go on.
            return (null, Ended(Outcome.WrongResult, $"{problem.GetType().Name}: {problem.Message}"));
        }
        finally
        {
            prepared?.Dispose();
        }

        CellResult? Ended(Outcome outcome, string? detail, KernelError? error = null, double kept = 0, double useful = 0, CellFacts? facts = null) =>
            cell is null ? null : new CellResult(cell.CellId, outcome, detail ?? outcome.Name(), error, kept, useful, dense, [], Facts: facts);
    }
}

/// <summary>A kernel whose output was right.</summary>
/// <param name="Cell">Null for a dense baseline that is no cell of the shard.</param>
internal sealed record VerifiedCell(CellWork? Cell, KernelSpec Kernel, KernelVerifier.Verdict Verdict, double UsefulFlops, double DenseFlops, ImmutableSortedDictionary<string, double>? Phases, CellFacts Facts)
{
    public CellResult Result(IReadOnlyList<TrialResult> trials) =>
        new(Cell!.CellId, Outcome.Ok, null, Verdict.Error, Verdict.KeptPairs, UsefulFlops, DenseFlops, trials, Phases, Facts);

    public bool Equals(VerifiedCell? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
