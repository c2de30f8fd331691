using AttnSweep.Protocol;

namespace AttnSweep.Worker.Runners;

/// <summary>
/// What measures the shards of one device. It tells <see cref="RunnerSaid"/> and <see cref="RunnerDied"/> with the number of its life that
/// <see cref="Give"/> returned; what a life says after <see cref="Kill"/> is told apart by that number.
/// </summary>
internal interface IRunner
{
    /// <summary>What it wrote last for a person; empty where it wrote nothing.</summary>
    string LastWords { get; }

    /// <summary>Begins a shard; one at a time. Returns the number of the life that has it: every death is followed by the next.</summary>
    int Give(ShardWork work);

    /// <summary>Ends what it measures; the next shard begins a new life.</summary>
    void Kill();
}
