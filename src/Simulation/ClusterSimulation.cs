using AttnSweep.Scheduling;
using AttnSweep.Simulation.Cluster;
using AttnSweep.Simulation.Dispatch;
using AttnSweep.Simulation.Workload;

namespace AttnSweep.Simulation;

/// <summary>
/// A whole cluster on a virtual clock: planning, granting, fencing and scheduling are the product's own code, nodes and network are simulated. The
/// same options give the same report, to the last digit.
/// </summary>
public sealed class ClusterSimulation
{
    private const double AskAgainAfter = 5;
    private const double DetectAfter = 9;
    private const double LeaseSeconds = 30;

    private readonly SimulationOptions _options;
    private readonly PlannedWork _work;
    private readonly List<SimulatedNode> _nodes;
    private readonly EventQueue _clock = new();
    private readonly SimulatedCoordinator _coordinator;
    private readonly Random _random;
    private readonly FaultPlan _faults;
    private readonly FairnessWatch _fairness;
    private readonly double _planned;
    private readonly CoordinatorLine _line;

    private ClusterSimulation(SimulationOptions options)
    {
        _options = options;
        _work = new PlannedWork(options);
        _nodes = ClusterShape.Of(options, _work);
        _random = new Random(options.Seed);
        _coordinator = new SimulatedCoordinator(_work, _nodes, _clock, new LeaseRules());
        _line = new CoordinatorLine(_clock, _coordinator.Totals, _random, options.Faults);
        _faults = FaultPlan.Of(options, _work.Cells);
        _fairness = new FairnessWatch(_coordinator);
        _planned = _work.Shards.Sum(s => s.Overhead + Enumerable.Range(s.FirstCell, s.Count).Sum(_work.Estimated));
    }

    /// <param name="tell">Hears now and then how far it is, 0 to 1.</param>
    public static SimulationReport Run(SimulationOptions options, Action<double>? tell = null, CancellationToken cancellation = default) =>
        new ClusterSimulation(options).Run(tell ?? (_ => { }), cancellation);

    private SimulationReport Run(Action<double> tell, CancellationToken cancellation)
    {
        var bound = LowerBound.Of(_work, _nodes);
        foreach (var run in _coordinator.Runs)
        {
            _clock.After(run.Run.SubmittedAt * bound.Seconds, () => Submit(run));
        }

        foreach (var node in _nodes)
        {
            _clock.After(_random.NextDouble(), () => Ask(node, 0));
        }

        _faults.Schedule(_clock, bound.Seconds, _nodes, Die, Pause, ChangeCoordinator);
        _clock.After(1, Tick);
        var told = 0;
        while (_coordinator.CellsLeft > 0 && _clock.Next())
        {
            cancellation.ThrowIfCancellationRequested();
            if (_clock.Now > (20 * bound.Seconds) + 3600)
            {
                throw new InvalidOperationException(FormattableString.Invariant(
                    $"the simulated cluster does not come to an end: {_coordinator.CellsLeft} cells are left after {_clock.Now:0} s"));
            }

            var share = (int)(20.0 * (_work.Cells - _coordinator.CellsLeft) / _work.Cells);
            if (share > told)
            {
                tell((told = share) / 20.0);
            }
        }

        return ReportWriter.Of(_options, _work, _nodes, _coordinator, _clock, bound, _fairness);
    }

    private void Submit(SimulatedRunState run)
    {
        _coordinator.Submit(run);
        WakeIdle();
    }

    /// <summary>Every second: what the coordinator looks at by itself.</summary>
    private void Tick()
    {
        _fairness.Look();
        _coordinator.Totals.CoordinatorBusy += _nodes.Count(n => n.Working is not null) * CoordinatorLine.ServiceSeconds / 50;
        _coordinator.NoteForecast(_planned);
        _clock.After(1, Tick);
    }

    private void Ask(SimulatedNode node, int incarnation)
    {
        if (node.Incarnation != incarnation || node.Phase == NodePhase.Down || node.Working is not null)
        {
            return;
        }

        _line.Send(() => Ask(node, incarnation), () =>
        {
            if (node.Incarnation != incarnation || node.Phase == NodePhase.Down || node.Working is not null)
            {
                return;
            }

            if (_coordinator.Grant(node) is not { } attempt)
            {
                _clock.After(AskAgainAfter, () => Ask(node, incarnation));
                return;
            }

            if (_line.Loses())
            {
                // The grant never arrives: nobody renews the lease.
                _clock.After(LeaseSeconds, () => GiveUp(attempt));
                _clock.After(CoordinatorLine.ResendAfter, () => Ask(node, incarnation));
                return;
            }

            _clock.After(_line.Travel(), () => Begin(attempt, incarnation));
        });
    }

    private void Begin(Attempt attempt, int incarnation)
    {
        var node = attempt.Node;
        if (node.Incarnation != incarnation || node.Phase == NodePhase.Down || node.Working is not null)
        {
            _clock.After(LeaseSeconds, () => GiveUp(attempt));
            return;
        }

        node.Working = attempt;
        node.LastInput = attempt.Shard.Input;
        var seconds = attempt.Shard.Overhead;
        foreach (var cell in attempt.Cells)
        {
            var real = _work.Real((int)cell);
            if (_faults.Poisoned.Contains(cell) || (node.Broken && _random.NextDouble() < 0.3))
            {
                attempt.Poison = cell;
                seconds += real / 2;
                break;
            }

            seconds += real;
        }

        attempt.Ends = _clock.Now + (seconds / node.Speed);
        _clock.After(attempt.Ends - _clock.Now, () => End(attempt, incarnation));
    }

    private void End(Attempt attempt, int incarnation)
    {
        var node = attempt.Node;
        if (node.Incarnation != incarnation || node.Working != attempt)
        {
            return;
        }

        if (attempt.Ends > _clock.Now + 1e-9)
        {
            // It was paused meanwhile.
            _clock.After(attempt.Ends - _clock.Now, () => End(attempt, incarnation));
            return;
        }

        Stop(attempt);
        if (attempt.Poison is not null)
        {
            Say(() => _coordinator.Return(attempt, _coordinator.Epoch));
        }
        else
        {
            node.Unsent.Add(attempt);
            Report(attempt);
        }

        Ask(node, incarnation);
    }

    private void Stop(Attempt attempt)
    {
        attempt.Spent = _clock.Now - attempt.Begun;
        attempt.Node.Busy += attempt.Spent;
        attempt.Node.Working = null;
        _coordinator.Ended(attempt);
    }

    /// <summary>Until it is acknowledged: again after five seconds.</summary>
    private void Report(Attempt attempt)
    {
        var node = attempt.Node;
        if (!node.Unsent.Contains(attempt) || node.Phase == NodePhase.Down)
        {
            return;
        }

        _line.Send(() => Report(attempt), () =>
        {
            var answer = _coordinator.Record(attempt, _coordinator.Epoch);
            if (answer == GateAnswer.Recorded)
            {
                if (SimulatedCoordinator.Other(attempt) is { } other)
                {
                    _clock.After(LeaseSeconds / 12, () => Drop(other));
                }
            }

            if (_line.Loses())
            {
                _clock.After(CoordinatorLine.ResendAfter, () => Report(attempt));
                return;
            }

            _clock.After(_line.Travel(), () => node.Unsent.Remove(attempt));
        });
    }

    /// <summary>A renewal told the worker that somebody else has it.</summary>
    private void Drop(Attempt attempt)
    {
        if (attempt.Node.Working == attempt && attempt.Node.Phase == NodePhase.Up)
        {
            Stop(attempt);
            _coordinator.Totals.Wasted += attempt.Spent;
            Ask(attempt.Node, attempt.Node.Incarnation);
        }
    }

    private void GiveUp(Attempt attempt)
    {
        if (attempt.Node.Working != attempt)
        {
            _coordinator.Ended(attempt);
            _coordinator.Lose(attempt);
            WakeIdle();
        }
    }

    private void Say(Action handled) => _line.Send(() => Say(handled), () =>
    {
        handled();
        WakeIdle();
    });

    /// <summary>Devices without work hear that there is some.</summary>
    private void WakeIdle()
    {
        foreach (var node in _nodes.Where(n => n.Working is null && n.Phase == NodePhase.Up && !n.Quarantined && _coordinator.Queues.HasAny(n.Backend)))
        {
            var incarnation = node.Incarnation;
            _clock.After(_line.Travel(), () => Ask(node, incarnation));
        }
    }

    private void Die(SimulatedNode node)
    {
        if (node.Phase != NodePhase.Up)
        {
            return;
        }

        _coordinator.Totals.NodesLost++;
        (node.Phase, node.DownSince) = (NodePhase.Down, _clock.Now);
        node.Incarnation++;
        node.LastInput = null;
        if (node.Working is { } attempt)
        {
            Stop(attempt);
            _coordinator.Totals.Wasted += attempt.Spent;
            _clock.After(DetectAfter, () => GiveUp(attempt));
        }

        _clock.After(30 + (60 * _random.NextDouble()), () =>
        {
            node.Phase = NodePhase.Up;
            node.Down += _clock.Now - node.DownSince;
            node.Unsent.ToList().ForEach(Report);
            Ask(node, node.Incarnation);
        });
    }

    /// <summary>It stands still past its lease and wakes up: what it reports then is judged by its attempt.</summary>
    private void Pause(SimulatedNode node)
    {
        if (node.Phase != NodePhase.Up)
        {
            return;
        }

        var length = 40 + (80 * _random.NextDouble());
        node.Phase = NodePhase.Paused;
        if (node.Working is { } attempt)
        {
            attempt.Ends += length;
            _clock.After(DetectAfter, () =>
            {
                _coordinator.Lose(attempt);
                WakeIdle();
            });
        }

        _clock.After(length, () =>
        {
            node.Phase = NodePhase.Up;
            Ask(node, node.Incarnation);
        });
    }

    private void ChangeCoordinator()
    {
        var old = _coordinator.Epoch;
        _line.Break(15);
        _clock.After(15, () =>
        {
            _coordinator.Epoch++;
            _coordinator.Totals.Coordinators++;
            for (var i = 0; i < 8; i++)
            {
                var node = _nodes[_random.Next(_nodes.Count)];
                _clock.After(i, () => _coordinator.GrantAsOld(node, old));
            }
        });
    }
}
