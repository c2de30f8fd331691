namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>Sizes of the tiles of a group, constants to the compiler. Rows are multiples of four, keys of four times the vectors; together they fit into 48 KiB.</summary>
public interface ITileShape
{
    /// <summary>Query rows of a group.</summary>
    int Rows { get; }

    /// <summary>Keys at a time.</summary>
    int Keys { get; }

    /// <summary>The largest d.</summary>
    int HeadDim { get; }

    /// <summary>Vectors of four keys in a thread's patch of scores: 1 or 2.</summary>
    int KeyVectors { get; }
}

public readonly struct Narrow : ITileShape
{
    public int Rows => 32;

    public int Keys => 64;

    public int HeadDim => 64;

    public int KeyVectors => 2;
}

public readonly struct Medium : ITileShape
{
    public int Rows => 32;

    public int Keys => 16;

    public int HeadDim => 128;

    public int KeyVectors => 1;
}

public readonly struct Wide : ITileShape
{
    public int Rows => 16;

    public int Keys => 8;

    public int HeadDim => TiledAttention.MaxHeadDim;

    public int KeyVectors => 1;
}
