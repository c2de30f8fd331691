using System.Globalization;
using System.Text;
using AttnSweep.Tests.Infrastructure;

namespace AttnSweep.Tests;

/// <summary>docs/schema.md says what the database says.</summary>
public sealed class SchemaPageTests(PostgresFixture postgres)
{
    private const string Marker = "<!-- generated below this line -->\n";

    private const string Columns =
        """
        SELECT c.relname::text AS relation, c.relkind = 'v' AS is_view, obj_description(c.oid, 'pg_class') AS meaning,
               a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
               col_description(c.oid, a.attnum) AS column_meaning
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
        ORDER BY c.relkind = 'r', c.relname, a.attnum
        """;

    [Fact]
    public async Task The_schema_page_is_true()
    {
        await using var store = await Store.CreateAsync(postgres);
        var expected = Page(await store.AskAllAsync<ColumnRow>(Columns));
        var path = Path.Combine(RepositoryRoot(), "docs", "schema.md");
        var text = (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n");
        var split = text.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length;
        Assert.True(split >= Marker.Length, "docs/schema.md has lost the line that its generated part begins with");

        if (Environment.GetEnvironmentVariable("ATTNSWEEP_UPDATE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(path, text[..split] + expected);
            return;
        }

        Assert.Equal(expected, text[split..]);
    }

    private static string Page(IReadOnlyList<ColumnRow> columns)
    {
        var page = new StringBuilder();
        foreach (var kind in columns.GroupBy(c => c.IsView))
        {
            page.Append(kind.Key ? "\n## Views\n" : "\n## Tables\n");
            foreach (var relation in kind.GroupBy(c => c.Relation))
            {
                page.Append(CultureInfo.InvariantCulture, $"\n### {relation.Key}\n{relation.First().Meaning}\n\n| column | type | meaning |\n|---|---|---|\n");
                foreach (var column in relation)
                {
                    var type = column.Type.Replace("timestamp with time zone", "timestamptz", StringComparison.Ordinal);
                    page.Append(CultureInfo.InvariantCulture, $"| `{column.Name}` | {type}{(column.Required || column.IsView ? "" : ", may be null")} | {column.ColumnMeaning} |\n");
                }
            }
        }

        return page.ToString();
    }

    private static string RepositoryRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Cluster.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"no Cluster.sln above {AppContext.BaseDirectory}");
    }

    private sealed record ColumnRow(string Relation, bool IsView, string Meaning, string Name, string Type, bool Required, string ColumnMeaning);
}
