using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text;
using AttnSweep.Kernels.Own;
using AttnSweep.Tests.OwnKernels;

namespace AttnSweep.Kernels.Tests.Own;

/// <summary>Folders that cannot be used: one line each, that names the file and says what would be right.</summary>
public sealed class OwnKernelFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attnsweep-own-").FullName;

    [Fact]
    public void A_folder_that_is_not_there() => Refused("is no folder", Path.Combine(_folder, "nowhere"));

    [Fact]
    public void An_empty_folder() => Refused("holds no *.dll");

    [Fact, System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public void A_folder_that_everybody_may_write_to()
    {
        File.SetUnixFileMode(_folder, File.GetUnixFileMode(_folder) | UnixFileMode.OtherWrite);
        Refused("chmod o-w");
    }

    [Fact]
    public void A_file_that_is_no_assembly()
    {
        File.WriteAllText(Path.Combine(_folder, "notes.dll"), "no assembly");
        Refused("notes.dll: it is no .NET assembly that can be loaded");
    }

    [Fact]
    public void An_assembly_without_a_kernel()
    {
        File.Copy(typeof(Catalogue.KernelDefinition).Assembly.Location, Path.Combine(_folder, "Other.dll"));
        Refused("Other.dll: it holds no kernel; one is a public class that derives from AttnSweep.Kernels.Own.OwnKernel");
    }

    [Fact]
    public void Two_kernels_of_one_name()
    {
        File.Copy(OwnKernelBuild.Assembly, Path.Combine(_folder, "A.dll"));
        File.Copy(OwnKernelBuild.Assembly, Path.Combine(_folder, "B.dll"));
        Refused($"B.dll: its kernel 'dilated' has the name of one in {Path.Combine(_folder, "A.dll")}");
    }

    [Fact]
    public void A_kernel_with_the_name_of_a_built_in_one()
    {
        Write("Dilated.dll", Renamed("dilated", "bigbird"));
        Refused("Dilated.dll: its kernel 'bigbird' has the name of a built-in one");
    }

    [Fact]
    public void A_name_that_no_sweep_could_write()
    {
        Write("Dilated.dll", Renamed("dilated", "Dilated"));
        Refused("is named 'Dilated'; a name is of a-z");
    }

    [Fact]
    public void A_kernel_built_against_another_version()
    {
        Write("Dilated.dll", BuiltAgainst("AttnSweep.Kernels", 7));
        Refused("Dilated.dll: it was built against AttnSweep.Kernels 7.1.0.0, and this is 0.1.0.0; build it again");
    }

    [Fact]
    public void A_kernel_built_against_sources_that_had_other_members()
    {
        // The type that PrepareOnGpu takes, under a name that is not there.
        Write("Dilated.dll", Replaced(Encoding.UTF8.GetBytes("GpuWork\0"), Encoding.UTF8.GetBytes("GpuJobs\0")));
        Refused("Dilated.dll: it does not fit this version of AttnSweep");
    }

    [Fact]
    public void Two_builds_of_one_kernel_have_two_names_for_themselves()
    {
        var other = Directory.CreateDirectory(Path.Combine(_folder, "other")).FullName;
        File.Copy(OwnKernelBuild.Assembly, Path.Combine(_folder, "Dilated.dll"));
        File.WriteAllBytes(Path.Combine(other, "Dilated.dll"), Replaced(Encoding.Unicode.GetBytes("renormalised"), Encoding.Unicode.GetBytes("Renormalised")));
        Assert.NotEqual(Assert.Single(OwnKernelFolder.Load(_folder)).Build, Assert.Single(OwnKernelFolder.Load(other)).Build);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Refused(string expected, string? folder = null)
    {
        var problem = Assert.Throws<OwnKernelProblemException>(() => OwnKernelFolder.Load(folder ?? _folder));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem.Message);
    }

    private void Write(string name, byte[] assembly) => File.WriteAllBytes(Path.Combine(_folder, name), assembly);

    /// <summary>The example with another name of as many letters: strings of code are UTF-16 in an assembly.</summary>
    private static byte[] Renamed(string from, string to) => Replaced(Encoding.Unicode.GetBytes(from), Encoding.Unicode.GetBytes(to));

    private static byte[] Replaced(byte[] from, byte[] to)
    {
        var bytes = File.ReadAllBytes(OwnKernelBuild.Assembly);
        var found = 0;
        for (int at; (at = bytes.AsSpan(found).IndexOf(from)) >= 0; found += at + from.Length)
        {
            to.CopyTo(bytes.AsSpan(found + at));
        }

        Assert.True(found > 0);
        return bytes;
    }

    /// <summary>The example as if that assembly had had another major version when it was compiled.</summary>
    private static byte[] BuiltAgainst(string assembly, ushort major)
    {
        var bytes = File.ReadAllBytes(OwnKernelBuild.Assembly);
        using var image = new PEReader(new MemoryStream(bytes));
        var metadata = image.GetMetadataReader();
        var handle = metadata.AssemblyReferences.Single(r => metadata.GetString(metadata.GetAssemblyReference(r).Name) == assembly);
        var row = image.PEHeaders.MetadataStartOffset + metadata.GetTableMetadataOffset(TableIndex.AssemblyRef)
            + (metadata.GetTableRowSize(TableIndex.AssemblyRef) * (MetadataTokens.GetRowNumber(handle) - 1));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(row), major);
        return bytes;
    }
}
