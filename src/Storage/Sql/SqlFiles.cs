using System.Reflection;

namespace AttnSweep.Storage.Sql;

/// <summary>The files of the repository's <c>sql</c> folder, embedded in this assembly.</summary>
public static class SqlFiles
{
    private static readonly Assembly Home = typeof(SqlFiles).Assembly;

    /// <summary>Names and texts of one folder, in the order of their names.</summary>
    /// <param name="folder">migrations, views, statements or queries.</param>
    public static IReadOnlyList<SqlFile> Folder(string folder)
    {
        var prefix = $"sql/{folder}/";
        return [.. Home.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new SqlFile(name[prefix.Length..], Text(name)))];
    }

    /// <summary>A statement that the code runs: <c>sql/statements/{name}.sql</c>.</summary>
    internal static string Statement(string name) => Text($"sql/statements/{name}.sql");

    private static string Text(string resource)
    {
        using var stream = Home.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the assembly was built without {resource}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

public sealed record SqlFile(string Name, string Text);
