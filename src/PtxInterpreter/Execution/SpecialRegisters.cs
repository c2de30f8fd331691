using System.Runtime.CompilerServices;
using AttnSweep.PtxInterpreter.Decoding;

namespace AttnSweep.PtxInterpreter.Execution;

internal static class SpecialRegisters
{
    /// <summary>Writes a special register's values, for all lanes of a warp, to its place in a frame.</summary>
    public static void Fill(Frame frame, SpecialRegister register, int word, Warp warp)
    {
        ref var first = ref frame.At<uint>(word);
        for (var lane = 0; lane < Warp.Size; lane++)
            Unsafe.Add(ref first, lane) = Value(register, warp, lane);
    }

    private static uint Value(SpecialRegister register, Warp warp, int lane)
    {
        var launch = warp.Launch;
        var (shape, grid, block) = (launch.BlockShape, launch.Grid, warp.Block.Position);
        var thread = shape.At((warp.Index * Warp.Size) + lane);
        var bit = 1u << lane;
        return register switch
        {
            SpecialRegister.TidX => (uint)thread.X,
            SpecialRegister.TidY => (uint)thread.Y,
            SpecialRegister.TidZ => (uint)thread.Z,
            SpecialRegister.NtidX => (uint)shape.X,
            SpecialRegister.NtidY => (uint)shape.Y,
            SpecialRegister.NtidZ => (uint)shape.Z,
            SpecialRegister.CtaidX => (uint)block.X,
            SpecialRegister.CtaidY => (uint)block.Y,
            SpecialRegister.CtaidZ => (uint)block.Z,
            SpecialRegister.NctaidX => (uint)grid.X,
            SpecialRegister.NctaidY => (uint)grid.Y,
            SpecialRegister.NctaidZ => (uint)grid.Z,
            SpecialRegister.LaneId => (uint)lane,
            SpecialRegister.WarpId => (uint)warp.Index,
            SpecialRegister.NwarpId => (uint)((launch.BlockThreads + Warp.Size - 1) / Warp.Size),
            SpecialRegister.LanemaskEq => bit,
            SpecialRegister.LanemaskLt => bit - 1,
            SpecialRegister.LanemaskLe => bit | (bit - 1),
            SpecialRegister.LanemaskGt => ~(bit | (bit - 1)),
            SpecialRegister.LanemaskGe => ~(bit - 1),
            SpecialRegister.DynamicSmemSize => (uint)launch.DynamicSharedBytes,
            SpecialRegister.TotalSmemSize => (uint)(launch.DynamicSharedBytes + launch.Program.StaticSharedBytes),
            _ => throw new ArgumentOutOfRangeException(nameof(register)),
        };
    }
}
