namespace AttnSweep.Sparsity;

/// <summary>
/// Names of the metrics (definitions: paper sections 1 and 4F). p is a softmax row over the visible keys, s its scores, n the number of visible keys.
/// </summary>
public static class SparsityMetrics
{
    /// <summary>Standard deviation of the row's scores.</summary>
    public const string TauRms = "tau_rms";

    /// <summary>#{p &lt;= 1/n} / n.</summary>
    public const string FracLeInvN = "frac_le_inv_n";

    /// <summary>#{p &lt;= 0.1/n} / n.</summary>
    public const string FracLeTenthInvN = "frac_le_tenth_inv_n";

    /// <summary>#{p &gt; 1e-3}.</summary>
    public const string CountGt1E3 = "count_gt_1e_3";

    /// <summary>Mass of the ceil(n/8) largest p.</summary>
    public const string TopN8Mass = "top_n8_mass";

    /// <summary>Mass of the ceil(sqrt n) largest p.</summary>
    public const string TopSqrtNMass = "top_sqrt_n_mass";

    /// <summary>Smallest k with 1 - (top-k mass) &lt;= 0.1, divided by n.</summary>
    public const string KTv01Frac = "k_tv_0_1_frac";

    /// <summary>Smallest k with 1 - (top-k mass) &lt;= 0.01, divided by n.</summary>
    public const string KTv001Frac = "k_tv_0_01_frac";

    /// <summary>-sum p ln p, in nats.</summary>
    public const string Entropy = "entropy";

    /// <summary>n sum p^2.</summary>
    public const string NSumP2 = "n_sum_p2";

    /// <summary>ln sum exp(s) - ln n.</summary>
    public const string LseMinusLnN = "lse_minus_ln_n";

    /// <summary>max p.</summary>
    public const string MaxP = "max_p";

    /// <summary>#{p &lt;= 10/n} / n.</summary>
    public const string FracLeTenInvN = "frac_le_ten_inv_n";

    /// <summary>#{p &gt; 1e-2}.</summary>
    public const string CountGt1E2 = "count_gt_1e_2";

    /// <summary>#{p &gt; 1e-4}.</summary>
    public const string CountGt1E4 = "count_gt_1e_4";

    /// <summary>Smallest k with 1 - (top-k mass) &lt;= 0.05, divided by n.</summary>
    public const string KTv005Frac = "k_tv_0_05_frac";

    /// <summary>exp(entropy) / n: the share of keys that an equally spread row of that entropy would have.</summary>
    public const string EffectiveFrac = "effective_frac";

    /// <summary>n sum over rows i of p_ij^2, over the keys j: HyperAttention's alpha is its maximum. No column of the store; only where every row was sampled.</summary>
    public const string Alpha = "alpha";

    /// <summary>Metrics that are stored with the others (<c>metrics</c> of <c>v_sparsity</c>) and have no column.</summary>
    public static IReadOnlyList<string> WithoutColumn { get; } = [FracLeTenInvN, CountGt1E2, CountGt1E4, KTv005Frac, EffectiveFrac];

    /// <summary>The metrics in the order of the view's columns.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        TauRms, FracLeInvN, FracLeTenthInvN, CountGt1E3, TopN8Mass, TopSqrtNMass,
        KTv01Frac, KTv001Frac, Entropy, NSumP2, LseMinusLnN, MaxP,
    ];
}
