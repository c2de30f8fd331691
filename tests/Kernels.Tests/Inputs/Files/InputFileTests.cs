using System.Text;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Inputs.Files;

/// <summary>Inputs from safetensors files: what they hold, and one clear error for each thing that may be wrong.</summary>
public sealed class InputFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attnsweep-inputs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("F32")]
    [InlineData("F16")]
    [InlineData("BF16")]
    public void A_file_gives_its_tensors(string type)
    {
        // Multiples of 1/8 below 16 are exact in every type.
        float[] q = Ramp(2 * 3 * 4, 0), k = Ramp(2 * 3 * 4, -1), v = Ramp(2 * 3 * 4, 2);
        var spec = Put(SafetensorsWriter.File(type, [2, 3, 4], ("V", v), ("Q", q), ("other", q), ("K", k)), heads: 2, n: 3, d: 4);

        var input = AttentionInput.Create(spec);
        Assert.Equal(q, input.Q);
        Assert.Equal(k, input.K);
        Assert.Equal(v, input.V);
        var hot = AttentionInput.Create(spec with { Sigma = 2 });
        Assert.Equal(q.Select(x => 2 * x), hot.Q);
        Assert.Equal(k.Select(x => 2 * x), hot.K);
        Assert.Equal(v, hot.V);
    }

    [Fact]
    public void A_cell_takes_the_first_heads_and_rows()
    {
        var q = Ramp(2 * 3 * 4, 0);
        var spec = Put(SafetensorsWriter.File("F32", [2, 3, 4], ("Q", q), ("K", q), ("V", q)), heads: 2, n: 2, d: 4);
        Assert.Equal([.. q[..8], .. q[12..20]], AttentionInput.Create(spec).Q);
        Assert.Equal(q[..12], AttentionInput.Create(spec with { Heads = 1, N = 3 }).Q);
    }

    [Fact]
    public void A_file_without_heads_is_one_head()
    {
        var q = Ramp(12, 0);
        Assert.Equal(q, AttentionInput.Create(Put(SafetensorsWriter.File("F32", [3, 4], ("Q", q), ("K", q), ("V", q)), 1, 3, 4)).V);
    }

    [Fact]
    public void Numbers_are_rounded_to_the_dtype_that_is_asked_for()
    {
        float[] q = [1.00146484375f, 0, 0, 0];
        var spec = Put(SafetensorsWriter.File("F32", [2, 2], ("Q", q), ("K", q), ("V", q)), 1, 2, 2);
        Assert.Equal(1.001953125f, AttentionInput.Create(spec with { Options = spec.Options with { DType = "float16" } }).Q[0]);
    }

    [Fact]
    public void A_missing_or_different_file_is_a_matter_of_this_machine()
    {
        var spec = Sound();
        var missing = Problem(spec with { Options = spec.Options with { FilePath = Path.Combine(_folder, "nowhere.safetensors") } });
        Assert.Contains($"{_folder}/nowhere.safetensors is not there on", missing.Message, StringComparison.Ordinal);
        Assert.True(missing.IsOfThisMachine);

        var different = Problem(spec with { Options = spec.Options with { FileSha256 = new string('0', 64) } });
        Assert.Contains($"is another one: its SHA-256 is {spec.Options.FileSha256}, the sweep means 0000", different.Message, StringComparison.Ordinal);
        Assert.True(different.IsOfThisMachine);

        var folder = Problem(spec with { Options = spec.Options with { FilePath = _folder } });
        Assert.Contains("cannot be read", folder.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 5, 4, "holds 1 heads, n = 3, d = 4; the cell asks for 1 heads, n = 5, d = 4")]
    [InlineData(2, 3, 4, "the cell asks for 2 heads")]
    [InlineData(1, 3, 2, "d = 2")]
    public void A_shape_that_does_not_fit_is_told(int heads, int n, int d, string told)
    {
        var problem = Problem(Sound() with { Heads = heads, N = n, D = d });
        Assert.Contains(told, problem.Message, StringComparison.Ordinal);
        Assert.False(problem.IsOfThisMachine);
    }

    public static TheoryData<string, byte[], string> Malformed
    {
        get
        {
            var q = SafetensorsWriter.Entry("Q", "F32", [3, 4], 0, 48);
            var k = SafetensorsWriter.Entry("K", "F32", [3, 4], 48, 96);
            var v = SafetensorsWriter.Entry("V", "F32", [3, 4], 96, 144);
            byte[] With(string header, int data = 144) => SafetensorsWriter.Assemble(header, new byte[data]);
            var values = Ramp(12, 0);
            float[] holed = [.. values[..5], float.NaN, .. values[6..]];
            return new()
            {
                { "empty", [], "the file has 0 bytes; a safetensors file begins with 8 bytes" },
                { "seven bytes", new byte[7], "the file has 7 bytes" },
                { "text", Encoding.ASCII.GetBytes("this is no tensor at all"), "no safetensors file, or was cut off" },
                { "length only", [16, 0, 0, 0, 0, 0, 0, 0], "the header would have 16 bytes in a file of 8" },
                { "no JSON", With("{\"Q\": nonsense}"), "the header is no JSON text" },
                { "a list", With("[1, 2]"), "the header is no JSON object" },
                { "half a surrogate", With("{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4), "the header is no JSON text" },
                { "deep", With(string.Concat(Enumerable.Repeat("{\"a\":", 50)) + "1" + new string('}', 50)), "the header is no JSON text" },
                { "no shape", With("{\"Q\":{\"dtype\":\"F32\",\"data_offsets\":[0,144]}}"), "the tensor 'Q' would have dtype (a text), shape (whole numbers)" },
                { "a number for a tensor", With("{\"Q\":4}"), "the tensor 'Q' would have dtype" },
                { "negative size", With("{\"Q\":{\"dtype\":\"F32\",\"shape\":[-3,4],\"data_offsets\":[0,144]}}"), "the tensor 'Q' would have dtype" },
                { "fraction", With("{\"Q\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,144]}}"), "the tensor 'Q' would have dtype" },
                { "three offsets", With("{\"Q\":{\"dtype\":\"F32\",\"shape\":[36],\"data_offsets\":[0,1,144]}}"), "the tensor 'Q' would have dtype" },
                { "unknown type", With("{" + q.Replace("F32", "F33") + "}", 48), "the unknown dtype 'F33'" },
                { "absurd shape", With("{\"Q\":{\"dtype\":\"F32\",\"shape\":[9000000000000000000,9000000000000000000],\"data_offsets\":[0,144]}}"), "data_offsets give it 144" },
                { "size and offsets disagree", With("{" + q.Replace("[0,48]", "[0,40]") + "}", 40), "is F32 [3, 4] and would have 48 bytes; data_offsets give it 40" },
                { "offsets backwards", With("{\"Q\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[48,48]}}", 48), "begins at byte 48 of the data; the one before it ends at 0" },
                { "overlap", With("{" + q + "," + k.Replace("[48,96]", "[40,88]") + "}", 88), "the tensor 'K' begins at byte 40 of the data; the one before it ends at 48" },
                { "cut off", With("{" + q + "," + k + "," + v + "}", 100), "the tensors have 144 bytes, the file has 100 behind its header" },
                { "appended", With("{" + q + "," + k + "," + v + "}", 150), "the tensors have 144 bytes, the file has 150 behind its header" },
                { "twice", With("{" + q + "," + q + "}", 48), "names the tensor 'Q' twice" },
                { "no V", With("{" + q + "," + k + "}", 96), "has no tensor 'V'; it has Q F32 [3, 4], K F32 [3, 4]" },
                { "no tensors", With("{}", 0), "has no tensor 'Q'; it has none" },
                { "whole numbers", With("{" + q.Replace("F32", "I32") + "," + k + "," + v + "}"), "is I32 [3, 4]; would be F32, F16 or BF16" },
                { "different shapes", With("{" + q + "," + k + "," + v.Replace("[3,4]", "[4,3]") + "}"), "V of the input file" },
                { "one dimension", With("{" + string.Join(",", new[] { q, k, v }.Select(t => t.Replace("[3,4]", "[12]"))) + "}"), "would be heads x n x d or n x d, the same for Q, K and V" },
                { "not a number", SafetensorsWriter.File("F32", [3, 4], ("Q", values), ("K", holed), ("V", values)), "K of head 0, row 1, channel 1 is NaN; would be a finite number" },
            };
        }
    }

    [Theory, MemberData(nameof(Malformed))]
    public void A_malformed_file_gives_one_clear_error(string what, byte[] file, string told)
    {
        var problem = Problem(Put(file, 1, 3, 4));
        Assert.True(problem.Message.Contains(told, StringComparison.Ordinal), $"{what}: {problem.Message}");
        Assert.DoesNotContain('\n', problem.Message);
        Assert.False(problem.IsOfThisMachine);
    }

    [Fact]
    public void No_cut_or_flipped_byte_of_a_file_gives_another_kind_of_failure()
    {
        var sound = SafetensorsWriter.File("F16", [3, 4], ("Q", Ramp(12, 0)), ("K", Ramp(12, 0)), ("V", Ramp(12, 0)));
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var broken = sound.AsSpan(0, i % 2 == 0 ? random.Next(sound.Length) : sound.Length).ToArray();
            if (broken.Length > 0)
                broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                AttentionInput.Create(Put(broken, 1, 3, 4));
            }
            catch (InputProblemException)
            {
                // The one kind that there may be; a flipped bit of a number stays a number.
            }
        }
    }

    private InputSpec Sound() => Put(SafetensorsWriter.File("F32", [3, 4], ("Q", Ramp(12, 0)), ("K", Ramp(12, 0)), ("V", Ramp(12, 0))), 1, 3, 4);

    private InputSpec Put(byte[] file, int heads, int n, int d)
    {
        var path = Path.Combine(_folder, "input.safetensors");
        File.WriteAllBytes(path, file);
        return new InputSpec(InputModels.File, heads, n, d, 1, 0, false) { Options = new() { FilePath = path, FileSha256 = SafetensorsWriter.Digest(file) } };
    }

    private static InputProblemException Problem(InputSpec spec) => Assert.Throws<InputProblemException>(() => AttentionInput.Create(spec));

    private static float[] Ramp(int count, float start) => [.. Enumerable.Range(0, count).Select(i => start + (i / 8f))];
}
