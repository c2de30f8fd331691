using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Coordinator.Dispatch;
using AttnSweep.Protocol;

namespace AttnSweep.Clustering.Tests.Dispatch;

public sealed class WorkerRosterTests
{
    private const string Node = "akka.tcp://attnsweep@127.0.0.1:5001";
    private static readonly DateTimeOffset Now = Examples.Noon;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    [Fact]
    public void A_worker_is_admitted_and_then_known()
    {
        var (admission, roster) = WorkerRoster.Empty.Introduce(Examples.Introduction(), Node, Now);
        Assert.Null(Assert.IsType<Admission.Admitted>(admission).ReplacedIncarnation);

        var (standing, _) = roster.Hear(Request(), Now);
        var worker = Assert.IsType<Standing.Known>(standing).Worker;
        Assert.Equal((Examples.Worker, Node), (worker.Name, worker.Node));
        Assert.Equal(Examples.Cpu, worker.Device(Examples.Device));
        Assert.Null(worker.Device("cuda:0"));
    }

    [Fact]
    public void Another_protocol_version_is_refused_with_both_versions_named()
    {
        var (admission, roster) = WorkerRoster.Empty.Introduce(Examples.Introduction(version: 99), Node, Now);
        var reason = Assert.IsType<Admission.Refused>(admission).Reason;
        Assert.Contains("protocol 99", reason, StringComparison.Ordinal);
        Assert.Contains($"coordinator {DispatchProtocol.Version}", reason, StringComparison.Ordinal);
        Assert.IsType<Standing.Unknown>(roster.Hear(Request(), Now).Standing);
    }

    [Fact]
    public void The_newer_process_of_a_name_wins_and_the_older_is_turned_away()
    {
        var (admission, roster) = Met().Introduce(Examples.Introduction(incarnation: "newer"), Node, Now);
        Assert.Equal(Examples.Incarnation, Assert.IsType<Admission.Admitted>(admission).ReplacedIncarnation);

        Assert.IsType<Standing.Known>(roster.Hear(Request("newer"), Now).Standing);
        var (standing, _) = roster.Hear(Request(), Now);
        Assert.Contains(Examples.Worker, Assert.IsType<Standing.Replaced>(standing).Reason, StringComparison.Ordinal);
        var (again, after) = roster.Introduce(Examples.Introduction(), Node, Now);
        Assert.IsType<Admission.Refused>(again);
        Assert.Equal("newer", after.Workers[Examples.Worker].Incarnation);
    }

    [Fact]
    public void A_worker_that_introduces_itself_again_replaces_nobody()
    {
        var (admission, roster) = Met().Introduce(Examples.Introduction(), Node, Now);
        Assert.Null(Assert.IsType<Admission.Admitted>(admission).ReplacedIncarnation);
        Assert.Single(roster.Workers);
        Assert.Empty(roster.Replaced);
    }

    [Fact]
    public void Who_never_introduced_itself_is_unknown_and_so_is_an_unmet_process_of_a_known_name()
    {
        Assert.IsType<Standing.Unknown>(WorkerRoster.Empty.Hear(Request(), Now).Standing);
        Assert.IsType<Standing.Unknown>(Met().Hear(Request("unmet"), Now).Standing);
    }

    [Fact]
    public void An_unreachable_worker_is_lost_after_the_grace_and_not_before()
    {
        var roster = Met().Unreachable(Node, Now).Unreachable(Node, Now.AddSeconds(2));

        (var lost, roster) = roster.Lose(Now.AddSeconds(2.9), Grace);
        Assert.Empty(lost);
        (lost, roster) = roster.Lose(Now.AddSeconds(3), Grace);
        Assert.Equal([Examples.Worker], lost.Select(w => w.Name));
        Assert.IsType<Standing.Unknown>(roster.Hear(Request(), Now).Standing);
        Assert.Empty(roster.Lose(Now.AddSeconds(9), Grace).Lost);
    }

    [Fact]
    public void A_worker_that_is_reachable_again_or_is_heard_from_is_not_lost()
    {
        var unreachable = Met().Unreachable(Node, Now);
        Assert.Empty(unreachable.Reachable(Node).Lose(Now.AddMinutes(1), Grace).Lost);
        Assert.Empty(unreachable.Hear(Request(), Now.AddSeconds(1)).Next.Lose(Now.AddMinutes(1), Grace).Lost);
    }

    [Fact]
    public void Trouble_with_one_node_is_no_trouble_for_the_others()
    {
        var roster = Met().Introduce(Examples.Introduction("lab-2", "other"), "akka.tcp://attnsweep@127.0.0.1:5002", Now).Next.Unreachable(Node, Now);
        Assert.Equal([Examples.Worker], roster.Lose(Now.AddSeconds(3), Grace).Lost.Select(w => w.Name));
    }

    [Fact]
    public void Processes_are_present_while_their_node_can_be_reached()
    {
        Assert.Equal([Examples.Incarnation], Met().Present);
        Assert.Empty(Met().Unreachable(Node, Now).Present);
        Assert.Empty(Met().Leave(Examples.Worker).Present);
    }

    [Fact]
    public void Workers_heard_from_lately_are_told_in_order()
    {
        var roster = Met().Introduce(Examples.Introduction("a", "1"), Node, Now.AddSeconds(5)).Next.Introduce(Examples.Introduction("B", "2"), Node, Now.AddSeconds(6)).Next;
        Assert.Equal(["B", "a"], roster.HeardSince(Now.AddSeconds(5)));
        Assert.Equal(["B", "a", Examples.Worker], roster.Hear(Request(), Now.AddSeconds(7)).Next.HeardSince(Now.AddSeconds(5)));
    }

    private static WorkerRoster Met() => WorkerRoster.Empty.Introduce(Examples.Introduction(), Node, Now).Next;

    private static DispatchProtocol.RequestShard Request(string incarnation = Examples.Incarnation) => new(Examples.Worker, incarnation, Examples.Device);
}
