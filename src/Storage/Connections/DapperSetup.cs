using System.Data;
using Dapper;

namespace AttnSweep.Storage.Connections;

/// <summary>What Dapper needs to know before its first query.</summary>
internal static class DapperSetup
{
    public static void Apply()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;

        // Npgsql reads timestamptz as DateTime, and Dapper's built-in map for DateTimeOffset wins over a handler until it is removed.
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(new TimestampHandler());
    }

    private sealed class TimestampHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        // Npgsql refuses an offset other than 0 for timestamptz.
        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.ToUniversalTime();

        public override DateTimeOffset Parse(object value) => value is DateTime time
            ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc))
            : (DateTimeOffset)value;
    }
}
