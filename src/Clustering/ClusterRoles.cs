namespace AttnSweep.Clustering;

/// <summary>What a node is for. The split-brain resolver counts coordinators only, so that losing workers never stops them.</summary>
public static class ClusterRoles
{
    public const string Coordinator = "coordinator";
    public const string Worker = "worker";
}
