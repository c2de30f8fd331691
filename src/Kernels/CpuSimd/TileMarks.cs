using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// Which scores of a tile (<see cref="ScoreTile"/>) exceed their row's bound: a bit for each of its 32 vectors that has some, and 16 bits for each
/// vector. Vector v is columns 16 (v / 8) .. of row v % 8, so that vectors that follow one another belong to different lists.
/// </summary>
internal static unsafe class TileMarks
{
    /// <summary>Numbers that the marks of a tile take.</summary>
    public const int Length = 32;

    private const int LanesAt = 16;

    public static bool Supported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    public static uint Lanes(uint* marks, int vector) => ((ushort*)(marks + LanesAt))[vector];

    /// <param name="bounds">Of the tile's rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compare(float* scores, float* bounds, uint* marks)
    {
        var lanes = (ushort*)(marks + LanesAt);
        for (var row = 0; row < ScoreTile.Rows; row++, scores += ScoreTile.Keys, lanes++)
        {
            var bound = Vector512.Create(bounds[row]);
            lanes[0] = (ushort)Vector512.GreaterThan(Vector512.Load(scores), bound).ExtractMostSignificantBits();
            lanes[8] = (ushort)Vector512.GreaterThan(Vector512.Load(scores + 16), bound).ExtractMostSignificantBits();
            lanes[16] = (ushort)Vector512.GreaterThan(Vector512.Load(scores + 32), bound).ExtractMostSignificantBits();
            lanes[24] = (ushort)Vector512.GreaterThan(Vector512.Load(scores + 48), bound).ExtractMostSignificantBits();
        }

        marks[0] = ~(uint)Vector512.Equals(Vector512.Load((ushort*)(marks + LanesAt)), Vector512<ushort>.Zero).ExtractMostSignificantBits();
    }
}
