using System.Text.RegularExpressions;
using ILGPU.Runtime.Cuda;

namespace AttnSweep.Kernels.Tests.Ptx;

/// <summary>
/// The text that a CUDA driver would get, function by function, as somebody has last looked at it: whoever changes a kernel, or
/// takes a new ILGPU, sees what changes for a GPU that is not here.
/// </summary>
[Trait("Backend", "ilgpu"), Collection("ilgpu")]
public sealed partial class ApprovedPtxTests
{
    private const string Approve = "ATTNSWEEP_APPROVE";
    private static readonly string Folder = Path.Combine(Root(), "tests", "Kernels.Tests", "Ptx", "Approved");

    public static TheoryData<string> Functions => [.. DeviceFunctionTests.Functions.Keys];

    [Theory, MemberData(nameof(Functions))]
    public void Generated_text_is_the_approved_one(string function)
    {
        var text = Normalise(PtxCompiler.Compile(DeviceFunctionTests.Functions[function], CudaArchitecture.SM_80));
        var file = FileOf(function);
        if (Environment.GetEnvironmentVariable(Approve) == "true")
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(file, text);
        }

        var approved = File.Exists(file) ? File.ReadAllText(file) : "";
        Assert.True(approved == text, $"""
            The PTX of {function} is not the approved one. (- approved, + generated; register numbers left out where more than they has changed)
            {TextDiff.Of(approved, text, line => Registers().Replace(line, "%$1"))}
            If that is meant, approve it and commit the file:
              {Approve}=true dotnet run --project tests/Kernels.Tests -c Release -- -class '*{nameof(ApprovedPtxTests)}'
            """);
    }

    [Fact]
    public void Nothing_is_approved_that_is_gone() => Assert.Equal(
        DeviceFunctionTests.Functions.Keys.Select(FileOf).Order(StringComparer.Ordinal), Directory.GetFiles(Folder).Order(StringComparer.Ordinal));

    [Fact]
    public void A_change_is_shown_by_its_lines_and_not_by_the_numbers_behind_it()
    {
        var diff = TextDiff.Of("ld %f1\nadd %f2, %f1\nst %f2\nret\n", "ld %f1\nneg %f2, %f1\nadd %f3, %f2\nst %f3\nret\n", line => Registers().Replace(line, "%$1"));
        Assert.Equal("  ld %f\n+ neg %f, %f\n  add %f, %f\n  st %f", diff);
    }

    [Fact]
    public void A_change_of_numbers_alone_is_shown_with_them() =>
        Assert.Equal("  ret\n- ld %f1\n+ ld %f2", TextDiff.Of("ret\nld %f1\n", "ret\nld %f2\n", line => Registers().Replace(line, "%$1")));

    /// <summary>ILGPU numbers kernels, and the labels and variables in them, through a process: here from 0 in each text.</summary>
    private static string Normalise(string ptx)
    {
        var names = new Dictionary<string, string>();
        return Numbered().Replace(
            ptx.ReplaceLineEndings("\n"),
            m => names.TryGetValue(m.Value, out var name) ? name : names[m.Value] = $"{m.Groups[1].Value}_{names.Count}");
    }

    private static string FileOf(string function) => Path.Combine(Folder, function.Replace('<', '.').Replace(">", "", StringComparison.Ordinal) + ".ptx");

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Cluster.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"No Cluster.sln above {AppContext.BaseDirectory}.");
        return folder;
    }

    [GeneratedRegex(@"\b(?!sm_)(\w*?[A-Za-z])_(\d+)\b")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"%([a-z]+)\d+")]
    private static partial Regex Registers();
}
