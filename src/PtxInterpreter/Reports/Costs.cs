using System.Collections.Immutable;
using System.Numerics;
using AttnSweep.PtxInterpreter.Decoding;
using AttnSweep.PtxInterpreter.Operations;

namespace AttnSweep.PtxInterpreter.Reports;

/// <summary>Counts while a launch runs, by instruction.</summary>
internal sealed class Costs(int operations)
{
    private const int SectorBytes = 32, Banks = 32, BankBytes = 4;

    private readonly Counter[] _counters = new Counter[operations];
    private readonly ulong[] _distinct = new ulong[Banks * Banks];
    private readonly int[] _perBank = new int[Banks];
    private long _divergentUniform;

    private struct Counter
    {
        public long Warps, Threads, Accesses, Sectors, Wavefronts, Conflicts, Divergences;
    }

    public void Count(Operation operation, uint mask)
    {
        ref var counter = ref _counters[operation.Index];
        counter.Warps++;
        counter.Threads += BitOperations.PopCount(mask);
    }

    public void CountDivergence(Operation operation, bool isUniform)
    {
        _counters[operation.Index].Divergences++;
        if (isUniform)
            _divergentUniform++;
    }

    /// <summary>A warp's access to global memory. Accesses are aligned to their size, so none crosses a sector.</summary>
    public void CountSectors(Operation operation, ReadOnlySpan<ulong> addresses, int bytes)
    {
        var count = 0;
        foreach (var address in addresses)
        {
            var sector = address / SectorBytes;
            if (count > 0 && _distinct[count - 1] == sector)
                continue;
            if (!_distinct.AsSpan(0, count).Contains(sector))
                _distinct[count++] = sector;
        }

        ref var counter = ref _counters[operation.Index];
        counter.Sectors += count;
        counter.Accesses++;
    }

    /// <summary>
    /// A warp's access to shared memory: up to 4 bytes a lane in one pass where no two words share a bank; 8 bytes in two passes of
    /// half a warp, 16 bytes in four of a quarter.
    /// </summary>
    public void CountBanks(Operation operation, ReadOnlySpan<ulong> addresses, int bytes)
    {
        var words = Math.Max(1, bytes / BankBytes);
        var lanes = Banks / words;
        long passes = 0, least = 0;
        for (var from = 0; from < addresses.Length; from += lanes)
        {
            passes += Passes(addresses[from..Math.Min(addresses.Length, from + lanes)], words);
            least++;
        }

        ref var counter = ref _counters[operation.Index];
        counter.Wavefronts += passes;
        counter.Conflicts += passes - least;
    }

    private int Passes(ReadOnlySpan<ulong> addresses, int words)
    {
        Array.Clear(_perBank);
        var passes = 1;
        foreach (var address in addresses)
        {
            for (var w = 0; w < words; w++)
            {
                var word = (address / BankBytes) + (ulong)w;
                var bank = (int)(word % Banks);
                var known = _distinct.AsSpan(bank * Banks, _perBank[bank]);
                if (known.Contains(word))
                    continue;
                _distinct[(bank * Banks) + _perBank[bank]++] = word;
                passes = Math.Max(passes, _perBank[bank]);
            }
        }

        return passes;
    }

    public LaunchReport Report(string kernel, Program program, ImmutableArray<Finding> findings, bool isAborted)
    {
        var byClass = new SortedDictionary<InstructionClass, InstructionCount>();
        var lines = ImmutableArray.CreateBuilder<LineCosts>();
        foreach (var operation in program.Operations)
        {
            var c = _counters[operation.Index];
            if (c.Warps == 0)
                continue;
            var count = new InstructionCount(c.Warps, c.Threads);
            byClass[operation.Class] = byClass.GetValueOrDefault(operation.Class) + count;
            lines.Add(new LineCosts(operation.Line, operation.Text, count, c.Sectors, c.Wavefronts, c.Conflicts, c.Divergences));
        }

        var costs = new LaunchCosts(
            byClass.ToImmutableSortedDictionary(), _counters.Sum(c => c.Sectors), _counters.Sum(c => c.Accesses),
            _counters.Sum(c => c.Wavefronts), _counters.Sum(c => c.Conflicts), _counters.Sum(c => c.Divergences), _divergentUniform);
        return new LaunchReport(kernel, findings, isAborted, costs, lines.ToImmutable());
    }
}
