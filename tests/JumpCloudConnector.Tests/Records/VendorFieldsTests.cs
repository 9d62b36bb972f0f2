using System.Text;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Tests.Records;

/// <summary>The fields in JumpCloud's object, and which may be meant by another.</summary>
public sealed class VendorFieldsTests
{
    [Fact]
    public void The_paths_of_a_record_are_those_below_the_vendors_object()
    {
        HashSet<string> paths = [];
        VendorFields.AddPaths(Encoding.UTF8.GetBytes("""
            {"timestamp":1,"user":{"name":"x"},"jumpcloud":{"a":1,"b":{"c":[{"d":{"e":null}},[{"f":2}],3],"g":""},"h\u0069":{},"\ud800":1,"j.k":[]}}
            """), paths);
        Assert.Equal(["a", "b", "b.c", "b.c.d", "b.c.d.e", "b.c.f", "b.g", "hi", "j.k", "\\ud800"],
            paths.Select(p => p["jumpcloud.".Length..]).Order(StringComparer.Ordinal).OrderBy(p => p[0] == '\\'));
    }

    [Theory]
    [InlineData("jumpcloud.MyField", "jumpcloud.my_field")]
    [InlineData("jumpcloud.success", null)]
    [InlineData("jumpcloud.my_field", null)]
    [InlineData("jumpcloud.Success", "jumpcloud.success")]
    [InlineData("jumpcloud.system_id", null)]
    [InlineData("jumpcloud.sucess", null)]
    public void A_path_is_doubted_where_only_case_and_signs_differ(string path, string? meant)
    {
        string? doubt = VendorFields.Doubt(path, () => ["jumpcloud.my_field"]);
        if (meant is null) Assert.Null(doubt);
        else Assert.EndsWith($"Did you mean '{meant}'?", doubt, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_documented_is_in_order_and_there_once()
    {
        Assert.Equal(VendorFields.Documented.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), VendorFields.Documented);
        // Records are not looked into for one of these.
        Assert.All(VendorFields.Documented, f => Assert.Null(VendorFields.Doubt(f, () => throw new InvalidOperationException(f))));
    }
}
