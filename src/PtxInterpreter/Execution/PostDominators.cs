using System.Collections.Immutable;

namespace AttnSweep.PtxInterpreter.Execution;

/// <summary>Where the sides of a branch meet again: its immediate post-dominator.</summary>
internal static class PostDominators
{
    /// <param name="successors">
    /// Of each instruction. An instruction that ends threads has none; one that ends only some has the next one, as ended threads
    /// are not waited for.
    /// </param>
    /// <returns>For each instruction the next one that all its ways out pass, or -1.</returns>
    public static int[] Find(ImmutableArray<int[]> successors)
    {
        var exit = successors.Length;
        var order = ReversePostOrder(successors, exit);
        var rank = new int[exit + 1];
        Array.Fill(rank, -1);
        for (var i = 0; i < order.Count; i++)
            rank[order[i]] = i;
        var dominator = new int[exit + 1];
        Array.Fill(dominator, -1);
        dominator[exit] = exit;
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var node in order.Where(n => n != exit))
            {
                var found = -1;
                foreach (var next in Next(successors, node, exit))
                {
                    if (rank[next] >= 0 && dominator[next] >= 0)
                        found = found < 0 ? next : Meet(found, next);
                }

                if (found != dominator[node])
                {
                    dominator[node] = found;
                    changed = true;
                }
            }
        }

        return [.. dominator.Take(exit).Select(d => d == exit ? -1 : d)];

        int Meet(int a, int b)
        {
            while (a != b)
            {
                while (rank[a] > rank[b])
                    a = dominator[a];
                while (rank[b] > rank[a])
                    b = dominator[b];
            }

            return a;
        }
    }

    private static int[] Next(ImmutableArray<int[]> successors, int node, int exit) => successors[node].Length == 0 ? [exit] : successors[node];

    /// <summary>Of the reversed graph, from the exit: a node comes after those that it can go to, loops aside.</summary>
    private static List<int> ReversePostOrder(ImmutableArray<int[]> successors, int exit)
    {
        var predecessors = new List<int>[exit + 1];
        for (var i = 0; i <= exit; i++)
            predecessors[i] = [];
        for (var i = 0; i < exit; i++)
        {
            foreach (var next in Next(successors, i, exit))
                predecessors[next].Add(i);
        }

        var seen = new bool[exit + 1];
        var order = new List<int>();
        var stack = new Stack<(int Node, int Edge)>();
        stack.Push((exit, 0));
        seen[exit] = true;
        while (stack.TryPop(out var at))
        {
            if (at.Edge == predecessors[at.Node].Count)
            {
                order.Add(at.Node);
                continue;
            }

            stack.Push((at.Node, at.Edge + 1));
            var next = predecessors[at.Node][at.Edge];
            if (!seen[next])
            {
                seen[next] = true;
                stack.Push((next, 0));
            }
        }

        order.Reverse();
        return order;
    }
}
