using AttnSweep.PtxInterpreter.Decoding;
using AttnSweep.PtxInterpreter.Operations;
using AttnSweep.PtxInterpreter.Reports;

namespace AttnSweep.PtxInterpreter.Execution;

/// <summary>One launch while it runs: its shape, its findings and its costs. Blocks run one after another, warps in turns from barrier to barrier.</summary>
internal sealed class Launch(Program program, Function entry, Dim3 grid, Dim3 block, int dynamicSharedBytes, byte[] arguments, PtxOptions options)
{
    private readonly Dictionary<(FindingKind, int), Finding> _findings = [];
    private readonly Dictionary<Function, Stack<Frame>> _frames = [];

    public Program Program { get; } = program;

    public Function Entry { get; } = entry;

    public Dim3 Grid { get; } = grid;

    public Dim3 BlockShape { get; } = block;

    public int DynamicSharedBytes { get; } = dynamicSharedBytes;

    public byte[] Arguments { get; } = arguments;

    public PtxOptions Options { get; } = options;

    public Costs Costs { get; } = new(program.Operations.Count);

    /// <summary>Grows with every barrier: orders accesses.</summary>
    public int Epoch { get; set; } = 1;

    public int BlockThreads { get; } = (int)block.Size;

    public LaunchReport Run()
    {
        foreach (var region in Program.Memory.Space.Regions)
            region.Shadow?.Clear();
        var isAborted = false;
        try
        {
            var shared = Program.SharedSpace(DynamicSharedBytes);
            for (long index = 0; index < Grid.Size; index++)
                new Block(this, index, shared).Run();
        }
        catch (AbortedException)
        {
            isAborted = true;
        }

        return Costs.Report(Entry.Name, Program, [.. _findings.Values.OrderBy(f => f.Line).ThenBy(f => f.Kind)], isAborted);
    }

    /// <summary>Notes a fault; of the same kind at the same line only the number grows.</summary>
    public void Find(FindingKind kind, Operation operation, Block block, int thread, string detail)
    {
        if (_findings.TryGetValue((kind, operation.Line), out var known))
        {
            _findings[(kind, operation.Line)] = known with { Occurrences = known.Occurrences + 1 };
            return;
        }

        _findings[(kind, operation.Line)] = new Finding(kind, operation.Line, operation.Text, block.Position, thread, detail, 1);
        if (_findings.Count >= Options.MaxFindings)
            throw new AbortedException();
    }

    /// <summary>Whether the details of a fault are still wanted: they cost time.</summary>
    public bool IsNew(FindingKind kind, Operation operation) => !_findings.ContainsKey((kind, operation.Line));

    public Frame Rent(Function function)
    {
        if (!_frames.TryGetValue(function, out var free))
            _frames[function] = free = new Stack<Frame>();
        if (!free.TryPop(out var frame))
            return new Frame(function);
        frame.Reset();
        return frame;
    }

    public void Return(Frame frame) => _frames[frame.Function].Push(frame);
}

/// <summary>The launch cannot go on.</summary>
internal sealed class AbortedException : Exception;
