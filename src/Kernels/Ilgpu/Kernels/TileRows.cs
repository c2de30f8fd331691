using ILGPU;

namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>Which rows of a tensor (over all heads) a tile holds.</summary>
public interface ITileRows
{
    /// <summary>The row of the tensor at place <paramref name="r"/> of the tile.</summary>
    int At(int r);
}

public readonly record struct ConsecutiveRows(int First) : ITileRows
{
    public int At(int r) => First + r;
}

/// <summary>Rows by list, each less <paramref name="Offset"/>; or consecutive ones from <paramref name="First"/> on.</summary>
public readonly record struct ListedRows(ArrayView<int> List, int First, int Offset, int IsListed) : ITileRows
{
    public int At(int r) => IsListed != 0 ? List[First + r] - Offset : First + r;
}
