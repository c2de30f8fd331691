using Npgsql;

namespace AttnSweep.Storage.Connections;

/// <summary>Reads connection strings in both usual forms. Pure.</summary>
internal static class ConnectionStrings
{
    /// <exception cref="ConnectionStringProblemException">The text is neither form.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new ConnectionStringProblemException("the database's connection string is empty; give host, database and user, or a postgresql:// URL");
        }

        var isUrl = text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase);
        var builder = isUrl ? ParseUrl(text) : ParsePairs(text);
        if (string.IsNullOrEmpty(builder.Host))
        {
            throw new ConnectionStringProblemException("the connection string names no host; add Host=... (or postgresql://host/database)");
        }

        return builder;
    }

    /// <summary>The same login under a role and its limits. They are start-up options because those survive the
    /// DISCARD ALL with which a pooled connection is reset; the effect of SET ROLE does not (both tried on PostgreSQL 15).</summary>
    public static NpgsqlConnectionStringBuilder ForRole(NpgsqlConnectionStringBuilder login, DatabaseRole role)
    {
        var builder = new NpgsqlConnectionStringBuilder(login.ConnectionString);
        builder.ApplicationName ??= "attnsweep";
        var options = $"-c role={role.Name()} -c timezone=UTC";
        if (role == DatabaseRole.Reader)
        {
            options += " -c default_transaction_read_only=on -c statement_timeout=120s";
        }

        builder.Options = string.IsNullOrEmpty(builder.Options) ? options : $"{builder.Options} {options}";
        return builder;
    }

    public static string Name(this DatabaseRole role) => role switch
    {
        DatabaseRole.Owner => "attnsweep_owner",
        DatabaseRole.App => "attnsweep_app",
        _ => "attnsweep_reader",
    };

    /// <summary>
    /// Statements are planned once and by index: planning a grant took longer (7 ms) than granting to 32 devices (2 ms), and a plan made from the
    /// statistics of a table that a submission has just filled would read all of it.
    /// </summary>
    public static void PlanOnce(NpgsqlConnectionStringBuilder builder)
    {
        builder.MaxAutoPrepare = 64;
        builder.AutoPrepareMinUsages = 2;
        builder.Options += " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off";
    }

    private static NpgsqlConnectionStringBuilder ParsePairs(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception problem) when (problem is ArgumentException or FormatException)
        {
            // The parser's message may quote the text, and with it a password.
            throw new ConnectionStringProblemException(
                "the connection string cannot be understood; expected Host=...;Port=...;Database=...;Username=...;Password=... or a postgresql:// URL");
        }
    }

    private static NpgsqlConnectionStringBuilder ParseUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            throw new ConnectionStringProblemException("the postgresql:// URL cannot be understood; expected postgresql://user:password@host:port/database");
        }

        var builder = new NpgsqlConnectionStringBuilder { Host = Uri.UnescapeDataString(url.Host) };
        if (url.Port > 0)
        {
            builder.Port = url.Port;
        }

        var user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
        {
            builder.Username = Uri.UnescapeDataString(user[0]);
        }

        if (user.Length > 1)
        {
            builder.Password = Uri.UnescapeDataString(user[1]);
        }

        if (url.AbsolutePath.Length > 1)
        {
            builder.Database = Uri.UnescapeDataString(url.AbsolutePath[1..]);
        }

        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            Set(builder, Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        }

        return builder;
    }

    private static void Set(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        // libpq's names where they differ from Npgsql's.
        var keyword = name switch
        {
            "sslmode" => "SSL Mode",
            "connect_timeout" => "Timeout",
            "application_name" => "Application Name",
            "sslrootcert" => "Root Certificate",
            "user" => "Username",
            "dbname" => "Database",
            _ => name,
        };
        try
        {
            builder[keyword] = keyword == "SSL Mode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception problem) when (problem is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new ConnectionStringProblemException($"the postgresql:// URL has the parameter '{name}', which is not known or cannot have that value");
        }
    }
}
