namespace AttnSweep.Sweeps;

/// <summary>What a sweep varies, in the order in which points are listed: seed runs fastest.</summary>
public enum Axis
{
    N,
    D,
    Sigma,
    Heads,
    Causal,
    Seed,
}

/// <summary>One point of a sweep's grid: everything of an input but its model.</summary>
public readonly record struct AxisPoint(int N, int D, double Sigma, int Heads, bool Causal, long Seed)
{
    /// <summary>Stands for the axes where there are none: in the values of an axis itself.</summary>
    public static AxisPoint None { get; }

    public double this[Axis axis] => axis switch
    {
        Axis.N => N,
        Axis.D => D,
        Axis.Sigma => Sigma,
        Axis.Heads => Heads,
        Axis.Causal => Causal ? 1 : 0,
        _ => Seed,
    };

    /// <summary>The point for the end of a sentence.</summary>
    public string Where => N == 0 ? "" : $" at n = {N}, d = {D}, sigma = {Numbers.Text(Sigma)}, seed = {Seed}";
}
