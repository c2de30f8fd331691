using AttnSweep.SweepFiles.Reading;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace AttnSweep.SweepFiles.Yaml;

/// <summary>
/// The file as a tree with positions. Built from YamlDotNet's events: its object mapping loses the positions, and its own
/// tree stops at the first duplicate key.
/// </summary>
internal sealed class SweepTree
{
    private const int MaxDepth = 20;

    private readonly Parser _parser;
    private readonly MistakeList _mistakes;
    private int _depth;

    private SweepTree(string text, MistakeList mistakes)
    {
        _parser = new Parser(new StringReader(text));
        _mistakes = mistakes;
    }

    /// <summary>The root, or null when the text is no YAML or has no content; that is reported then.</summary>
    public static SweepNode? Read(string text, MistakeList mistakes)
    {
        try
        {
            return new SweepTree(text, mistakes).Document();
        }
        catch (YamlException e)
        {
            mistakes.Add(Place.Of(e.Start), $"bad YAML: {Lowered(e.Message)}", SyntaxAdvice(text, e));
            return null;
        }
        catch (TooDeepException e)
        {
            mistakes.Add(e.Place, $"more than {MaxDepth} levels of nesting", "a sweep file needs four");
            return null;
        }
    }

    private SweepNode? Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out var end))
        {
            _mistakes.Add(new Place(1, 1), "an empty file", "would begin with 'name: ...'");
            return null;
        }

        _parser.Consume<DocumentStart>();
        var root = Node();
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second))
            _mistakes.Add(Place.Of(second.Start), "a second document", "a file holds one sweep");
        return root;
    }

    private SweepNode Node()
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            _mistakes.Add(Place.Of(alias.Start), $"the alias '*{alias.Value}'", "would be the values themselves: sweep files have no anchors");
            return new BrokenNode(Place.Of(alias.Start));
        }

        if (_parser.Accept<NodeEvent>(out var node) && !node.Anchor.IsEmpty)
            _mistakes.Add(Place.Of(node.Start), $"the anchor '&{node.Anchor.Value}'", "would be left out: sweep files have no anchors");
        if (_parser.TryConsume<Scalar>(out var scalar))
            return ScalarNode.Of(scalar);
        if (_parser.Accept<SequenceStart>(out var sequence) && ++_depth > MaxDepth)
            throw new TooDeepException(Place.Of(sequence.Start));
        if (_parser.Accept<MappingStart>(out var mapping) && ++_depth > MaxDepth)
            throw new TooDeepException(Place.Of(mapping.Start));
        SweepNode made = sequence is not null ? Sequence() : Mapping();
        _depth--;
        return made;
    }

    private SequenceNode Sequence()
    {
        var start = _parser.Consume<SequenceStart>();
        var items = new List<SweepNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
            items.Add(Node());
        return new SequenceNode(Place.Of(start.Start), start.Style == SequenceStyle.Flow ? SplitFormulas.Mend(items, _mistakes) : items);
    }

    private MappingNode Mapping()
    {
        var start = _parser.Consume<MappingStart>();
        var entries = new List<MappingEntry>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = Node();
            var value = Node();
            if (key is not ScalarNode name)
                _mistakes.Add(key.Place, $"{key.Described} as a key", "would be a word");
            else if (entries.Find(e => e.Key.Text == name.Text) is { } first)
                _mistakes.Add(name.Place, $"'{name.Text}' a second time", $"it was given in line {first.Key.Place.Line} already");
            else
                entries.Add(new MappingEntry(name, value));
        }

        return new MappingNode(Place.Of(start.Start), start.Style == MappingStyle.Flow ? SplitFormulas.Mend(entries, _mistakes) : entries);
    }

    private static string Lowered(string message)
    {
        var text = message.TrimEnd('.');
        return text.Length == 0 ? "unreadable" : char.ToLowerInvariant(text[0]) + text[1..];
    }

    private static string SyntaxAdvice(string text, YamlException e)
    {
        var line = text.Split('\n').ElementAtOrDefault((int)e.Start.Line - 1) ?? "";
        return line.TrimStart(' ').StartsWith('\t') ? "would be indented with spaces, not tabs"
            : "check the indentation, the brackets, and the quotes of what contains ': ' or ' #'";
    }

    private sealed class TooDeepException(Place place) : Exception
    {
        public Place Place { get; } = place;
    }
}
