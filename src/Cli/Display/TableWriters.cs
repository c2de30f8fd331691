using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace AttnSweep.Cli.Display;

/// <summary>Writes the rows of a query as they come.</summary>
internal interface ITableWriter : IDisposable
{
    void Begin(IReadOnlyList<string> columns);

    void Row(IReadOnlyList<object?> values);

    void End();
}

/// <summary>RFC 4180, header first, NULL as an empty field.</summary>
internal sealed class CsvWriter(TextWriter output) : ITableWriter
{
    public void Begin(IReadOnlyList<string> columns) => Line(columns);

    public void Row(IReadOnlyList<object?> values) => Line(values.Select(Values.Text));

    public void End() => output.Flush();

    public void Dispose() => output.Dispose();

    private void Line(IEnumerable<string> fields) => output.Write(string.Join(',', fields.Select(Quoted)) + "\n");

    private static string Quoted(string field) =>
        field.AsSpan().IndexOfAny("\",\n\r") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

/// <summary>A JSON list of objects.</summary>
internal sealed class JsonRowsWriter(StreamWriter output) : ITableWriter
{
    private readonly Utf8JsonWriter _json = new(output.BaseStream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    private IReadOnlyList<string> _columns = [];

    public void Begin(IReadOnlyList<string> columns)
    {
        _columns = columns;
        _json.WriteStartArray();
    }

    public void Row(IReadOnlyList<object?> values)
    {
        _json.WriteStartObject();
        for (var i = 0; i < values.Count; i++)
        {
            _json.WritePropertyName(_columns[i]);
            Values.WriteJson(_json, values[i]);
        }

        _json.WriteEndObject();
    }

    public void End()
    {
        _json.WriteEndArray();
        _json.Flush();
        output.Write("\n");
        output.Flush();
    }

    public void Dispose()
    {
        _json.Dispose();
        output.Dispose();
    }
}

/// <summary>A table for people.</summary>
internal sealed class ScreenTableWriter(IAnsiConsole console) : ITableWriter
{
    private Table _table = new();

    public void Begin(IReadOnlyList<string> columns) => _table = Screen.NewTable([.. columns]);

    public void Row(IReadOnlyList<object?> values) => _table.AddRow([.. values.Select(v => Markup.Escape(Values.Text(v)))]);

    public void End()
    {
        console.Write(_table);
        console.WriteLine($"{_table.Rows.Count} rows");
    }

    public void Dispose()
    {
        // The console is the program's, not the table's.
    }
}

/// <summary>PostgreSQL values as text and as JSON, the same on every machine.</summary>
internal static class Values
{
    public static string Text(object? value) => value switch
    {
        null => "",
        bool b => b ? "t" : "f",
        double d => d.ToString("R", CultureInfo.InvariantCulture),
        DateTime t => t.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFK", CultureInfo.InvariantCulture),
        Array array => $"{{{string.Join(',', array.Cast<object?>().Select(Text))}}}",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    public static void WriteJson(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool b:
                json.WriteBooleanValue(b);
                break;
            case double d when double.IsFinite(d):
                json.WriteNumberValue(d);
                break;
            case float f when float.IsFinite(f):
                json.WriteNumberValue(f);
                break;
            case decimal or long or int or short:
                json.WriteRawValue(Text(value));
                break;
            case string s when (s.StartsWith('{') || s.StartsWith('[')) && IsJson(s):
                json.WriteRawValue(s);
                break;
            case Array array:
                json.WriteStartArray();
                foreach (var item in array)
                {
                    WriteJson(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(Text(value));
                break;
        }
    }

    /// <summary>jsonb arrives as text; as JSON it is what it was.</summary>
    private static bool IsJson(string text)
    {
        try
        {
            using var _ = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
