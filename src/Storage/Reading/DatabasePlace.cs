using System.Globalization;
using AttnSweep.Storage.Connections;

namespace AttnSweep.Storage.Reading;

/// <summary>Which database a connection string means, whoever connects and however it is written.</summary>
public static class DatabasePlace
{
    /// <param name="connectionString">Npgsql form or postgresql:// URL.</param>
    /// <exception cref="DatabaseProblemException">The connection string is not understood.</exception>
    public static string Of(string connectionString)
    {
        var named = ConnectionStrings.Parse(connectionString);
        return string.Create(CultureInfo.InvariantCulture, $"{named.Host}:{named.Port}/{named.Database}");
    }
}
