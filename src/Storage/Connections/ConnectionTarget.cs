namespace AttnSweep.Storage.Connections;

/// <summary>The parts of a connection string that other programs need.</summary>
public sealed record ConnectionTarget(string Host, int Port, string Database, string User, string Password)
{
    /// <exception cref="DatabaseProblemException">The connection string cannot be understood.</exception>
    public static ConnectionTarget Of(string connectionString)
    {
        var builder = ConnectionStrings.Parse(connectionString);
        return new ConnectionTarget(builder.Host ?? "localhost", builder.Port, builder.Database ?? builder.Username ?? "postgres", builder.Username ?? "", builder.Password ?? "");
    }

    /// <summary>Never the password.</summary>
    public override string ToString() => $"{User}@{Host}:{Port}/{Database}";
}
