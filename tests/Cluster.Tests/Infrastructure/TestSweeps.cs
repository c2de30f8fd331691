namespace AttnSweep.Cluster.Tests.Infrastructure;

/// <summary>Small sweeps for tests: tiny inputs, short series.</summary>
internal static class TestSweeps
{
    /// <summary>12 cells, 2 inputs.</summary>
    public const string Small = """
        name: small
        input:
          model: independent
        axes:
          n: [64]
          d: [16]
          sigma: [1.0]
          seed: 1..2
        kernels:
          - flash
          - topk: { k: [n/16, n/8] }
          - threshold: { epsilon: 1/n }
          - window: { width: n/8 }
          - block-topk: { block: 16, keep: n/4 }
        backends: [cpu-simd]
        sparsity: { rows: 64 }
        measure: { preset: quick, trials: 1, min_seconds: 0.001, max_seconds: 0.05, warm_up_seconds: 0.001 }
        """;

    /// <summary>576 cells, 96 inputs, some 20 seconds of device time.</summary>
    public const string Many = """
        name: many
        input:
          model: independent
        axes:
          n: [64, 128]
          d: [16, 32]
          sigma: [1.0, 1.5]
          seed: 1..12
        kernels:
          - flash
          - topk: { k: [n/16, n/8] }
          - threshold: { epsilon: 1/n }
          - window: { width: n/8 }
          - block-topk: { block: 16, keep: n/4 }
        backends: [cpu-simd]
        sparsity: { rows: 64 }
        measure: { preset: quick, trials: 1, min_seconds: 0.03, max_seconds: 0.1, warm_up_seconds: 0.005 }
        """;

    /// <summary>8 cells in 2 shards, each some seconds long, so that what is leased can be looked up and hit.</summary>
    public const string Slow = """
        name: slow
        input:
          model: independent
        axes:
          n: [64, 128]
          d: [16]
          sigma: [1.0]
          seed: [1]
        kernels:
          - flash
          - topk: { k: n/8 }
          - window: { width: n/8 }
          - threshold: { epsilon: 1/n }
        backends: [cpu-simd]
        sparsity: { rows: 64 }
        measure: { preset: quick, trials: 2, min_seconds: 0.5, max_seconds: 0.6, warm_up_seconds: 0.005 }
        """;
}
