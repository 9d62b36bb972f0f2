using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>A store that two connectors have collected, and its records as the search without conditions gives them.</summary>
public sealed class CollectedStore : IAsyncLifetime
{
    private Workspace? _work;

    internal Workspace Work => _work!;

    internal IReadOnlyList<PSObject> All { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        _work = await Workspace.StartAsync(events: 1200, users: 40);
        Work.Add("Acme");
        Work.RunWell("New-JcConnector Beta 'Beta Ltd' -ApiKey $key -ContentType DirectoryInsights @sim");
        Work.RunWell("Invoke-JcCollection");
        All = Work.RunWell("Get-JcIngestedRecord");
    }

    public async ValueTask DisposeAsync()
    {
        if (_work is not null) await _work.DisposeAsync();
    }
}

/// <summary>Get-JcIngestedRecord: every condition against the same one applied here.</summary>
public sealed class RecordCmdletTests(CollectedStore store) : IClassFixture<CollectedStore>
{
    private IReadOnlyList<PSObject> All => store.All;

    [Fact]
    public void Without_conditions_it_gives_all_the_newest_first()
    {
        Assert.Equal(store.Work.Truth + store.Work.Organization.VisibleCount, All.Count);
        DateTimeOffset[] times = [.. All.Select(TimeOf)];
        Assert.Equal(times.OrderDescending(), times);
        Assert.Equal(All.Count, All.Select(Sequence).Distinct().Count());
        Assert.Equal(times.Order(), Find("-Oldest").Select(TimeOf));
    }

    [Theory]
    [InlineData("Get-JcIngestedRecord")]
    [InlineData("Measure-JcIngestedRecord")]
    [InlineData("Export-JcIngestedRecord 'never.ndjson' -WhatIf")]
    [InlineData("Remove-JcIngestedRecord -WhatIf")]
    public void Records_of_a_pipeline_are_not_taken_for_their_connectors(string command)
    {
        ScriptResult result = store.Work.Run($"Get-JcIngestedRecord -First 3 | {command}");
        Assert.Empty(result.Output);
        Assert.StartsWith("RecordsNotTaken,", Assert.Single(result.AllErrors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-JcIngestedRecord")]
    [InlineData("Measure-JcIngestedRecord")]
    [InlineData("Export-JcIngestedRecord 'never.ndjson' -WhatIf")]
    [InlineData("Remove-JcIngestedRecord -WhatIf")]
    public void Counts_of_a_pipeline_are_not_taken_for_nothing_or_for_their_connectors(string command)
    {
        foreach (string group in new[] { "User", "ConnectorName" })
        {
            ScriptResult result = store.Work.Run($"Measure-JcIngestedRecord -GroupBy {group} -First 2 | {command}");
            Assert.Empty(result.Output);
            Assert.StartsWith("CountsNotTaken,", Assert.Single(result.AllErrors).FullyQualifiedErrorId, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ConnectorName", "ConnectorName")]
    [InlineData("TenantName", "TenantName")]
    [InlineData("MsgClass", "MsgClass")]
    [InlineData("Source", "Source")]
    [InlineData("Service", "Service")]
    [InlineData("EventType", "EventType")]
    [InlineData("EventStatus", "EventStatus")]
    [InlineData("SourceIp", "SourceIp")]
    public void A_text_is_searched_whole_in_any_case_by_wildcard_and_among_several(string parameter, string property)
    {
        string[] values = [.. All.GroupBy(r => r.Text(property)).Where(g => !string.IsNullOrEmpty(g.Key))
            .OrderByDescending(g => g.Count()).Select(g => g.Key!)];
        Assert.True(values.Length >= 2, $"All records have the same {property}.");
        string one = values[0], two = values[1];
        AssertFound(r => Same(r.Text(property), one), $"-{parameter} '{one.ToUpperInvariant()}'");
        AssertFound(r => Same(r.Text(property), one) || Same(r.Text(property), two), $"-{parameter} '{one}', '{two}'");
        string beginning = two[..^1];
        AssertFound(
            r => r.Text(property)?.StartsWith(beginning, StringComparison.OrdinalIgnoreCase) ?? false,
            $"-{parameter} '{beginning}*'");
        Assert.Empty(Find($"-{parameter} '{beginning}'"));
        string masked = "?" + two[1..];
        AssertFound(
            r => r.Text(property) is { } t && t.Length == two.Length && t.EndsWith(two[1..], StringComparison.OrdinalIgnoreCase),
            $"-{parameter} '{masked}'");
    }

    [Fact]
    public void Category_and_organization_are_searched()
    {
        string category = All[0].Text("Category")!;
        AssertFound(r => r.Text("Category") == category, $"-Category {category}");
        Assert.Empty(Find($"-Category 'not-{category}'"));
        string id = store.Work.Organization.Id, name = store.Work.Organization.Name;
        foreach (string given in new[] { id, name, name.ToUpperInvariant(), name[..4] + "*", id[..6] + "*" })
            AssertFound(r => r.Text("OrganizationId") == id, $"-Organization '{given}'");
        Assert.Empty(Find("-Organization 000000000000000000000000"));
    }

    [Fact]
    public void A_user_is_found_by_name_address_and_id()
    {
        // A user's record has all three.
        List<string> known = All.Select(UserOf).First(u => u.Count == 3);
        foreach (string given in known)
        {
            AssertFound(r => UserOf(r).Any(u => Is(u, given)), $"-User '{given}'");
            AssertFound(r => UserOf(r).Any(u => Is(u, given)), $"-User '{given.ToUpperInvariant()}'");
        }

        // Events that name a user by the e-mail address alone are found by the account too.
        string account = known[1].Split('@')[0];
        Assert.True(Find($"-User {account}").Count > All.Count(r => UserOf(r).Contains(account, StringComparer.OrdinalIgnoreCase)));

        static bool Is(string user, string given) => string.Equals(user, given, StringComparison.OrdinalIgnoreCase)
            || (!given.Contains('@', StringComparison.Ordinal) && user.StartsWith(given + "@", StringComparison.OrdinalIgnoreCase));

        AssertFound(r => UserOf(r).Any(u => u.Contains('@', StringComparison.Ordinal)), "-User '*@*'");
    }

    [Fact]
    public void A_text_anywhere_in_the_record_is_found()
    {
        string part = All.Select(r => r.Text("EventName")).First(n => n is { Length: > 6 })![2..^1].ToUpperInvariant();
        AssertFound(r => r.Text("Json")!.Contains(part, StringComparison.OrdinalIgnoreCase), $"-Text '{part}'");
        Assert.Empty(Find("-Text 'nothing has this in it'"));
    }

    [Fact]
    public void A_query_is_searched_for()
    {
        string type = All.First(r => r.Text("EventStatus") == "failure").Text("EventType")!;
        AssertFound(r => r.Text("EventType") == type, $"-Query 'event_type:{type}'");
        AssertFound(
            r => r.Text("MsgClass") == "jumpcloud_directoryinsights" && r.Text("EventStatus") == "failure" && r.Text("EventType") != type,
            $"-Query 'msg_class:jumpcloud_directoryinsights AND event_status:failure AND NOT event_type:{type}'");
        AssertFound(r => r.Text("ConnectorName") == "Beta" && r.Text("EventType") == type, $"Beta -Query 'event_type:{type}' -Index syslog");
        DateTimeOffset[] times = [.. All.Select(TimeOf).Distinct().Order()];
        DateTimeOffset start = times[times.Length / 4], end = times[times.Length / 2];
        AssertFound(r => TimeOf(r) >= start && TimeOf(r) <= end, $"-Query 'timestamp:[\"{Iso(start)}\" TO \"{Iso(end)}\"]'");
        Assert.Equal(All.Take(5).Select(Sequence), Find("-Query '*' -First 5").Select(Sequence));
        Assert.Empty(Find("-Query 'event_type:no_such_type'"));
    }

    [Fact]
    public void A_text_can_be_a_regular_expression()
    {
        AssertFound(r => r.Text("EventType") is { } t && t.StartsWith("user_", StringComparison.Ordinal), "-Text '\"msg_class\":.*?\"event_type\":\"USER_' -Regex");
        Assert.Empty(Find("-Text '\"event_type\":\"user_.*\"'"));
    }

    [Fact]
    public void A_query_that_cannot_be_asked_is_refused_and_a_doubtful_one_pointed_out()
    {
        Workspace work = store.Work;
        Assert.Contains("at character 12", work.Refused("InvalidQuery", "Get-JcIngestedRecord -Query 'event_type:'"), StringComparison.Ordinal);
        Assert.Contains("empty", work.Refused("InvalidQuery", "Get-JcIngestedRecord -Query ''"), StringComparison.Ordinal);
        Assert.Contains("'(a'", work.Refused("InvalidRegex", "Get-JcIngestedRecord -Text '(a' -Regex"), StringComparison.Ordinal);
        work.Refused("InvalidRegex", "Get-JcIngestedRecord -Regex");
        Assert.Contains("Syslog", Assert.Single(work.Run("Get-JcIngestedRecord -Index Alerts").AllErrors).ToString(), StringComparison.Ordinal);

        ScriptResult unknown = work.Run("Get-JcIngestedRecord -Query 'EventType:sso_auth'");
        Assert.Empty(unknown.AllErrors);
        Assert.Empty(unknown.Output);
        Assert.Contains("'event_type'?", Assert.Single(unknown.Warnings), StringComparison.Ordinal);
        Assert.Empty(work.Run("Get-JcIngestedRecord -Query 'event_type:sso_auth jumpcloud.whatever:*' -First 1").Warnings);
    }

    [Fact]
    public void A_span_begins_with_its_start_and_ends_before_its_end()
    {
        DateTimeOffset[] times = [.. All.Select(TimeOf).Distinct().Order()];
        DateTimeOffset start = times[times.Length / 4], end = times[times.Length / 2];
        AssertFound(r => TimeOf(r) >= start && TimeOf(r) < end, $"-After '{Iso(start)}' -Before '{Iso(end)}'");
        AssertFound(r => TimeOf(r) >= start, $"-After '{Iso(start)}'");
        AssertFound(r => TimeOf(r) < start, $"-Before ([datetime]'{Iso(start)}')");
        // The clock goes on between the two.
        DateTimeOffset now = DateTimeOffset.UtcNow;
        IReadOnlyList<PSObject> last = Find("-Last 3h");
        DateTimeOffset since = now.AddHours(-3);
        Assert.InRange(last.Count, All.Count(r => TimeOf(r) >= since.AddSeconds(5)), All.Count(r => TimeOf(r) >= since));
        Assert.InRange(last.Count, 1, All.Count - 1);
        Assert.Equal(All.Count, Find("-Last 7d").Count);
        AssertFound(r => TimeOf(r) >= start && TimeOf(r) < end && r.Text("ConnectorName") == "Beta",
            $"-ConnectorName Beta -After '{Iso(start)}' -Before '{Iso(end)}'");
    }

    [Theory]
    [InlineData("User")]
    [InlineData("SourceIp")]
    [InlineData("EventType")]
    [InlineData("Organization")]
    public void A_criterion_without_a_value_does_not_find_everything(string parameter)
    {
        foreach (string nothing in (string[])["$null", "''", "@()"])
        {
            ScriptResult result = store.Work.Run($"Get-JcIngestedRecord -{parameter} {nothing}");
            Assert.Empty(result.Output);
            Assert.StartsWith("ParameterArgumentValidationError", Assert.Single(result.AllErrors).FullyQualifiedErrorId, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Usr", "Did you mean User?")]
    [InlineData("event_type", "Did you mean EventType?")]
    [InlineData("Country", "Give ConnectorName, TenantName")]
    public void What_nothing_is_counted_by_is_refused_with_the_nearest(string group, string remedy)
    {
        ErrorRecord error = Assert.Single(store.Work.Run($"Measure-JcIngestedRecord -GroupBy {group}").AllErrors);
        Assert.StartsWith("ParameterArgumentTransformationError,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(remedy, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_match_is_pointed_out()
    {
        Workspace work = store.Work;
        string address = All.Select(r => r.Text("SourceIp")).First(a => a is not null && a.Count(c => c == '.') == 3)!;
        string network = address[..(address.IndexOf('.', StringComparison.Ordinal) + 1)];
        AssertFound(r => r.Text("SourceIp")?.StartsWith(network, StringComparison.Ordinal) ?? false, $"-SourceIp {network}0.0.0/8");
        Assert.Contains("10.0.0.0/8", work.Refused("InvalidNetwork", "Get-JcIngestedRecord -SourceIp 10.0.0.0/33"), StringComparison.Ordinal);

        foreach (string command in (string[])["Get-JcIngestedRecord", "Test-JcLogFilter -Condition 'severity Exists'"])
        {
            Assert.Contains("-After and -Before", work.Refused("EmptyPeriod", $"{command} -After 1h -Before 2h"), StringComparison.Ordinal);
            Assert.Contains("instead of -Last", work.Refused("EmptyPeriod", $"{command} -Last 1h -Before 2h"), StringComparison.Ordinal);
        }

        Assert.Empty(Find("-After 2026-01-31T08:00Z -Before 2026-01-31T08:00Z"));
        ScriptResult unknown = work.Run("Get-JcIngestedRecord -EventStatus failed, mfa -First 1");
        Assert.Contains("success, failure, mfa, unknown", Assert.Single(unknown.Warnings), StringComparison.Ordinal);
        Assert.Contains("'failed'", unknown.Warnings[0], StringComparison.Ordinal);
        Assert.EndsWith("Did you mean 'jumpcloud_directoryinsights'?", Assert.Single(work.Run("Get-JcIngestedRecord -MsgClass DirectoryInsights").Warnings), StringComparison.Ordinal);
        Assert.Empty(work.Run("Get-JcIngestedRecord -EventStatus succ* -MsgClass jumpcloud_systemuser -First 1").Warnings);
    }

    [Theory]
    [InlineData("Get-JcIngestedRecord -Query 'event_status:failed'", "'failed' in event_status. There are success, failure, mfa, unknown.")]
    [InlineData("Measure-JcIngestedRecord -Query 'event_type:user_login_atempt AND srcip:10.*'", "Did you mean 'user_login_attempt'?")]
    [InlineData("Get-JcIngestedRecord -Query 'jumpcloud.geoip.countrycode:US'", "Did you mean 'jumpcloud.geoip.country_code'?")]
    [InlineData("Test-JcLogFilter -Condition 'event_type Equal user_login_atempt'", "Did you mean 'user_login_attempt'?")]
    [InlineData("New-JcLogFilter Doubted 'jumpcloud.geoip.countrycode Equal US' -WhatIf", "Did you mean 'jumpcloud.geoip.country_code'?")]
    public void What_is_misspelt_in_a_query_or_a_condition_is_warned_of(string command, string remedy)
    {
        ScriptResult result = store.Work.Run(command);
        Assert.Empty(result.AllErrors);
        Assert.EndsWith(remedy, Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_has_no_property_that_a_table_cannot_show()
    {
        Assert.All(All[0].Properties, p => Assert.True(p.Value is null or string or long or DateTimeOffset, p.Name));
    }

    [Theory]
    [InlineData("New-JcLogFilter Ours 'event_type Equal sso_auth' -TenantName 'Acme Lt' -WhatIf", "Did you mean 'Acme Ltd'?")]
    [InlineData("New-JcLogFilter Ours 'event_type Equal sso_auth' -TenantName Elsewhere -WhatIf", "Get-JcConnector lists the tenants")]
    [InlineData("Test-JcLogFilter -Condition 'event_type Equal sso_auth' -ConnectorName Acem", "Did you mean 'Acme'?")]
    public void A_filter_for_what_is_not_there_is_warned_of(string command, string remedy)
    {
        ScriptResult result = store.Work.Run(command);
        Assert.Empty(result.AllErrors);
        Assert.Contains(remedy, Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("event_type = sso_auth", "Did you mean 'event_type Equal sso_auth'?")]
    [InlineData("event_type:\"sso_auth\"", "Did you mean 'event_type Equal sso_auth'?")]
    [InlineData("event_typ = sso_auth", "Did you mean 'event_type Equal sso_auth'?")]
    [InlineData("srcip = 10.0.0.0/8", "Did you mean 'srcip InSubnet 10.0.0.0/8'?")]
    [InlineData("event_type != sso_auth", "Did you mean 'event_type NotEqual sso_auth'?")]
    [InlineData("event_type -eq sso_auth", "Did you mean Equal?")]
    [InlineData("event_type like sso_*", "Did you mean StartsWith, EndsWith, Contains or Match?")]
    [InlineData("event_type Equals sso_auth", "Did you mean Equal?")]
    public void A_condition_in_the_words_of_another_language_is_refused_with_ours(string condition, string remedy)
    {
        ErrorRecord error = Assert.Single(store.Work.Run($"New-JcLogFilter Foreign '{condition}' -WhatIf").AllErrors);
        Assert.StartsWith("ParameterArgumentTransformationError,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(remedy, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_condition_on_a_field_that_no_record_has_is_warned_of()
    {
        await using Workspace work = Workspace.Offline();
        work.RunWell("$null = New-JcLogFilter Good 'event_type Equal sso_auth', 'jumpcloud.anything Exists'");
        foreach (string script in (string[])
            [
                "New-JcLogFilter F 'EventType NotEqual sso_auth' -WhatIf", "$null = New-JcLogFilter F 'EventType NotEqual sso_auth'", "Set-JcLogFilter Good 'EventType NotEqual sso_auth' -WhatIf",
                "$null = Test-JcLogFilter F", "$null = Test-JcLogFilter -Condition 'EventType NotEqual sso_auth'",
            ])
        {
            ScriptResult result = work.Run(script);
            Assert.Empty(result.AllErrors);
            Assert.Contains("'event_type'?", Assert.Single(result.Warnings, w => !w.StartsWith("There was nothing to try", StringComparison.Ordinal)), StringComparison.Ordinal);
        }

        Assert.StartsWith("There was nothing to try", Assert.Single(work.Run("$null = Test-JcLogFilter Good; Set-JcLogFilter F -TenantName T").Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Conditions_hold_together()
    {
        PSObject some = All.First(r => r.Text("EventStatus") == "failure");
        string service = some.Text("Service")!;
        AssertFound(
            r => r.Text("ConnectorName") == "Acme" && r.Text("EventStatus") == "failure" && r.Text("Service") == service,
            $"acme -EventStatus failure -Service {service}");
    }

    [Fact]
    public void The_first_ones_come_and_no_more()
    {
        Assert.Equal(All.Take(7).Select(Sequence), Find("-First 7").Select(Sequence));
        Assert.Equal(All.Reverse().Take(3).Select(TimeOf), Find("-First 3 -Oldest").Select(TimeOf));
        Assert.Equal(All.Count, Find("-First 100000").Count);
        // A consumer that has enough ends it too.
        IReadOnlyList<PSObject> taken = store.Work.RunWell(
            "$n = 0; foreach ($i in 1) { Get-JcIngestedRecord | ForEach-Object { $_; if (++$n -ge 4) { break } } }");
        Assert.Equal(All.Take(4).Select(Sequence), taken.Select(Sequence));
    }

    [Fact]
    public void As_JSON_it_is_the_stored_text()
    {
        string[] texts = [.. Find("-AsJson").Select(t => Assert.IsType<string>(t.BaseObject))];
        Assert.Equal(All.Select(r => r.Text("Json")), texts);
        foreach (string text in texts)
        {
            using JsonDocument document = JsonDocument.Parse(text);
            Assert.DoesNotContain('\n', text);
            Assert.True(document.RootElement.TryGetProperty("jumpcloud", out _));
        }
    }

    [Fact]
    public async Task After_a_place_it_goes_on_without_gap_or_repetition()
    {
        await using Workspace work = await Workspace.StartAsync(events: 730, users: 11);
        work.Add();
        work.RunWell("Invoke-JcCollection");
        List<long> seen = [];
        for (long place = 0; ;)
        {
            long[] page = [.. work.RunWell($"Get-JcIngestedRecord -AfterSequence {place} -First 100").Select(Sequence)];
            if (page.Length == 0) break;
            seen.AddRange(page);
            place = page[^1];
            // More arrives while it is being read.
            if (seen.Count == 300)
            {
                work.Organization.AddEvents(9, DateTimeOffset.UtcNow.AddHours(-2), DateTimeOffset.UtcNow.AddMinutes(-1));
                work.Organization.AddEvents(5, DateTimeOffset.UtcNow.AddMinutes(-3), DateTimeOffset.UtcNow.AddMinutes(-1));
                work.RunWell("Invoke-JcCollection -Force");
            }
        }

        Assert.Equal(seen.Order(), seen);
        Assert.Equal(work.RunWell("Get-JcIngestedRecord").Select(Sequence).Order(), seen);
        Assert.True(seen.Count > 741);
        Assert.Empty(work.RunWell($"Get-JcIngestedRecord -AfterSequence {seen[^1]}"));
        Assert.Equal(seen[^1], work.One($"Get-JcIngestedRecord -AfterSequence '{seen[^2]}'").Number("Sequence"));
    }

    [Fact]
    public void Connectors_of_the_pipeline_bring_their_records_and_their_store()
    {
        using var session = new ModuleSession();
        session.SetVariable("store", store.Work.StorePath);
        Assert.Equal(
            All.Where(r => r.Text("ConnectorName") == "Beta").Select(Sequence),
            session.Invoke("Get-JcConnector Beta -StorePath $store | Get-JcIngestedRecord").Output.Select(Sequence));
        Assert.Equal(
            All.Select(Sequence),
            session.Invoke("Get-JcConnector -StorePath $store | Get-JcIngestedRecord").Output.Select(Sequence));
        Assert.Empty(session.Invoke("Get-JcConnector none* -StorePath $store | Get-JcIngestedRecord -StorePath $store").Output);
    }

    [Theory]
    [InlineData("LastAndAfter", "one of the two", "-Last 3h -After 2026-01-01")]
    [InlineData("ParameterArgumentTransformationError", "24h", "-Last 5")]
    [InlineData("ParameterArgumentTransformationError", "24h", "-After 5")]
    [InlineData("ParameterArgumentTransformationError", "2026-01-31", "-Before 31.01.2026")]
    [InlineData("ParameterArgumentTransformationError", "whole number", "-AfterSequence x")]
    [InlineData("ParameterArgumentTransformationError", "whole number", "-First many")]
    [InlineData("ParameterArgumentTransformationError", "at most 9223372036854775807", "-First 99999999999999999999")]
    [InlineData("ParameterArgumentTransformationError", "too long", "-Last 99999999d")]
    [InlineData("ParameterArgumentTransformationError", "less than nothing", "-Last -1h")]
    [InlineData("ParameterArgumentValidationError", "minimum", "-AfterSequence -5")]
    [InlineData("ParameterArgumentValidationError", "minimum", "-First 0")]
    public void What_cannot_be_searched_is_refused(string errorId, string says, string given) =>
        Assert.Contains(says, store.Work.Refused(errorId, $"Get-JcIngestedRecord {given}"), StringComparison.Ordinal);

    [Fact]
    public void Where_nothing_is_found_verbose_says_what_was_searched()
    {
        ScriptResult result = store.Work.Run("Get-JcIngestedRecord -EventType no_such_type -Verbose");
        Assert.Empty(result.Output);
        Assert.Contains(result.Verbose, l => l.Contains($"the store's {All.Count} records", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Get-JcIngestedRecord")]
    [InlineData("Measure-JcIngestedRecord")]
    [InlineData("Export-JcIngestedRecord never.ndjson -WhatIf")]
    [InlineData("Remove-JcIngestedRecord -WhatIf")]
    public void A_misspelt_name_is_pointed_out_with_the_one_that_is_meant(string command)
    {
        ScriptResult result = store.Work.Run($"{command} -ConnectorName Amce, Beta -TenantName Acme*");
        Assert.Empty(result.AllErrors);
        Assert.Contains("'Amce'", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.EndsWith("Did you mean 'Acme'?", result.Warnings[0], StringComparison.Ordinal);
        Assert.Empty(store.Work.Run($"{command} -ConnectorName Beta, A*").Warnings);
    }

    [Fact]
    public void Verbose_names_what_rules_out_everything()
    {
        ScriptResult result = store.Work.Run("Get-JcIngestedRecord Acme -User nobody.at.all -EventStatus failure -Verbose");
        Assert.Empty(result.Output);
        Assert.Contains(result.Verbose, l => l.Contains("user 'nobody.at.all'", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Verbose, l => l.Contains("connector 'Acme'", StringComparison.Ordinal));
        Assert.Contains(store.Work.Run("Remove-JcIngestedRecord Acme -Before 2001-01-01 -Verbose").Verbose, l => l.Contains("no record of that span", StringComparison.Ordinal));
    }

    [Fact]
    public void Records_are_found_by_the_time_they_were_written()
    {
        DateTimeOffset[] written = [.. All.Select(r => (DateTimeOffset)r.Get("WriteTime")!).Distinct().Order()];
        DateTimeOffset middle = written[written.Length / 2];
        AssertFound(r => (DateTimeOffset)r.Get("WriteTime")! >= middle, $"-IngestedAfter '{middle.UtcDateTime:O}'");
        Assert.Equal(All.Count, Find("-IngestedAfter 1h").Count);
        Assert.Empty(Find("-IngestedAfter 2h -AfterSequence 999999999"));
        Assert.Equal(All.Count, store.Work.One("Measure-JcIngestedRecord -IngestedAfter 1h").Number("Count"));
        Assert.Equal(0, store.Work.One($"Measure-JcIngestedRecord -IngestedAfter '{written[^1].UtcDateTime.AddSeconds(1):O}'").Number("Count"));
    }

    [Fact]
    public void A_log_filter_is_tried_on_what_is_stored()
    {
        Workspace work = store.Work;
        string type = CommonType();
        int matching = All.Count(r => r.Text("EventType") == type);
        work.RunWell($"$null = New-JcLogFilter Tried 'event_type Equal {type}'");
        PSObject result = work.One("Test-JcLogFilter Tried");
        Assert.Equal(All.Count, result.Number("Tested"));
        Assert.Equal(matching, result.Number("Excluded"));
        Assert.Equal((double)matching / All.Count, (double)result.Get("Fraction")!, 6);
        PSObject[] sample = Items(result, "Sample");
        Assert.Equal(5, sample.Length);
        Assert.All(sample, r => Assert.Equal(type, r.Text("EventType")));

        result = work.One($"Test-JcLogFilter -Condition 'event_type Equal {type}', 'connector_name Equal Beta' -SampleSize 2");
        Assert.Equal(All.Count(r => r.Text("EventType") == type && r.Text("ConnectorName") == "Beta"), result.Number("Excluded"));
        Assert.Equal(2, Items(result, "Sample").Length);
        result = work.One("Get-JcLogFilter Tried | Test-JcLogFilter -ConnectorName Acme -Last 5h -SampleSize 0");
        int tested = All.Count(r => r.Text("ConnectorName") == "Acme" && TimeOf(r) >= DateTimeOffset.UtcNow.AddHours(-5));
        Assert.InRange(result.Number("Tested"), tested - 20, tested + 20);
        Assert.Empty(Items(result, "Sample"));
        // It was a trial: nothing is counted, and nothing is gone.
        Assert.Equal(0, work.One("Get-JcLogFilter Tried").Number("Excluded"));
        Assert.Equal(All.Count, Find("").Count);
        work.Refused("LastAndAfter", "Test-JcLogFilter Tried -Last 1h -After 2026-01-01");
        work.Refused("LogFilterNotFound", "Test-JcLogFilter Nothing");
    }

    [Fact]
    public async Task A_log_filter_that_was_tried_on_nothing_is_said_with_what_to_do()
    {
        await using Workspace work = Workspace.Offline();
        work.RunWell("$null = New-JcLogFilter One 'severity Exists'; $null = New-JcLogFilter Two 'reason Exists'");
        ScriptResult empty = work.Run("Test-JcLogFilter One, Two");
        Assert.Equal(2, empty.Output.Count);
        Assert.EndsWith("holds no records yet. Invoke-JcCollection collects what is due.", Assert.Single(empty.Warnings), StringComparison.Ordinal);
        Assert.Contains("Give a wider span", Assert.Single(store.Work.Run("Test-JcLogFilter -Condition 'severity Exists' -Before 2020-01-31").Warnings), StringComparison.Ordinal);
        Assert.Empty(store.Work.Run("Test-JcLogFilter -Condition 'severity Exists'").Warnings);
    }

    [Fact]
    public async Task An_attached_log_filter_excludes_and_counts()
    {
        string type = CommonType();
        await using Workspace work = await Workspace.StartAsync(events: 1200, users: 0);
        PSObject filter = work.One($"New-JcLogFilter Quiet @{{ Field = 'event_type'; Operator = 'In'; Value = '{type}', 'no' }}");
        Assert.Equal(false, filter.Get("IsActive"));
        work.One("New-JcConnector Acme T -ApiKey $key -ContentType DirectoryInsights -LogFilter quiet @sim");
        work.One("New-JcConnector Whole T -ApiKey $key -ContentType DirectoryInsights @sim");
        PSObject[] turns = [.. work.RunWell("Invoke-JcCollection").OrderBy(t => t.Text("ConnectorName"), StringComparer.Ordinal)];
        int matching = work.RunWell($"Get-JcIngestedRecord Whole -EventType {type}").Count;
        Assert.True(matching > 0);
        Assert.Equal(matching, turns[0].Number("Filtered"));
        Assert.Equal(work.Truth - matching, turns[0].Number("New"));
        Assert.Equal(0, turns[1].Number("Filtered"));
        Assert.Empty(work.RunWell($"Get-JcIngestedRecord Acme -EventType {type}"));
        filter = work.One("Get-JcLogFilter");
        Assert.Equal(true, filter.Get("IsActive"));
        Assert.Equal(["Acme"], Items(filter, "ConnectorName").Select(n => n.ToString()));
        Assert.Equal(matching, filter.Number("Excluded"));
        Assert.InRange((DateTimeOffset)filter.Get("LastExcluded")!, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);

        work.RunWell("Set-JcConnector Acme -LogFilter @()");
        Assert.Equal(false, work.One("Get-JcLogFilter").Get("IsActive"));
    }

    [Fact]
    public async Task Log_filters_are_changed_and_removed()
    {
        int asked = 0;
        await using Workspace work = Workspace.Offline(new TextHostOptions { OnChoice = (_, _, _) => ++asked * 0 });
        Assert.Empty(work.RunWell("New-JcLogFilter F 'severity Exists' -WhatIf"));
        Assert.False(Directory.Exists(work.StorePath));
        PSObject filter = work.One("New-JcLogFilter F 'srcip InSubnet 10.0.0.0/8, 2001:db8::/32', 'event_status Equal success'");
        Assert.Equal(
            ["srcip InSubnet 10.0.0.0/8, 2001:db8::/32", "event_status Equal success"],
            Items(filter, "Condition").Select(c => c.ToString()));
        work.Add(more: "-LogFilter F");
        work.Refused("LogFilterExists", "New-JcLogFilter f 'severity Exists'");
        Assert.Empty(work.RunWell("Set-JcLogFilter F -Condition 'user.name Exists' -PassThru -WhatIf"));
        Assert.Equal(2, Items(work.One("Get-JcLogFilter f"), "Condition").Length);
        filter = work.One("Set-JcLogFilter F ([pscustomobject]@{ Field = 'user.name'; Operator = 'Exists' }) -PassThru");
        Assert.Equal(["user.name Exists"], Items(filter, "Condition").Select(c => c.ToString()));
        string message = work.Refused("LogFilterOfOtherTenant", "Set-JcLogFilter F -TenantName Other");
        Assert.Contains("tenant 'Other'", message, StringComparison.Ordinal);
        work.RunWell("Set-JcLogFilter F -TenantName 'acme ltd'");
        message = work.Refused(
            "LogFilterOfOtherTenant", "New-JcConnector B Beta -ApiKey $key -ContentType SystemUser -LogFilter F");
        Assert.Contains("same tenant", message, StringComparison.Ordinal);

        Assert.Empty(work.RunWell("Remove-JcLogFilter F -WhatIf"));
        Assert.Single(work.RunWell("Get-JcLogFilter F*"));
        work.RunWell("Remove-JcLogFilter F");
        Assert.Equal(1, asked);
        Assert.Empty(work.RunWell("Get-JcLogFilter"));
        Assert.Empty(Items(work.One("Get-JcConnector"), "LogFilter"));
        work.RunWell("$null = New-JcLogFilter G 'severity Exists'; Get-JcLogFilter | Remove-JcLogFilter -Force");
        Assert.Equal(1, asked);
        work.Refused("LogFilterNotFound", "Remove-JcLogFilter G -Force");
        work.Refused("LogFilterNotFound", "Get-JcLogFilter G");
        work.Refused("LogFilterNotFound", "Set-JcLogFilter G -TenantName T");
        Assert.Contains("-Condition", work.Refused("NothingToChange", "Set-JcLogFilter F"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("InvalidLogFilterName", "without wildcards", "'a*' 'severity Exists'")]
    [InlineData("InvalidLogFilterCondition", "at least one", "F 'event_type Equal'")]
    [InlineData("InvalidLogFilterCondition", "regular expression", "F 'event_type Match ('")]
    [InlineData("InvalidLogFilterCondition", "10.0.0.0/8", "F 'srcip InSubnet nowhere'")]
    [InlineData("InvalidLogFilterCondition", "neither a number nor a time", "F 'timestamp GreaterThan soon'")]
    [InlineData("InvalidLogFilterCondition", "dotted path", "F '.type Exists'")]
    [InlineData("InvalidLogFilterCondition", "attach a second", "F (1..11 | ForEach-Object { \"f$_ Exists\" })")]
    [InlineData("ParameterArgumentTransformationError", "field operator values", "F 'event_type Is x'")]
    [InlineData("ParameterArgumentTransformationError", "field operator values", "F 'event_type'")]
    [InlineData("ParameterArgumentTransformationError", "field operator values", "F @{ Field = 'x' }")]
    public async Task A_log_filter_that_cannot_be_is_refused(string errorId, string says, string given)
    {
        await using Workspace work = Workspace.Offline();
        Assert.Contains(says, work.Refused(errorId, $"New-JcLogFilter {given}"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(work.StorePath));
    }

    private static DateTimeOffset TimeOf(PSObject record) => (DateTimeOffset)record.Get("Timestamp")!;

    private static long Sequence(PSObject record) => record.Number("Sequence");

    private static string Iso(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);

    private static bool Same(string? one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static PSObject[] Items(PSObject item, string property) =>
        [.. ((IEnumerable)item.Get(property)!).Cast<object>().Select(PSObject.AsPSObject)];

    // Of the record itself, not of the properties that the search may have read.
    private static List<string> UserOf(PSObject record)
    {
        using JsonDocument document = JsonDocument.Parse(record.Text("Json")!);
        if (!document.RootElement.TryGetProperty("user", out JsonElement user)) return [];
        return
        [
            .. new[] { "name", "email", "id" }
                .Where(p => user.TryGetProperty(p, out JsonElement value) && value.ValueKind == JsonValueKind.String)
                .Select(p => user.GetProperty(p).GetString()!),
        ];
    }

    private string CommonType() =>
        All.Where(r => r.Text("EventType") is not null).GroupBy(r => r.Text("EventType")!).MaxBy(g => g.Count())!.Key;

    private IReadOnlyList<PSObject> Find(string given) => store.Work.RunWell($"Get-JcIngestedRecord {given}");

    private void AssertFound(Func<PSObject, bool> condition, string given)
    {
        long[] expected = [.. All.Where(condition).Select(Sequence)];
        Assert.True(expected.Length > 0, $"{given} would find nothing.");
        Assert.Equal(expected, Find(given).Select(Sequence));
    }
}
