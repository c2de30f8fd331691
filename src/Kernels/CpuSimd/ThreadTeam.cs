namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// The caller and a few threads of its own that share out numbered blocks by an atomic counter. No thread pool: a launch takes
/// microseconds, and what else the process does must not decide how many threads it gets.
/// </summary>
internal sealed class ThreadTeam : IDisposable
{
    private readonly Thread[] _workers;
    private readonly SemaphoreSlim _start = new(0);
    private Action<int, int>? _job;
    private Exception? _failure;
    private int _blocks;
    private int _next;
    private int _running;
    private bool _stopping;

    public ThreadTeam(int size)
    {
        Size = size;
        _workers = new Thread[size - 1];
        for (var i = 0; i < _workers.Length; i++)
        {
            var member = i + 1;
            _workers[i] = new Thread(() => Work(member)) { IsBackground = true, Name = $"cpu-simd {member}" };
            _workers[i].Start();
        }
    }

    /// <summary>Threads, the caller included.</summary>
    public int Size { get; }

    /// <summary>Calls <paramref name="job"/>(block, member) for every block; member is 0 .. Size - 1 and no two run as one member at a time.</summary>
    public void Run(int blocks, Action<int, int> job)
    {
        if (Size == 1 || blocks == 1)
        {
            for (var block = 0; block < blocks; block++)
            {
                job(block, 0);
            }

            return;
        }

        (_job, _blocks, _next, _failure) = (job, blocks, 0, null);
        Volatile.Write(ref _running, _workers.Length);
        _start.Release(_workers.Length);
        TakeBlocks(0);
        var spin = new SpinWait();
        while (Volatile.Read(ref _running) > 0)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        if (_failure is not null)
        {
            throw new InvalidOperationException("A thread of the cpu-simd team failed.", _failure);
        }
    }

    public void Dispose()
    {
        _stopping = true;
        if (_workers.Length > 0)
        {
            _start.Release(_workers.Length);
        }

        foreach (var worker in _workers)
        {
            worker.Join();
        }

        _start.Dispose();
    }

    private void Work(int member)
    {
        while (true)
        {
            _start.Wait();
            if (_stopping)
            {
                return;
            }

            // A member that finishes early may take the release meant for another; the counts still match, since each
            // release is one turn and a turn that finds no block left is over at once. Blocks belong to `member`'s scratch.
            TakeBlocks(member);
            Interlocked.Decrement(ref _running);
        }
    }

    private void TakeBlocks(int member)
    {
        try
        {
            for (int block; (block = Interlocked.Increment(ref _next) - 1) < _blocks;)
            {
                _job!(block, member);
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
            Volatile.Write(ref _next, _blocks);
        }
    }
}
