using System.Text.Json;
using System.Text.Json.Serialization;
using AttnSweep.Results;

namespace AttnSweep.Protocol;

/// <summary>
/// What a worker and its runner say to each other: one JSON object a line, work on the runner's standard input, events on
/// its standard output. A person can say it too.
/// </summary>
public static class RunnerProtocol
{
    [JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
    [JsonDerivedType(typeof(Ready), "ready")]
    [JsonDerivedType(typeof(CellStarted), "cell-started")]
    [JsonDerivedType(typeof(CellFinished), "cell-finished")]
    [JsonDerivedType(typeof(SparsityMeasured), "sparsity-measured")]
    [JsonDerivedType(typeof(ShardFinished), "shard-finished")]
    [JsonDerivedType(typeof(WorkRefused), "work-refused")]
    public abstract record Event;

    /// <summary>The device is open.</summary>
    public sealed record Ready(DeviceInfo Device) : Event;

    /// <summary>A cell is being verified or timed from now on; its deadline counts from here, anew for each stage.</summary>
    /// <param name="Stage">input, sparsity, verify or trial.</param>
    /// <param name="CellId">Null for the stages that belong to the whole shard.</param>
    /// <param name="Share">Share of the shard's stages done, 0..1.</param>
    public sealed record CellStarted(string Stage, long? CellId, double Share) : Event;

    public sealed record CellFinished(CellResult Result) : Event;

    public sealed record SparsityMeasured(SparsityResult Result) : Event;

    public sealed record ShardFinished(long ShardId, int Attempt) : Event;

    /// <summary>The line could not be understood or the device cannot be used.</summary>
    public sealed record WorkRefused(string Reason) : Event;
}

/// <summary>One set of JSON rules for the runner's lines, the wire and the spool.</summary>
public static class ProtocolJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
            RespectRequiredConstructorParameters = true,
            MaxDepth = 32,
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
