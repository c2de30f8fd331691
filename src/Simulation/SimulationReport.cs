namespace AttnSweep.Simulation;

/// <summary>What came out of a simulation. Times are of the virtual clock, in seconds.</summary>
/// <param name="Cells">Cells of all runs.</param>
/// <param name="Shards">Shards as planned.</param>
/// <param name="Grants">Attempts granted, second ones beside a first included.</param>
/// <param name="MakespanSeconds">From the first submission to the last result.</param>
/// <param name="LowerBoundSeconds">No schedule is shorter: all planned work at the speed of all nodes that may do it, and the longest cell on the fastest.</param>
/// <param name="Ratio">Makespan over lower bound.</param>
/// <param name="WasteShare">Share of the device time that went into attempts whose results were not used, and into overhead that splitting repeated.</param>
/// <param name="IdleShare">Share of the devices' time without work before the end of their backend's work, down times left out.</param>
/// <param name="Fairness">Jain's index of the device time of runs of one priority while all of them had work queued: 1 is equal.</param>
/// <param name="CoordinatorLoad">Share of the makespan that the coordinator was busy.</param>
/// <param name="CoordinatorQueueSeconds">The longest that a message waited for it.</param>
/// <param name="EtaErrorShare">Error of the time left that was told after 10 % of the cost, as a share of the time that was left.</param>
/// <param name="Lost">Cells without a result: 0, or the rules are broken.</param>
/// <param name="Duplicated">Cells recorded twice: 0 likewise.</param>
/// <param name="OldGrantsRefused">Grants that a superseded coordinator asked for, and did not get.</param>
/// <param name="StaleReports">Reports that came too late.</param>
public sealed record SimulationReport(
    int Nodes, int Cells, int Shards, int Seed, long Grants, double MakespanSeconds, double LowerBoundSeconds, double Ratio,
    double WasteShare, double IdleShare, double Fairness, double CoordinatorLoad, double CoordinatorQueueSeconds, double CoordinatorMessagesPerSecond,
    double EtaErrorShare, long Lost, long Duplicated, long OldGrantsRefused, long StaleReports, long Splits, long SecondAttempts,
    int NodesLost, int Quarantined, int Coordinators, IReadOnlyDictionary<string, long> Outcomes, IReadOnlyList<SimulatedRunReport> Runs,
    IReadOnlyList<SimulatedBackendReport> Backends);

/// <param name="SubmittedAt">When it came.</param>
/// <param name="EndedAt">When its last cell had a result.</param>
public sealed record SimulatedRunReport(string Name, int Priority, int Cells, double SubmittedAt, double StartedAt, double EndedAt, double DeviceSeconds);

/// <param name="EndedAt">When its last cell had a result.</param>
public sealed record SimulatedBackendReport(string Backend, int Nodes, double Speed, double LowerBoundSeconds, double EndedAt);
