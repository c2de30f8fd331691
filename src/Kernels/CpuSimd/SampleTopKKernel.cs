using System.Runtime.Intrinsics;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Sampling;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// <c>sample-topk</c>: as topk, and then the first keys in the row's random order that are not among the k, with log2 of the number
/// of keys that each stands for added to their scores.
/// </summary>
internal sealed unsafe class SampleTopKKernel : WholeRowKernel
{
    private readonly LargestScores[] _largest;
    private readonly NormalSequence[] _streams;
    private readonly int _samples;

    public SampleTopKKernel(CpuTensors tensors, ThreadTeam team, int k, int samples)
        : base(tensors, team)
    {
        _samples = samples;
        _largest = [.. Enumerable.Range(0, team.Size).Select(_ => new LargestScores(k))];
        _streams = [.. Enumerable.Range(0, tensors.Spec.Heads).Select(head => KeyPermutation.StreamOf(tensors.Spec, head))];
    }

    protected override void BeginBlock(int member) => _largest[member].Begin();

    protected override float Keep(int member, ScoredRow row, Survivors survivors)
    {
        _largest[member].Find(survivors, row.Scores, row.Columns, row.Visible);
        AddSamples(row, survivors);
        new Span<float>(survivors.Scores + survivors.Count, 16).Fill(float.NegativeInfinity);
        return VectorMath.Max(survivors.Scores, (survivors.Count + 15) / 16 * 16);
    }

    /// <summary>Puts the sampled keys behind the k chosen ones.</summary>
    private void AddSamples(ScoredRow row, Survivors survivors)
    {
        var chosen = survivors.Count;
        var others = row.Visible - chosen;
        if (others == 0)
        {
            return;
        }

        if (_samples >= others)
        {
            survivors.Collect(row.Scores, row.Columns, float.NegativeInfinity, orEqual: false);
            return;
        }

        // Of keys that score as the lowest chosen one, those up to the last chosen index are chosen.
        var boundary = float.PositiveInfinity;
        var lastEqual = -1;
        for (var i = 0; i < chosen; i++)
        {
            var score = survivors.Scores[i];
            lastEqual = score <= boundary ? survivors.Indices[i] : lastEqual;
            boundary = Math.Min(boundary, score);
        }

        survivors.Count += Sample(
            survivors, row.Scores, KeyPermutation.Of(_streams[row.Head].Derive((ulong)row.Query), row.Visible), (uint)row.Visible, boundary, lastEqual);
        var bias = MathF.Log2((float)others / _samples);
        foreach (ref var score in new Span<float>(survivors.Scores + chosen, _samples))
        {
            score += bias;
        }
    }

    /// <summary>Eight places at a time; what is taken beyond the last sample is written over. Returns the number of samples.</summary>
    private int Sample(Survivors survivors, float* scores, KeyPermutation order, uint visible, float boundary, int lastEqual)
    {
        var target = survivors.Scores + survivors.Count;
        var indices = survivors.Indices + survivors.Count;
        var keys = stackalloc uint[8];
        var taken = 0;
        for (var place = 0u; taken < _samples; place += 8)
        {
            order.At(Vector256.Create(place) + Vector256.CreateSequence(0u, 1u)).Store(keys);
            for (var lane = 0; lane < 8 && taken < _samples; lane++)
            {
                var key = (int)Math.Min(keys[lane], visible - 1);
                var score = scores[key];
                target[taken] = score;
                indices[taken] = key;
                taken += keys[lane] < visible && (score < boundary || (score == boundary && key > lastEqual)) ? 1 : 0;
            }
        }

        return taken;
    }
}
