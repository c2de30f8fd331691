using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Memory;

/// <summary>
/// Generic addresses: shared and local memory have a window each, all others are global. Addresses inside a space begin at a
/// small number that is not zero, so that a null pointer hits nothing.
/// </summary>
internal static class Windows
{
    public const ulong Shared = 0x0100_0000_0000;

    public const ulong Local = 0x0200_0000_0000;

    private const ulong Length = 0x0100_0000_0000;

    /// <summary>The space that an access hits; a generic address becomes that space's own.</summary>
    public static StateSpace Resolve(StateSpace space, ref ulong address)
    {
        if (space != StateSpace.Generic)
            return space;
        if (address - Shared < Length)
        {
            address -= Shared;
            return StateSpace.Shared;
        }

        if (address - Local < Length)
        {
            address -= Local;
            return StateSpace.Local;
        }

        return StateSpace.Global;
    }

    /// <summary>What cvta adds.</summary>
    public static ulong Base(StateSpace space) => space switch
    {
        StateSpace.Shared => Shared,
        StateSpace.Local => Local,
        _ => 0,
    };
}
