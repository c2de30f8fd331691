using System.Text.Json;
using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Clustering.Tests.Worker;
using AttnSweep.Protocol;
using AttnSweep.Sweeps;

namespace AttnSweep.Clustering.Tests.Wire;

public sealed class PipeFormTests
{
    /// <summary>What can be computed from the rest is not sent: a reader could not tell which of the two to believe.</summary>
    [Fact]
    public void An_input_is_written_as_what_defines_it() => Assert.Equal(
        """{"model":"independent","heads":2,"n":64,"d":32,"sigma":1.5,"seed":7,"causal":false}""", JsonSerializer.Serialize(Examples.Input, ProtocolJson.Options));

    [Fact]
    public void What_crosses_the_pipe_comes_back_equal()
    {
        var work = Shards.Work(sparsity: new SparsityRules(8), kernels: [Shards.Flash, Shards.TopK(4)]);
        var line = JsonSerializer.Serialize(work, ProtocolJson.Options);
        Assert.DoesNotContain('\n', line);
        var back = JsonSerializer.Deserialize<ShardWork>(line, ProtocolJson.Options)!;
        Assert.Equal(work.Cells, back.Cells);
        Assert.Equal((work.Lease, work.Input, work.Measure, work.Sparsity), (back.Lease, back.Input, back.Measure, back.Sparsity));
    }
}
