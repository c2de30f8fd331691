using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Own;

/// <summary>What an own kernel runs on at the cpu-simd device.</summary>
public sealed class CpuWork
{
    private readonly ThreadTeam _team;

    internal CpuWork(KernelSpec kernel, AttentionInput input, ThreadTeam team) => (Kernel, Input, _team) = (kernel, input, team);

    public KernelSpec Kernel { get; }

    /// <summary>Q, K and V, each heads x n x d. Not to be written.</summary>
    public AttentionInput Input { get; }

    /// <summary>Members of the team, the caller included: as many scratches are needed.</summary>
    public int Threads => _team.Size;

    internal PhaseClock? Clock { get; set; }

    /// <summary>Calls <paramref name="job"/>(block, member) for every block from 0, shared out among the team; no two run as one member at a time.</summary>
    public void Run(int blocks, Action<int, int> job) => _team.Run(blocks, job);

    /// <summary>Begins a phase of the launch, between two calls of <see cref="Run"/>; without any, the whole launch is one.</summary>
    public void Phase(string name) => Clock?.Stage(name);
}
