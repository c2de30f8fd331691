using AttnSweep.Sweeps;

namespace AttnSweep.Catalogue;

/// <summary>How a part of <c>hyper</c> is computed.</summary>
public enum HyperPartKind
{
    /// <summary>Every pair, and query i of the part sees keys 0..i of it.</summary>
    ExactTriangle,

    /// <summary>Every pair.</summary>
    ExactRectangle,

    /// <summary>Sorted blocks and samples.</summary>
    Estimated,
}

/// <summary>
/// A rectangle of query-key pairs that <c>hyper</c> treats as one attention. The parts of an input cover each visible pair
/// once; a query's output merges those of all parts that hold it.
/// </summary>
public sealed record HyperPart(HyperPartKind Kind, int FirstQuery, int Queries, int FirstKey, int Keys)
{
    /// <summary>
    /// HyperAttention's recursion. Not causal: one part, exact when n is less than <paramref name="minimum"/>. Causal: a
    /// triangle of at most <paramref name="minimum"/> rows is exact; a longer one is cut in halves (the first is the shorter
    /// one), each again a triangle, and the second half's queries attend to the first half's keys as one rectangle, exact when
    /// it has fewer than <paramref name="minimum"/> queries. Order: first half, second half, rectangle.
    /// </summary>
    public static IReadOnlyList<HyperPart> Of(int n, bool causal, int minimum)
    {
        var parts = new List<HyperPart>();
        if (causal)
            AddTriangle(0, n);
        else
            AddRectangle(0, n, 0, n);
        return parts;

        void AddTriangle(int first, int rows)
        {
            if (rows <= Math.Max(1, minimum))
            {
                parts.Add(new HyperPart(HyperPartKind.ExactTriangle, first, rows, first, rows));
                return;
            }

            var half = rows / 2;
            AddTriangle(first, half);
            AddTriangle(first + half, rows - half);
            AddRectangle(first + half, rows - half, first, half);
        }

        void AddRectangle(int firstQuery, int queries, int firstKey, int keys) =>
            parts.Add(new HyperPart(queries < minimum ? HyperPartKind.ExactRectangle : HyperPartKind.Estimated, firstQuery, queries, firstKey, keys));
    }

    public static IReadOnlyList<HyperPart> Of(InputSpec input, KernelSpec kernel) => Of(input.N, input.Causal, kernel.Count("minimum"));

    /// <summary>Blocks of sorted keys; the last may be shorter.</summary>
    public int Blocks(int block) => (int)(((long)Keys + block - 1) / block);

    /// <summary>The block of the query at a place in sorted order. A rectangle may have one query more than keys: it goes into the last block.</summary>
    public int BlockOf(int place, int block) => Math.Min(place / block, Blocks(block) - 1);
}
