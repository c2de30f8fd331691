using System.Text;

namespace AttnSweep.Worker.Runners;

/// <summary>Lines of a stream that may hold garbage: a line over the limit ends the reading instead of filling the memory.</summary>
internal sealed class BoundedLines(TextReader reader, int limit)
{
    private readonly char[] _buffer = new char[16 << 10];
    private readonly StringBuilder _line = new();
    private int _at;
    private int _filled;

    /// <summary>The next line, or null at the end.</summary>
    /// <exception cref="InvalidDataException">The line is longer than the limit.</exception>
    public async Task<string?> ReadAsync()
    {
        _line.Clear();
        while (true)
        {
            if (_at == _filled)
            {
                _filled = await reader.ReadAsync(_buffer);
                _at = 0;
                if (_filled == 0)
                {
                    return _line.Length > 0 ? _line.ToString() : null;
                }
            }

            var end = Array.IndexOf(_buffer, '\n', _at, _filled - _at);
            var taken = (end < 0 ? _filled : end) - _at;
            if (_line.Length + taken > limit)
            {
                throw new InvalidDataException($"a line of more than {limit} characters");
            }

            _line.Append(_buffer, _at, taken);
            _at = end < 0 ? _filled : end + 1;
            if (end >= 0)
            {
                return _line.ToString();
            }
        }
    }
}
