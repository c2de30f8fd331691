using System.Globalization;
using System.Text.Json.Nodes;
using AttnSweep.Catalogue;
using AttnSweep.Sweeps;
using NJsonSchema;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace AttnSweep.SweepFiles.Tests;

/// <summary>sweeps/sweep.schema.json, which editors use, knows what the reader knows.</summary>
public sealed class SchemaTests
{
    private static readonly string Text = ReadyMadeSweeps.Text("sweep.schema.json");
    private static readonly JsonObject Tree = JsonNode.Parse(Text)!.AsObject();

    public static TheoryData<string> Names => [.. ReadyMadeSweeps.Names];

    [Theory, MemberData(nameof(Names))]
    public async Task A_ready_made_sweep_fits_and_names_the_schema(string name)
    {
        var schema = await JsonSchema.FromJsonAsync(Text);
        var text = ReadyMadeSweeps.Text(name);

        Assert.StartsWith("# yaml-language-server: $schema=sweep.schema.json\n", text, StringComparison.Ordinal);
        Assert.Empty(schema.Validate(Json(text)));
    }

    [Theory]
    [InlineData("kernels:", "kernel:")]
    [InlineData("name: quick", "name: ''")]
    [InlineData("model: independent", "model: gaussian")]
    [InlineData("- flash", "- flahs")]
    [InlineData("- flash", "- flash: { k: 3 }")]
    [InlineData("k: [n/16, n/8]", "kk: n/8")]
    [InlineData("block: 64, ", "")]
    [InlineData("[cpu-simd]", "[cpu]")]
    [InlineData("[cpu-simd]", "cpu-simd")]
    [InlineData("{ rows: 256 }", "true")]
    [InlineData("preset: quick", "preset: fast")]
    [InlineData("preset: quick", "warmup_seconds: 1")]
    [InlineData("  sigma:", "  sgima:")]
    [InlineData("[32, 64]", "[]")]
    public async Task What_the_reader_refuses_the_schema_refuses_too(string sound, string wrong)
    {
        var schema = await JsonSchema.FromJsonAsync(Text);
        var text = ReadyMadeSweeps.Text("quick.yaml");
        Assert.Contains(sound, text, StringComparison.Ordinal);
        var spoilt = text.Replace(sound, wrong);

        Assert.NotEmpty(schema.Validate(Json(spoilt)));
        Assert.NotEmpty(SweepFile.Read(spoilt, "spoilt.yaml").Mistakes);
    }

    [Fact]
    public void It_lists_the_kernels_with_their_parameters()
    {
        var entries = Tree["properties"]!["kernels"]!["items"]!["anyOf"]!;
        var maps = entries[1]!["properties"]!.AsObject();

        Assert.Equal(KernelCatalogue.All.Where(k => k.Parameters.Count == 0).Select(k => k.Name).Order(), Strings(entries[0]!["enum"]!).Order());
        Assert.Equal(KernelCatalogue.All.Select(k => k.Name).Order(), maps.Select(m => m.Key).Order());
        foreach (var kernel in KernelCatalogue.All.Where(k => k.Parameters.Count > 0))
        {
            if (kernel.TakesOneParameter)
                Assert.Equal((1, 1), ((int)maps[kernel.Name]!["minProperties"]!, (int)maps[kernel.Name]!["maxProperties"]!));
            else
                Assert.Equal(kernel.Parameters.Select(p => p.Name), Strings(maps[kernel.Name]!["required"]!));
            Assert.Equal(kernel.Parameters.Select(p => p.Name), maps[kernel.Name]!["properties"]!.AsObject().Select(p => p.Key));
        }

        Assert.Equal(KernelCatalogue.All.Select(k => k.Name), Strings(Excluded("kernel")));
    }

    [Fact]
    public void It_lists_the_backends_models_and_presets()
    {
        Assert.Equal(Backends.All, Strings(Tree["properties"]!["backends"]!["items"]!["enum"]!));
        Assert.Equal(Backends.All, Strings(Excluded("backend")));
        Assert.Equal(InputModels.All, Strings(Tree["properties"]!["input"]!["properties"]!["model"]!["enum"]!));
        Assert.Equal(MeasureRules.Presets.Keys, Strings(Tree["properties"]!["measure"]!["properties"]!["preset"]!["enum"]!));
    }

    private static JsonNode Excluded(string key) => Tree["properties"]!["exclude"]!["items"]!["anyOf"]![1]!["properties"]![key]!["enum"]!;

    private static string[] Strings(JsonNode list) => [.. list.AsArray().Select(n => n!.GetValue<string>())];

    /// <summary>YAML as an editor's language server hands it to a schema.</summary>
    private static string Json(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return Convert(stream.Documents[0].RootNode)?.ToJsonString() ?? "null";
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, Convert(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" } => null,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } flag => JsonValue.Create(flag.Value == "true"),
        YamlScalarNode { Style: ScalarStyle.Plain } plain when double.TryParse(plain.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        YamlScalarNode text => JsonValue.Create(text.Value),
        _ => throw new InvalidOperationException($"unexpected {node.NodeType}"),
    };
}
