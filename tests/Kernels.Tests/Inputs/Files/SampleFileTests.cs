using AttnSweep.Kernels.Inputs;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Inputs.Files;

/// <summary>sweeps/inputs/sample.safetensors, which sweeps/models.yaml reads, is made here and from nothing else.</summary>
public sealed class SampleFileTests
{
    /// <summary>Closer to a real head than plain Gaussians: weights, correlated tokens, normalised rows, two outlier channels, bfloat16.</summary>
    private static readonly InputSpec Source = new(InputModels.Xwx, 1, 256, 32, 1, 2404, false)
    {
        Options = new() { Norm = 8, LayerNorm = true, Rho = 0.5, Outliers = 2, OutlierScale = 3, MeanV = 0.25, DType = StorageTypes.Brain },
    };

    [Fact]
    public void It_is_what_the_test_makes_and_what_the_sweep_names()
    {
        var input = AttentionInput.Create(Source);
        var made = SafetensorsWriter.File("BF16", [Source.N, Source.D], ("Q", input.Q), ("K", input.K), ("V", input.V));
        var path = Path.Combine(Root, "sweeps", "inputs", "sample.safetensors");
        if (Environment.GetEnvironmentVariable("ATTNSWEEP_UPDATE_DOCS") == "1")
            File.WriteAllBytes(path, made);

        Assert.Equal(SafetensorsWriter.Digest(made), SafetensorsWriter.Digest(File.ReadAllBytes(path)));
        Assert.Contains(SafetensorsWriter.Digest(made), File.ReadAllText(Path.Combine(Root, "sweeps", "models.yaml")), StringComparison.Ordinal);
        var options = new InputOptions { FilePath = path, FileSha256 = SafetensorsWriter.Digest(made) };
        Assert.Equal(input.K, AttentionInput.Create(new InputSpec(InputModels.File, 1, 256, 32, 1, 0, false) { Options = options }).K);
    }

    private static string Root
    {
        get
        {
            var directory = new DirectoryInfo(AppContext.BaseDirectory);
            while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Cluster.sln")))
                directory = directory.Parent;
            return directory?.FullName ?? throw new InvalidOperationException($"no Cluster.sln above {AppContext.BaseDirectory}");
        }
    }
}
