using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace AttnSweep.SweepFiles.Yaml;

/// <summary>A position in the file, 1-based.</summary>
internal readonly record struct Place(int Line, int Column) : IComparable<Place>
{
    public static Place Of(Mark mark) => new((int)mark.Line, (int)mark.Column);

    public int CompareTo(Place other) => Line != other.Line ? Line.CompareTo(other.Line) : Column.CompareTo(other.Column);
}

/// <summary>A part of the file that remembers where it stood.</summary>
internal abstract record SweepNode(Place Place)
{
    /// <summary>What it is, for messages.</summary>
    public abstract string Described { get; }
}

/// <param name="Style">Plain, quoted or a block.</param>
/// <param name="OnOneLine">Only then can a position inside the text be given.</param>
internal sealed record ScalarNode(Place Place, string Text, ScalarStyle Style, bool OnOneLine) : SweepNode(Place)
{
    public bool IsNothing => Style == ScalarStyle.Plain && Text is "" or "~" or "null";

    public override string Described => IsNothing ? "nothing" : $"'{Text}'";

    /// <summary>Where a character of the text stands in the file; the start, where quoting makes that unknowable.</summary>
    public Place At(int offset) => (OnOneLine, Style) switch
    {
        (true, ScalarStyle.Plain) => Place with { Column = Place.Column + offset },
        (true, ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted) => Place with { Column = Place.Column + 1 + offset },
        _ => Place,
    };

    public static ScalarNode Of(Scalar scalar)
    {
        var (start, end) = (scalar.Start, scalar.End);
        var quoted = scalar.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted;
        var straight = start.Line == end.Line && (!quoted || end.Column - start.Column == scalar.Value.Length + 2);
        return new ScalarNode(Place.Of(start), scalar.Value, scalar.Style, straight);
    }
}

internal sealed record SequenceNode(Place Place, IReadOnlyList<SweepNode> Items) : SweepNode(Place)
{
    public override string Described => "a list";
}

internal sealed record MappingNode(Place Place, IReadOnlyList<MappingEntry> Entries) : SweepNode(Place)
{
    public override string Described => "a map";
}

internal sealed record MappingEntry(ScalarNode Key, SweepNode Value);

/// <summary>A part that was reported already; readers step over it in silence.</summary>
internal sealed record BrokenNode(Place Place) : SweepNode(Place)
{
    public override string Described => "something unreadable";
}
