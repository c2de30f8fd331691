using AttnSweep.Catalogue;
using AttnSweep.Kernels.Contract;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Own;
using AttnSweep.Kernels.Reference;
using AttnSweep.Kernels.Tests.Ilgpu;
using AttnSweep.Kernels.Tests.Ptx;
using AttnSweep.Sweeps;
using AttnSweep.Tests.OwnKernels;

namespace AttnSweep.Kernels.Tests.Own;

/// <summary>The worked example under the contract of the built-in kernels.</summary>
[Collection("own")]
public sealed class OwnKernelTests(OwnKernelFixture example)
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void It_is_right_on_the_processor_in_every_case_of_the_contract(int threads)
    {
        using var device = new CpuSimdDevice(threads);
        KernelChecks.AssertRight(device, example.Kernel.Name, ContractCases.All);
    }

    [Fact, Trait("Backend", "ilgpu"), Trait("Category", "slow")]
    public void It_is_right_on_opencl_in_every_case_of_the_contract()
    {
        using var device = OpenClDevice.Open();
        KernelChecks.AssertRight(device, example.Kernel.Name, ContractCases.All);
    }

    [Fact, Trait("Backend", "ilgpu"), Trait("Category", "slow")]
    public void Its_ptx_is_right_and_leaves_no_finding()
    {
        var (device, accelerator) = InterpretedDevice.Open();
        using (device)
        {
            KernelChecks.AssertRight(device, example.Kernel.Name, [ContractCases.Input(n: 35, d: 16), ContractCases.Input(n: 41, d: 32, heads: 2, causal: true)]);
            Assert.Empty(accelerator.Reports.SelectMany(r => r.Findings));
        }
    }

    /// <summary>Counted pairs and declared pairs are two formulas for one thing.</summary>
    [Fact]
    public void It_declares_the_pairs_that_it_keeps()
    {
        foreach (var input in ContractCases.All)
        {
            foreach (var kernel in example.Kernel.Examples(input))
            {
                var kept = Enumerable.Range(0, input.N).Sum(row => example.Kernel.Keep(input, kernel, 0, row, [], 0).Kept.Count);
                Assert.Equal(example.Kernel.ExpectedKeptPairs(input, kernel), (double)input.Heads * kept);
            }
        }
    }

    [Fact]
    public void Its_build_names_assembly_version_and_hash() =>
        Assert.Matches("^Dilated 1\\.0\\.0 sha256:[0-9a-f]{16}$", KernelCatalogue.Find("dilated")!.Build);

    [Fact]
    public void Its_phases_are_told()
    {
        var input = AttentionInput.Create(ContractCases.Input(n: 65, d: 64));
        using var device = new CpuSimdDevice(threads: 2);
        using var prepared = device.Prepare(ContractCases.Middle("dilated", input.Spec), input);
        Assert.True(prepared.MeasurePhases()!["attend"] > 0);
    }

    [Fact]
    public void Without_code_for_a_device_it_is_unsupported_there()
    {
        using var device = new CpuSimdDevice(threads: 1);
        var e = Assert.Throws<KernelUnsupportedException>(() => device.Prepare(KernelSpec.Plain(KernelWithoutCode.TheName), AttentionInput.Create(ContractCases.Input(4, 8))));
        Assert.Contains("has no code for cpu-simd", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_is_added_once() =>
        Assert.Throws<ArgumentException>(() => KernelCatalogue.Add([example.Kernel]));
}

/// <summary>Adds the example to this process's catalogue, as the program does when it starts.</summary>
public sealed class OwnKernelFixture : IDisposable
{
    private readonly string _folder = OwnKernelBuild.NewFolder();

    public OwnKernelFixture()
    {
        Kernel = Assert.Single(OwnKernelFolder.Load(_folder));
        KernelCatalogue.Add([Kernel, new KernelWithoutCode()]);
    }

    public OwnKernel Kernel { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

[CollectionDefinition("own")]
public sealed class OwnKernels : ICollectionFixture<OwnKernelFixture>;

/// <summary>Declares everything, and runs nowhere.</summary>
public sealed class KernelWithoutCode : OwnKernel
{
    public const string TheName = "without-code";

    public override string Name => TheName;

    public override string Summary => "runs nowhere";

    public override IReadOnlyList<ParameterDefinition> Parameters => [];

    public override double ExpectedKeptPairs(InputSpec input, KernelSpec kernel) => input.VisiblePairs;

    public override double UsefulFlops(InputSpec input, KernelSpec kernel, double keptPairs) => 0;

    public override long MemoryBytes(InputSpec input, KernelSpec kernel) => input.TensorBytes;

    public override KeptKeys Keep(InputSpec input, KernelSpec kernel, int head, int row, ReadOnlySpan<double> scores, double scoreError) => new();

    public override IEnumerable<KernelSpec> Examples(InputSpec input) => [KernelSpec.Plain(Name)];
}
