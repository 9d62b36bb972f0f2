using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Security;
using JumpCloudConnector.Connectors;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Binding;

/// <summary>
/// Arguments by property name from objects whose properties are text, as Import-Csv makes them, and the same at the prompt:
/// bound as meant, or refused aloud.
/// </summary>
public sealed class BindingTests
{
    private const string Key = "jca_0123456789abcdefPLAINTEXT";

    [Fact]
    public void A_row_of_text_is_bound_as_meant()
    {
        PSObject bound = Bind("""
            [pscustomobject]@{
                Name = 'a'; ContentType = 'DirectoryInsights, systemuser'; Region = 'eu'; IntervalMinutes = ' 15 '; AfterSequence = '12345678901'
                InitialLookback = '90d'; After = '2026-01-31T08:00:00Z'; InsightsUri = 'https://insights.example/'
            }
            """);
        Assert.Equal([ContentType.DirectoryInsights, ContentType.SystemUser], (ContentType[])Value(bound, "ContentType")!);
        Assert.Equal(Region.EU, Value(bound, "Region"));
        Assert.Equal(15, Value(bound, "IntervalMinutes"));
        Assert.Equal(12345678901L, Value(bound, "AfterSequence"));
        Assert.Equal(TimeSpan.FromDays(90), Value(bound, "InitialLookback"));
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 8, 0, 0, TimeSpan.Zero), Value(bound, "After"));
        Assert.Equal(new Uri("https://insights.example/"), Value(bound, "InsightsUri"));
    }

    [Theory]
    [InlineData("'DirectoryInsights;SystemUser'")]
    [InlineData("'DirectoryInsights,SystemUser,'")]
    [InlineData("@('DirectoryInsights', 'SystemUser')")]
    [InlineData("@('DirectoryInsights,SystemUser', 'SYSTEMUSER')")]
    public void A_list_is_read_in_any_of_its_forms(string text) =>
        Assert.Equal(
            [ContentType.DirectoryInsights, ContentType.SystemUser],
            (ContentType[])Value(Bind($"[pscustomobject]@{{ ContentType = {text} }}"), "ContentType")!);

    [Fact]
    public void Nothing_in_a_cell_means_not_given()
    {
        PSObject bound = Bind("[pscustomobject]@{ ContentType = ''; Region = ' '; IntervalMinutes = ''; InitialLookback = ''; After = ''; InsightsUri = ''; ApiKey = '' }");
        Assert.All(
            new[] { "ContentType", "Region", "IntervalMinutes", "InitialLookback", "After", "InsightsUri", "ApiKey" },
            name => Assert.Null(Value(bound, name)));
    }

    [Theory]
    [InlineData("ContentType", "'SystemUsers'", "Did you mean SystemUser? Give DirectoryInsights or SystemUser")]
    [InlineData("ContentType", "'systemuser,directory-insight'", "'directory-insight' cannot be used. Did you mean DirectoryInsights?")]
    [InlineData("ContentType", "'syslog'", "'syslog' cannot be used. Give DirectoryInsights or SystemUser")]
    [InlineData("ContentType", "'DirectoryInsights,3'", "DirectoryInsights or SystemUser")]
    [InlineData("ContentType", "'1'", "DirectoryInsights or SystemUser")]
    [InlineData("ContentType", "1", "DirectoryInsights or SystemUser")]
    [InlineData("ContentType", "','", "DirectoryInsights or SystemUser")]
    [InlineData("ContentType", "@(1, 2)", "DirectoryInsights or SystemUser")]
    [InlineData("Region", "'EUR'", "Did you mean EU? Give US")]
    [InlineData("Region", "'UK'", "US, EU or IN")]
    [InlineData("Region", "'1'", "US, EU or IN")]
    [InlineData("Region", "2", "US, EU or IN")]
    [InlineData("Region", "'US,EU'", "US, EU or IN")]
    [InlineData("IntervalMinutes", "'five'", "whole number")]
    [InlineData("IntervalMinutes", "'2.5'", "whole number")]
    [InlineData("IntervalMinutes", "2.5", "whole number")]
    [InlineData("IntervalMinutes", "'99999999999'", "whole number of at most 2147483647")]
    [InlineData("IntervalMinutes", "99999999999999999999", "whole number of at most 2147483647")]
    [InlineData("IntervalMinutes", "'-99999999999'", "less than nothing")]
    [InlineData("IntervalMinutes", "$true", "whole number")]
    [InlineData("AfterSequence", "'x'", "whole number")]
    [InlineData("AfterSequence", "99999999999999999999", "too large. Give a whole number of at most 9223372036854775807")]
    [InlineData("AfterSequence", "'-99999999999999999999'", "less than nothing")]
    [InlineData("AfterSequence", "''", "Nothing was given")]
    [InlineData("AfterSequence", "$null", "Nothing was given")]
    [InlineData("InitialLookback", "'30'", "90d, 24h, 15m or 30s")]
    [InlineData("InitialLookback", "30", "90d, 24h, 15m or 30s")]
    [InlineData("InitialLookback", "'30 days'", "90d, 24h, 15m or 30s")]
    [InlineData("InitialLookback", "'-5m'", "'-5m' is less than nothing. Give a duration")]
    [InlineData("InitialLookback", "[timespan]'-00:05:00'", "90d, 24h, 15m or 30s")]
    [InlineData("InitialLookback", "'P1M'", "90d, 24h, 15m or 30s")]
    [InlineData("InitialLookback", "'99999999999d'", "too long: a duration has at most 10675199d")]
    [InlineData("InitialLookback", "'-99999999999d'", "less than nothing")]
    [InlineData("After", "'30'", "90d, 24h, 15m or 30s")]
    [InlineData("After", "30", "90d, 24h, 15m or 30s")]
    [InlineData("After", "'31.01.2026'", "2026-01-31")]
    [InlineData("After", "'yesterday'", "2026-01-31")]
    [InlineData("After", "'2026-02-30'", "2026-01-31")]
    [InlineData("InsightsUri", "'insights.example'", "https://api.jumpcloud.com/")]
    [InlineData("InsightsUri", "'/api'", "https://api.jumpcloud.com/")]
    [InlineData("InsightsUri", "'file:///etc/passwd'", "https://api.jumpcloud.com/")]
    public void What_cannot_be_read_is_refused_by_name_and_at_the_prompt(string parameter, string value, string remedy)
    {
        foreach (string script in new[]
        {
            $"[pscustomobject]@{{ Name = 'a'; {parameter} = {value} }} | Test-BindingProbe",
            $"Test-BindingProbe -{parameter} {(value.StartsWith('[') ? $"({value})" : value)}",
        })
        {
            ScriptResult result = Run(script);
            Assert.Empty(result.Output);
            ErrorRecord error = Assert.Single(result.AllErrors);
            Assert.StartsWith("ParameterArgumentTransformationError,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Contains(parameter, error.ToString(), StringComparison.Ordinal);
            Assert.Contains(remedy, error.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("en-US", "11/27/2026", "2026-11-27T00:00:00")]
    [InlineData("en-US", "1/2/2026 3:04 PM", "2026-01-02T15:04:00")]
    [InlineData("en-US", "11/27/2026 12:23:52 AM", "2026-11-27T00:23:52")]
    [InlineData("de-DE", "27.11.2026", "2026-11-27T00:00:00")]
    [InlineData("de-DE", "1.2.2026 15:04", "2026-02-01T15:04:00")]
    [InlineData("de-DE", "27.11.2026 00:23:52", "2026-11-27T00:23:52")]
    [InlineData("en-GB", "01/02/2026", "2026-02-01T00:00:00")]
    [InlineData("en-US", "2026/11/27 15:04", "2026-11-27T15:04:00")]
    [InlineData("de-DE", "2026-11-27", "2026-11-27T00:00:00")]
    [InlineData("en-US", "Friday, November 27, 2026 8:00:00 AM", "2026-11-27T08:00:00")]
    [InlineData("en-US", "Friday, November 27, 2026", "2026-11-27T00:00:00")]
    [InlineData("de-DE", "Freitag, 27. November 2026 08:00:00", "2026-11-27T08:00:00")]
    [InlineData("sv-SE", "2026-1-31", "2026-01-31T00:00:00")]
    public void A_time_is_read_as_the_culture_writes_it(string culture, string text, string expected) =>
        Assert.Equal(new DateTimeOffset(DateTime.Parse(expected, CultureInfo.InvariantCulture)), Value(Assert.Single(In(culture, $"Test-BindingProbe -After '{text}'").Output), "After"));

    [Theory]
    [InlineData("en-US")]
    [InlineData("de-DE")]
    [InlineData("fr-CH")]
    [InlineData("sv-SE")]
    [InlineData("ja-JP")]
    [InlineData("")]
    public void A_time_is_read_as_the_session_shows_it(string culture)
    {
        ScriptResult result = In(culture, "$time = [DateTimeOffset]::new(2026, 11, 9, 17, 5, 6, [timespan]::FromHours(3)); Test-BindingProbe -After $time.ToString(); Test-BindingProbe -After $time.LocalDateTime.ToString(); Test-BindingProbe -After $time.LocalDateTime.ToString('F')");
        Assert.Empty(result.AllErrors);
        DateTimeOffset shown = new(2026, 11, 9, 17, 5, 6, TimeSpan.FromHours(3));
        Assert.Equal([shown.UtcDateTime, shown.UtcDateTime, shown.UtcDateTime], result.Output.Select(o => ((DateTimeOffset)Value(o, "After")!).UtcDateTime));
    }

    [Theory]
    [InlineData("en-US", "27/11/2026", "Write 2026-11-27,")]
    [InlineData("en-US", "27.11.2026", "a date is like 1/31/2026.")]
    [InlineData("de-DE", "11/27/2026", "Write 2026-11-27,")]
    [InlineData("de-DE", "11/10/2026", "Write 2026-11-10 or 2026-10-11, whichever is meant,")]
    [InlineData("de-DE", "11/10/2026 08:00", "a date is like 31.01.2026.")]
    [InlineData("de-DE", "40.11.2026", "2026-01-31")]
    [InlineData("sv-SE", "27/11/2026", "a date is like 2026-01-31.")]
    [InlineData("sv-SE", "Friday, November 27, 2026 8:00:00 AM", "2026-01-31T08:00 (local)")]
    [InlineData("en-US", "Monday, November 27, 2026", "2026-01-31")]
    public void A_date_in_the_order_of_another_culture_is_refused_with_what_would_be_taken(string culture, string text, string remedy)
    {
        ScriptResult result = In(culture, $"Test-BindingProbe -After '{text}'");
        Assert.Empty(result.Output);
        Assert.Contains(remedy, Assert.Single(result.AllErrors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_is_refused_lets_the_next_go_on()
    {
        ScriptResult result = Run("[pscustomobject]@{ Name = 'a'; Region = 'UK' }, [pscustomobject]@{ Name = 'b'; Region = 'EU' } | Test-BindingProbe");
        Assert.Single(result.Errors);
        Assert.Equal("b", Value(Assert.Single(result.Output), "Name"));
    }

    [Fact]
    public void A_row_does_not_inherit_from_the_one_before()
    {
        ScriptResult result = Run("[pscustomobject]@{ Name = 'a'; Region = 'EU' }, [pscustomobject]@{ Name = 'b' } | Test-BindingProbe");
        Assert.Equal([Region.EU, null], result.Values("Region"));
    }

    [Theory]
    [InlineData("24h", 24 * 3600)]
    [InlineData("15M", 15 * 60)]
    [InlineData("1d12h", 36 * 3600)]
    [InlineData("1.5h", 5400)]
    [InlineData("0s", 0)]
    [InlineData("1.00:00:00", 86400)]
    [InlineData("00:05:00", 300)]
    [InlineData("PT15M", 900)]
    [InlineData("P1D", 86400)]
    public void A_duration_is_read_in_any_of_its_forms(string text, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Value(Bind($"[pscustomobject]@{{ InitialLookback = '{text}' }}"), "InitialLookback"));

    [Theory]
    [InlineData("7d", 7 * 86400)]
    [InlineData("30s", 30)]
    [InlineData("1d12h", 36 * 3600)]
    public void A_duration_may_be_typed_without_quotes_though_PowerShell_sees_a_number(string typed, int seconds)
    {
        ScriptResult result = Run($"Test-BindingProbe -Name n -InitialLookback {typed} -After:{typed}");
        Assert.Empty(result.AllErrors);
        Assert.Equal(TimeSpan.FromSeconds(seconds), Value(result.Output.Single(), "InitialLookback"));
        DateTimeOffset expected = DateTimeOffset.Now - TimeSpan.FromSeconds(seconds);
        Assert.InRange((DateTimeOffset)Value(result.Output.Single(), "After")!, expected - TimeSpan.FromMinutes(1), expected);
    }

    [Theory]
    [InlineData("5d")]
    [InlineData("5kb")]
    public void A_number_with_a_unit_is_no_number_of_minutes(string typed) =>
        Assert.Contains("whole number", Assert.Single(Run($"Test-BindingProbe -Name n -IntervalMinutes {typed}").AllErrors).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("2026-01-31", true)]
    [InlineData("2026-01-31 00:00", true)]
    [InlineData("2026-01-31T00:00:00.0000000", true)]
    [InlineData("2026-01-31T00:00Z", false)]
    [InlineData("2026-01-31T00:00:00Z", false)]
    [InlineData("2026-01-31T00:00:00.000000000Z", false)]
    [InlineData("2026-01-31T05:30:00+05:30", false)]
    [InlineData("2026-01-31 05:30:00 +05:30", false)]
    public void Text_without_an_offset_is_local_time(string text, bool local)
    {
        DateTimeOffset expected = local ? new DateTimeOffset(new DateTime(2026, 1, 31, 0, 0, 0, DateTimeKind.Local)) : new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(expected, Value(Bind($"[pscustomobject]@{{ After = '{text}' }}"), "After"));
    }

    [Theory]
    [InlineData("[datetime]::new(2026, 1, 31)", DateTimeKind.Local)]
    [InlineData("[datetime]::new(2026, 1, 31, 0, 0, 0, [DateTimeKind]::Utc)", DateTimeKind.Utc)]
    [InlineData("[datetimeoffset]::new(2026, 1, 31, 0, 0, 0, [timespan]::Zero)", DateTimeKind.Utc)]
    public void A_time_that_is_typed_keeps_its_meaning(string expression, DateTimeKind kind) =>
        Assert.Equal(new DateTimeOffset(new DateTime(2026, 1, 31, 0, 0, 0, kind)), Value(Bind($"[pscustomobject]@{{ After = {expression} }}"), "After"));

    [Theory]
    [InlineData("'24h'")]
    [InlineData("[timespan]::FromHours(24)")]
    public void A_duration_for_a_time_is_how_long_ago_it_was(string expression)
    {
        var after = (DateTimeOffset)Value(Bind($"[pscustomobject]@{{ After = {expression} }}"), "After")!;
        Assert.InRange(DateTimeOffset.Now - after, TimeSpan.FromHours(24), TimeSpan.FromHours(24.1));
    }

    [Fact]
    public void Values_that_came_over_remoting_are_read_by_their_names()
    {
        using ModuleSession session = Open();
        PSObject row = new();
        foreach ((string name, object value) in new (string, object)[]
        {
            ("ContentType", new[] { ContentType.SystemUser }), ("Region", Region.IN), ("After", new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.FromHours(2))),
            ("InitialLookback", TimeSpan.FromHours(3)), ("InsightsUri", new Uri("https://insights.example/")),
        })
        {
            row.Properties.Add(new PSNoteProperty(name, value));
        }

        session.SetVariable("row", PSSerializer.Deserialize(PSSerializer.Serialize(row, 4)));
        ScriptResult result = session.Invoke("$row | Test-BindingProbe");
        Assert.Empty(result.AllErrors);
        PSObject bound = Assert.Single(result.Output);
        Assert.Equal([ContentType.SystemUser], (ContentType[])Value(bound, "ContentType")!);
        Assert.Equal(Region.IN, Value(bound, "Region"));
        Assert.Equal(new DateTimeOffset(2026, 1, 30, 22, 0, 0, TimeSpan.Zero), ((DateTimeOffset)Value(bound, "After")!).ToUniversalTime());
        Assert.Equal(TimeSpan.FromHours(3), Value(bound, "InitialLookback"));
    }

    [Theory]
    [InlineData($"Test-BindingProbe -ApiKey '{Key}'")]
    [InlineData($"Test-BindingProbe -ApiKey {Key}")]
    [InlineData($"$k = '{Key}'; Test-BindingProbe -ApiKey $k")]
    [InlineData($"[pscustomobject]@{{ Name = 'a'; ApiKey = '{Key}' }} | Test-BindingProbe")]
    [InlineData($"[pscustomobject]@{{ Name = 'a'; ApiKey = [Text.Encoding]::UTF8.GetBytes('{Key}') }} | Test-BindingProbe")]
    [InlineData($"[pscustomobject]@{{ Name = 'a'; ApiKey = @('{Key}') }} | Test-BindingProbe")]
    public void A_key_in_plain_text_is_refused_and_shown_nowhere(string script)
    {
        ScriptResult result = Run(script);
        Assert.Empty(result.Output);
        ErrorRecord error = Assert.Single(result.AllErrors);
        Assert.StartsWith("PlainTextApiKey,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, result.AllText(), StringComparison.Ordinal);
        Assert.DoesNotContain(Key, error.InvocationInfo.Line, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, error.InvocationInfo.PositionMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_key_in_plain_text_is_not_shown_by_the_host_either(bool fromFile)
    {
        const string script = $"\n\n  Test-BindingProbe `\n  -ApiKey '{Key}'; 'after'\nTest-BindingProbe -ApiKey '{Key}'";
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "script.ps1");
        File.WriteAllText(path, script);
        using var text = new StringWriter();
        using (ModuleSession session = Open(new TextHostOptions { Output = text }))
        {
            Assert.True(fromFile ? session.ShowFile(path) : session.Show(script));
        }

        Assert.Contains("SecureString", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("after", text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Key, text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_a_SecureString_or_a_credential_is_taken()
    {
        using var key = new SecureString();
        foreach (char character in Key) key.AppendChar(character);
        using ModuleSession session = Open();
        session.SetVariable("key", key);
        session.SetVariable("credential", new PSCredential("user", key));

        ScriptResult result = session.Invoke(
            "Test-BindingProbe -ApiKey $key; Test-BindingProbe -ApiKey $credential; [pscustomobject]@{ ApiKey = $key } | Test-BindingProbe");
        Assert.Empty(result.AllErrors);
        Assert.Equal([Key, Key, Key], result.Values("ApiKey").Select(value => new PSCredential("u", (SecureString)value!).GetNetworkCredential().Password));
    }

    private static object? Value(PSObject item, string name) => item.Properties[name].Value;

    private static PSObject Bind(string input)
    {
        ScriptResult result = Run($"{input} | Test-BindingProbe");
        Assert.Empty(result.AllErrors);
        return Assert.Single(result.Output);
    }

    private static ScriptResult Run(string script)
    {
        using ModuleSession session = Open();
        return session.Invoke(script);
    }

    private static ScriptResult In(string culture, string script) =>
        Run($"[Threading.Thread]::CurrentThread.CurrentCulture = [cultureinfo]::new('{culture}'); {script}");

    private static ModuleSession Open(TextHostOptions? options = null) => new(options, import: false, configure: state =>
        state.Commands.Add(new SessionStateCmdletEntry("Test-BindingProbe", typeof(TestBindingProbeCommand), null)));
}
