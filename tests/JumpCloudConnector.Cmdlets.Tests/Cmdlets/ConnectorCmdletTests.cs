using System.Management.Automation;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>New-, Get-, Set-, Remove-, Enable- and Disable-JcConnector, and what a collection makes of what they set.</summary>
public sealed class ConnectorCmdletTests
{
    private const string AnId = "0123456789abcdef01234567";
    private const string Minimum = "-TenantName T -ApiKey $key -ContentType SystemUser";

    [Fact]
    public async Task A_connector_is_added_with_the_defaults_and_listed()
    {
        await using Workspace work = Workspace.Offline();
        PSObject added = work.One("New-JcConnector Acme 'Acme Ltd' -ApiKey $key -ContentType DirectoryInsights");
        Assert.Equal("Acme", added.Get("Name"));
        Assert.Equal("Acme Ltd", added.Get("TenantName"));
        Assert.Equal("DataProcessor", added.Text("RunOn"));
        Assert.Equal("Default", added.Get("AnalyzerProfile"));
        Assert.Equal(true, added.Get("Enabled"));
        Assert.Equal(5, added.Get("IntervalMinutes"));
        Assert.Equal(TimeSpan.FromHours(24), added.Get("InitialLookback"));
        Assert.Equal("US", added.Text("Region"));
        Assert.Equal("https://api.jumpcloud.com/", added.Text("InsightsUri"));
        Assert.Equal("Not collected yet", added.Get("StatusMessage"));
        Assert.Equal(work.StorePath, added.Get("StorePath"));

        PSObject listed = work.One("Get-JcConnector");
        Assert.Equal(added.Get("Id"), listed.Get("Id"));
        Assert.Equal(added.Get("TenantId"), listed.Get("TenantId"));
    }

    [Fact]
    public async Task Connectors_are_found_by_name_tenant_and_wildcard()
    {
        await using Workspace work = Workspace.Offline();
        foreach ((string name, string tenant) in new[] { ("Acme-1", "Acme"), ("Acme-2", "Acme"), ("Beta", "Beta Ltd") })
            work.RunWell($"New-JcConnector '{name}' '{tenant}' -ApiKey $key -ContentType SystemUser");

        Assert.Equal(["Acme-1", "Acme-2"], Names("Get-JcConnector acme*"));
        Assert.Equal(["Beta"], Names("Get-JcConnector -TenantName 'beta*'"));
        Assert.Equal(["Acme-2", "Beta"], Names("'Acme-2', 'BETA' | Get-JcConnector"));
        Assert.Equal(["Beta"], Names("[pscustomobject]@{ ConnectorName = 'Beta' } | Get-JcConnector"));
        Assert.Empty(work.RunWell("Get-JcConnector none*"));
        // One name that is not there does not keep the other from being found.
        ScriptResult mixed = work.Run("Get-JcConnector Beta, Nowhere");
        Assert.Equal(["Beta"], mixed.Values("Name"));
        Assert.Equal(["ConnectorNotFound"], mixed.ErrorIds);
        Assert.Contains("Get-JcConnector lists", mixed.Errors[0].ToString(), StringComparison.Ordinal);

        string[] Names(string script) => [.. work.RunWell(script).Select(c => c.Text("Name")!)];
    }

    [Fact]
    public async Task Cells_of_a_table_are_bound_by_the_names_of_its_columns()
    {
        await using Workspace work = Workspace.Offline();
        PSObject[] added = [.. work.RunWell(
            """
            [pscustomobject]@{
                Name = 'Full'; TenantName = 'T'; ApiKey = $key; ContentType = 'DirectoryInsights,SystemUser'
                IntervalMinutes = '15'; InitialLookback = '36h'; Retention = '15d'; Region = 'EU'; LogFilter = ''; ProviderId = ''
                OrganizationId = '0123456789abcdef01234567'
                RunOn = ''; SensorName = ''; AnalyzerProfile = ''; InsightsUri = ''; ConsoleUri = ''; ApiKeyExpiresAt = ''
            },
            [pscustomobject]@{
                Name = 'Blank'; TenantName = 'T'; ApiKey = $key; ContentType = 'SystemUser'; IntervalMinutes = ''
                InitialLookback = ''; Retention = ''; Region = ''; LogFilter = $null; ProviderId = $null; OrganizationId = ''
                RunOn = 'Sensor'; SensorName = [Environment]::MachineName; AnalyzerProfile = ''
            } | New-JcConnector
            """)];
        Assert.Equal(["Full", "Blank"], added.Select(c => c.Text("Name")));
        Assert.Equal(["DirectoryInsights", "SystemUser"], Items(added[0], "ContentType"));
        Assert.Equal(15, added[0].Get("IntervalMinutes"));
        Assert.Equal(TimeSpan.FromHours(36), added[0].Get("InitialLookback"));
        Assert.Equal([TimeSpan.FromDays(15), TimeSpan.FromDays(90)], added.Take(2).Select(a => a.Get("Retention")));
        Assert.Equal("https://api.eu.jumpcloud.com/", added[0].Text("InsightsUri"));
        Assert.Equal("0123456789abcdef01234567", added[0].Get("OrganizationId"));
        Assert.Equal("Default", added[0].Get("AnalyzerProfile"));
        Assert.Equal(5, added[1].Get("IntervalMinutes"));
        Assert.Equal(TimeSpan.FromHours(24), added[1].Get("InitialLookback"));
        Assert.Equal("US", added[1].Text("Region"));
        Assert.Null(added[1].Get("OrganizationId"));
        Assert.Equal("Sensor", added[1].Text("RunOn"));
        Assert.Null(added[1].Get("AnalyzerProfile"));
    }

    [Fact]
    public async Task A_table_says_of_each_connector_where_its_key_lies_and_what_is_typed_holds_for_all()
    {
        await using Workspace work = Workspace.Offline();
        work.RunWell(
            """
            function Row($name, $secret, $vault, $variable) { [pscustomobject]@{ Name = $name; ApiKeySecret = $secret; ApiKeyVault = $vault; ApiKeyVariable = $variable; TokenUri = '' } }
            $add = @{ TenantName = 'T'; ContentType = 'SystemUser' }
            """);
        ScriptResult run = work.Run("(Row S one Ops ''), (Row V '' '' JCC_A_KEY), (Row Both one '' JCC_A_KEY), (Row None '' '' ''), (Row W '' '' JCC_OTHER) | New-JcConnector @add");
        Assert.Equal(["S ApiKeySecret", "V ApiKeyVariable", "W ApiKeyVariable"], run.Output.Select(c => $"{c.Text("Name")} {c.Text("CredentialType")}"));
        Assert.Equal(["InvalidApiKeyReference", "ApiKeyRequired"], run.ErrorIds);
        Assert.All(["'Both'", "'None'"], name => Assert.Contains(run.AllErrors, error => error.ToString()!.Contains(name, StringComparison.Ordinal)));
        PSObject[] typed = [.. work.RunWell("(Row S2 one Ops ''), (Row V2 '' '' JCC_A_KEY) | New-JcConnector @add -ApiKey $key -WarningAction Ignore")];
        Assert.All(typed, c => Assert.Equal(("ApiKey", null, null), (c.Text("CredentialType"), c.Get("ApiKeyVault"), c.Get("ApiKeyVariable"))));
        Assert.Equal(2, typed.Length);
    }

    [Fact]
    public async Task What_holds_for_many_of_a_table_is_said_once_with_their_names()
    {
        await using Workspace work = Workspace.Offline();
        work.RunWell(
            """
            $null = New-JcLogFilter F 'EventType NotEqual sso_auth' -WarningAction Ignore
            function Rows { param([string[]] $Names) foreach ($n in $Names) { [pscustomobject]@{ Name = $n; TenantName = 'T'; ContentType = 'SystemUser'; ApiKeyVariable = "K_$n" } } }
            """);
        ScriptResult made = work.Run(
            "Rows A, B, C, D, E | New-JcConnector -NoAnalyzerProfile -ApiKeyExpiresAt 3d -LogFilter F -CertificateAuthorityFile $folder/none.pem");
        Assert.Equal(4, made.Warnings.Count);
        Assert.Single(made.Warnings, w => w.StartsWith("Log filter 'F': ", StringComparison.Ordinal));
        Assert.Single(made.Warnings, w => w.StartsWith("The API key of connectors 'A', 'B', 'C' and 2 more expires on ", StringComparison.Ordinal));
        Assert.Single(made.Warnings, w => w.StartsWith("Connectors 'A', 'B', 'C' and 2 more are in no Data Analyzer profile", StringComparison.Ordinal));
        Assert.Single(made.Warnings, w => w.StartsWith("Connectors 'A', 'B', 'C' and 2 more: The file of certificate", StringComparison.Ordinal));
        Assert.StartsWith("Connectors 'X' and 'Y': It runs on the sensor 'NOBODY'", Assert.Single(work.Run("Rows X, Y | New-JcConnector -RunOn Sensor -SensorName NOBODY").Warnings), StringComparison.Ordinal);
        Assert.StartsWith("Connectors 'A' and 'B' are in no", Assert.Single(work.Run("Get-JcConnector A, B | Set-JcConnector -NoAnalyzerProfile").Warnings), StringComparison.Ordinal);
        Assert.StartsWith("The API key of connectors 'X' and 'Y' expired on ", Assert.Single(work.Run("Get-JcConnector X, Y | Set-JcConnector -ApiKeyExpiresAt 2026-01-31").Warnings), StringComparison.Ordinal);
        Assert.Single(work.Run("$null = Invoke-JcCollection X, Y").Warnings, w => w.StartsWith("The API key of connectors 'X' and 'Y' expired on ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("'jca_0123456789abcdef0123456789'")]
    [InlineData("\"0123456789abcdef0123456789abcdef01234567\"")]
    [InlineData("Bearer 0123456789abcdef0123456789abcdef01234567")]
    [InlineData("0123456789abcdef0123456789abcdef01234567\n")]
    public async Task What_can_be_no_key_is_refused(string copied)
    {
        await using Workspace work = Workspace.Offline();
        work.Session.SetVariable("copied", Workspace.Secure(copied));
        Assert.Contains("quotation marks or the word Bearer", work.Refused("InvalidApiKey", "New-JcConnector Acme T -ContentType SystemUser -ApiKey $copied"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_shorter_than_any_is_warned_of()
    {
        await using Workspace work = Workspace.Offline();
        work.Session.SetVariable("part", Workspace.Secure("0123456789"));
        Assert.Contains("has 10 characters", Assert.Single(work.Run("New-JcConnector A T -ContentType SystemUser -ApiKey $part").Warnings), StringComparison.Ordinal);
        Assert.Empty(work.Run("Set-JcConnector A -ApiKey $key").Warnings);
        Assert.StartsWith("Connector 'A': The API key has", Assert.Single(work.Run("Set-JcConnector A -ApiKey $part").Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_if_makes_no_store_and_no_connector()
    {
        await using Workspace work = Workspace.Offline();
        Assert.Empty(work.RunWell($"New-JcConnector Acme {Minimum} -WhatIf"));
        Assert.False(Directory.Exists(work.StorePath));
        // What would be refused is refused under -WhatIf too.
        work.Refused("InvalidInterval", $"New-JcConnector Acme {Minimum} -IntervalMinutes 0 -WhatIf");
        work.Add();
        work.Refused("ConnectorExists", $"New-JcConnector acme {Minimum} -WhatIf");

        Assert.Empty(work.RunWell("Set-JcConnector Acme -IntervalMinutes 60 -PassThru -WhatIf"));
        Assert.Empty(work.RunWell("Disable-JcConnector Acme -PassThru -WhatIf"));
        Assert.Empty(work.RunWell("Remove-JcConnector Acme -WhatIf"));
        Assert.Empty(work.RunWell("Remove-JcConnector Acme -Force -WhatIf"));
        PSObject connector = work.One("Get-JcConnector");
        Assert.Equal(5, connector.Get("IntervalMinutes"));
        Assert.Equal(true, connector.Get("Enabled"));
    }

    [Theory]
    [InlineData("InvalidConnectorName", "single-byte", "-Name 'Akmé'")]
    [InlineData("InvalidConnectorName", "single-byte", "-Name '株式会社'")]
    [InlineData("InvalidConnectorName", "wildcard", "-Name 'Acme*'")]
    [InlineData("InvalidConnectorName", "empty", "-Name ' '")]
    [InlineData("InvalidInterval", "1 to 21600", "-IntervalMinutes 0")]
    [InlineData("InvalidInterval", "1 to 21600", "-IntervalMinutes -1")]
    [InlineData("InvalidInterval", "1 to 21600", "-IntervalMinutes 21601")]
    [InlineData("ParameterArgumentTransformationError", "whole number", "-IntervalMinutes 'five'")]
    [InlineData("ParameterArgumentTransformationError", "whole number", "-IntervalMinutes 2.5")]
    [InlineData("ParameterArgumentTransformationError", "DirectoryInsights", "-ContentType Events")]
    [InlineData("ParameterArgumentTransformationError", "DirectoryInsights", "-ContentType 1")]
    [InlineData("ParameterArgumentTransformationError", "24h", "-InitialLookback 30")]
    [InlineData("InvalidLookback", "90d", "-InitialLookback 91d")]
    [InlineData("InvalidLookback", "nothing older", "-InitialLookback 16d -Retention 15d")]
    [InlineData("InvalidRetention", "1d to 90d", "-Retention 91d")]
    [InlineData("InvalidRetention", "1d to 90d", "-Retention 23h")]
    [InlineData("InvalidRetention", "shorter interval", "-Retention 2d -IntervalMinutes 2880")]
    [InlineData("ParameterArgumentTransformationError", "24h", "-Retention 15")]
    [InlineData("InvalidTenantName", "Leave it out", "-TenantName ' T'")]
    [InlineData("InvalidProviderId", "24 hexadecimal", "-ProviderId 12345")]
    [InlineData("InvalidOrganizationId", "Admin Portal", "-OrganizationId 'Acme'")]
    [InlineData("ProviderAndOrganization", "one of the two", $"-ProviderId {AnId} -OrganizationId {AnId}")]
    [InlineData("InsecureUri", "Use https", "-InsightsUri http://jumpcloud.example/ -ConsoleUri https://jumpcloud.example/")]
    [InlineData("InsecureUri", "Use https", "-InsightsUri https://jumpcloud.example/ -ConsoleUri http://192.168.1.1/")]
    [InlineData("InvalidUri", "both or neither", "-InsightsUri https://jumpcloud.example/")]
    [InlineData("InvalidUri", "without user", "-InsightsUri https://u:p@jc.example/ -ConsoleUri https://jc.example/")]
    [InlineData("InvalidSensorName", "Give -SensorName", "-RunOn Sensor")]
    [InlineData("InvalidRunOn", "Leave -AnalyzerProfile out", "-RunOn Sensor -SensorName S -AnalyzerProfile Default")]
    [InlineData("InvalidRunOn", "-RunOn Sensor", "-SensorName S")]
    [InlineData("ProfileAndNoProfile", "one of the two", "-AnalyzerProfile Default -NoAnalyzerProfile")]
    [InlineData("AnalyzerProfileNotFound", "New-JcAnalyzerProfile", "-AnalyzerProfile Nowhere")]
    [InlineData("LogFilterNotFound", "Get-JcLogFilter", "-LogFilter Nothing")]
    [InlineData("PlainTextApiKey", "SecureString", "-ApiKey 'jca_plain'")]
    public async Task What_is_refused_says_what_to_do_and_stores_nothing(string errorId, string says, string given)
    {
        await using Workspace work = Workspace.Offline();
        // In a hashtable the case's own value takes the place of the good one.
        string[] defaults = ["-Name Acme", "-TenantName T", "-ApiKey $key", "-ContentType SystemUser"];
        string others = string.Join(' ', defaults.Where(d => !given.Contains(d.Split(' ')[0] + " ", StringComparison.Ordinal)));
        string message = work.Refused(errorId, $"New-JcConnector {others} {given}");
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.DoesNotContain("jca_plain", message, StringComparison.Ordinal);
        Assert.Empty(work.RunWell("if ([IO.Directory]::Exists($store)) { Get-JcConnector }"));
    }

    [Fact]
    public async Task A_name_is_given_once_whatever_its_case()
    {
        await using Workspace work = Workspace.Offline();
        work.Add();
        string message = work.Refused("ConnectorExists", $"New-JcConnector ACME {Minimum}");
        Assert.Contains("Choose another name", message, StringComparison.Ordinal);
        Assert.Single(work.RunWell("Get-JcConnector"));
    }

    [Fact]
    public async Task Plain_http_is_for_loopback_alone()
    {
        await using Workspace work = Workspace.Offline();
        int number = 0;
        foreach (string uri in new[] { "http://localhost/", "http://127.0.0.1:8080/", "http://[::1]:80/" })
            work.RunWell($"New-JcConnector {++number} {Minimum} -InsightsUri {uri} -ConsoleUri {uri}");
        const string other = "http://localhost.example/";
        work.Refused("InsecureUri", $"New-JcConnector Far {Minimum} -InsightsUri {other} -ConsoleUri {other}");
        Assert.Equal(3, work.RunWell("Get-JcConnector").Count);
    }

    [Fact]
    public async Task A_store_path_that_is_a_file_is_refused()
    {
        await using Workspace work = Workspace.Offline();
        string file = Path.Combine(work.Folder, "file");
        await File.WriteAllTextAsync(file, "mine", TestContext.Current.CancellationToken);
        string message = work.Refused("StorePathIsFile", $"New-JcConnector Acme {Minimum} -StorePath '{file}'");
        Assert.Contains("Give a folder", message, StringComparison.Ordinal);
        work.Refused("StorePathIsFile", $"Get-JcConnector -StorePath '{file}'");
        Assert.Equal("mine", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        message = work.Refused("StoreNotFound", "Get-JcConnector -StorePath $folder/none");
        Assert.Contains("New-JcConnector makes", message, StringComparison.Ordinal);
        work.Refused("InvalidStorePath", $"New-JcConnector Acme {Minimum} -StorePath 'Env:\\PATH'");
    }

    [Fact]
    public async Task One_bad_line_of_a_pipeline_leaves_the_others()
    {
        await using Workspace work = Workspace.Offline();
        ScriptResult result = work.Run(
            """
            '5', '0', 'many', '7' | ForEach-Object {
                [pscustomobject]@{ Name = "N$_"; IntervalMinutes = $_; ApiKey = $key; ContentType = 'SystemUser' }
            } | New-JcConnector -TenantName T
            """);
        Assert.Equal(["N5", "N7"], result.Values("Name"));
        Assert.Equal(["InvalidInterval", "ParameterArgumentTransformationError"], result.ErrorIds);
        Assert.Null(result.Terminating);
        Assert.Equal(["N5", "N7"], work.RunWell("Get-JcConnector").Select(c => c.Text("Name")));

        result = work.Run("'N5', 'None', 'N7' | Disable-JcConnector -PassThru");
        Assert.Equal(["N5", "N7"], result.Values("Name"));
        Assert.Equal(["ConnectorNotFound"], result.ErrorIds);
    }

    [Theory]
    [InlineData("-TenantName Other")]
    [InlineData("-NewName Other")]
    [InlineData("-Category Other")]
    [InlineData("-Type Other")]
    [InlineData("-Function Respond")]
    [InlineData("-RunOn Sensor")]
    [InlineData("-SensorName Other")]
    public async Task The_general_part_is_fixed(string given)
    {
        await using Workspace work = Workspace.Offline();
        work.Add();
        string message = work.Refused("GeneralPartFixed", $"Set-JcConnector Acme {given} -IntervalMinutes 60");
        Assert.Contains(given.Split(' ')[0], message, StringComparison.Ordinal);
        Assert.Contains("New-JcConnector", message, StringComparison.Ordinal);
        PSObject connector = work.One("Get-JcConnector");
        Assert.Equal("Acme", connector.Get("Name"));
        Assert.Equal("Acme Ltd", connector.Get("TenantName"));
        Assert.Equal(5, connector.Get("IntervalMinutes"));
        Assert.Equal("DataProcessor", connector.Text("RunOn"));
    }

    [Fact]
    public async Task What_is_given_to_Set_changes_and_the_rest_stays()
    {
        await using Workspace work = Workspace.Offline();
        work.RunWell("$null = New-JcLogFilter Quiet 'event_type Equal sso_auth'; $null = New-JcAnalyzerProfile Night");
        PSObject before = work.Add(more: "-OrganizationId 0123456789abcdef01234567 -LogFilter Quiet");
        Assert.Empty(work.RunWell("Set-JcConnector Acme -IntervalMinutes '30' -InitialLookback 2d -Retention 15d"));
        PSObject after = work.One("Set-JcConnector acme -ContentType SystemUser -AnalyzerProfile night -PassThru");
        Assert.Equal(30, after.Get("IntervalMinutes"));
        Assert.Equal(TimeSpan.FromDays(2), after.Get("InitialLookback"));
        Assert.Equal(TimeSpan.FromDays(15), after.Get("Retention"));
        Assert.Equal(["SystemUser"], Items(after, "ContentType"));
        Assert.Equal("Night", after.Get("AnalyzerProfile"));
        string[] kept = ["Id", "Name", "TenantId", "OrganizationId", "ApiKeyEnding", "ApiKeySetAt", "CreatedAt", "InsightsUri"];
        Assert.All(kept, property => Assert.Equal(before.Text(property), after.Text(property)));
        Assert.Equal(["Quiet"], Items(after, "LogFilter"));

        after = work.One(
            "Set-JcConnector Acme -LogFilter $null -OrganizationId '' -InsightsUri $null -ConsoleUri $null -Region IN -PassThru");
        Assert.Empty(Items(after, "LogFilter"));
        Assert.Null(after.Get("OrganizationId"));
        Assert.Equal("https://console.in.jumpcloud.com/", after.Text("ConsoleUri"));

        foreach ((string errorId, string given) in new[]
        {
            ("InvalidInterval", "-IntervalMinutes 0"), ("InvalidRetention", "-Retention 100d"), ("InvalidLookback", "-Retention 1d"),
            ("InsecureUri", "-InsightsUri http://a.example/ -ConsoleUri http://a.example/"),
            ("AnalyzerProfileNotFound", "-AnalyzerProfile Day"),
            ("ProfileAndNoProfile", "-AnalyzerProfile Night -NoAnalyzerProfile"),
            ("InvalidApiKeyReference", "-ApiKey $key -ApiKeyVariable X"), ("PlainTextApiKey", "-ApiKey text"),
        })
        {
            work.Refused(errorId, $"Set-JcConnector Acme {given}");
            Assert.Equal(after.Get("ModifiedAt"), work.One("Get-JcConnector").Get("ModifiedAt"));
        }

        work.Refused("ConnectorNotFound", "Set-JcConnector Nobody -IntervalMinutes 5");
    }

    [Fact]
    public async Task A_sensor_that_no_host_is_is_said()
    {
        await using Workspace work = Workspace.Offline();
        ScriptResult added = work.Run($"New-JcConnector Far {Minimum} -RunOn Sensor -SensorName 'no-such-host-here'");
        Assert.Empty(added.AllErrors);
        Assert.Contains("no-such-host-here", Assert.Single(added.Warnings), StringComparison.Ordinal);
        Assert.Equal("NoSuchHost", added.Output.Single().Get("StatusId"));
        Assert.Equal("NoSuchHost", work.One("Get-JcConnector").Get("StatusId"));
        PSObject turn = work.One("Invoke-JcCollection Far");
        Assert.Equal("Inactive", turn.Text("State"));
        Assert.Equal("NoSuchHost", turn.Get("ErrorId"));
        // This host's own name is known, before it has ever collected.
        ScriptResult near = work.Run($"New-JcConnector Near T -ApiKey $key -ContentType DirectoryInsights -RunOn Sensor -SensorName ([Environment]::MachineName)");
        Assert.Empty(near.Warnings);
        Assert.Null(near.Output.Single().Get("StatusId"));
    }

    [Fact]
    public async Task Out_of_every_profile_it_waits_and_in_one_it_collects_at_once()
    {
        await using Workspace work = await Workspace.StartAsync();
        ScriptResult added = work.Run(
            "New-JcConnector Acme T -ApiKey $key -ContentType DirectoryInsights, SystemUser @sim -NoAnalyzerProfile");
        Assert.Contains("Set-JcConnector -AnalyzerProfile", Assert.Single(added.Warnings), StringComparison.Ordinal);
        Assert.Equal("NoAnalyzerProfile", added.Output.Single().Get("StatusId"));
        // A run of all leaves it out and says so with -Verbose; a run of it by name says so in its result.
        ScriptResult all = work.Run("Invoke-JcCollection -Force -Verbose");
        Assert.Empty(all.Output);
        Assert.Contains(all.Verbose, line => line.Contains("'Acme' is not collected", StringComparison.Ordinal));
        PSObject waiting = work.One("Invoke-JcCollection Acme");
        Assert.Equal("Inactive", waiting.Text("State"));
        Assert.Equal("NoAnalyzerProfile", waiting.Get("ErrorId"));
        Assert.Equal("Inactive", work.One("Invoke-JcCollection Acme -Force").Text("State"));
        Assert.Equal(0, work.Simulator.Requests.Total);
        Assert.Empty(work.RunWell("Get-JcIngestedRecord"));

        work.RunWell("Set-JcConnector Acme -AnalyzerProfile Default");
        Assert.Null(work.One("Get-JcConnector").Get("StatusId"));
        IReadOnlyList<PSObject> turns = work.RunWell("Invoke-JcCollection");
        Assert.Equal(["Collected", "Collected"], turns.Select(t => t.Text("State")));
        Assert.Equal(work.Truth, turns.Sum(t => t.Number("New")));

        ScriptResult left = work.Run("Set-JcConnector Acme -NoAnalyzerProfile");
        Assert.Contains("will not collect", Assert.Single(left.Warnings), StringComparison.Ordinal);
        Assert.Equal("Inactive", work.One("Invoke-JcCollection Acme -Force").Text("State"));
    }

    [Fact]
    public async Task Disabled_it_rests_and_enabled_it_goes_on_without_repetition()
    {
        await using Workspace work = await Workspace.StartAsync();
        work.Add();
        work.RunWell("Invoke-JcCollection");
        Assert.Empty(work.RunWell("Disable-JcConnector Acme"));
        PSObject disabled = work.One("Get-JcConnector");
        Assert.Equal(false, disabled.Get("Enabled"));
        long asked = work.Simulator.Requests.Total;
        Assert.Empty(work.RunWell("Invoke-JcCollection -Force"));
        PSObject turn = work.One("Invoke-JcCollection Acme -Force");
        Assert.Equal("Inactive", turn.Text("State"));
        Assert.Equal("ConnectorDisabled", turn.Get("ErrorId"));
        Assert.Equal(asked, work.Simulator.Requests.Total);

        work.Organization.AddEvents(7, DateTimeOffset.UtcNow.AddSeconds(-30), DateTimeOffset.UtcNow.AddSeconds(-5));
        Assert.Equal(true, work.One("Get-JcConnector | Enable-JcConnector -PassThru").Get("Enabled"));
        IReadOnlyList<PSObject> turns = work.RunWell("Invoke-JcCollection -Force");
        Assert.Equal(7, turns.Sum(t => t.Number("New")));
        Assert.Equal(work.Truth, work.RunWell("Get-JcIngestedRecord").Count);
        ScriptResult again = work.Run("Enable-JcConnector Acme -Verbose");
        Assert.Contains(again.Verbose, line => line.Contains("already", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_key_keeps_the_position()
    {
        await using Workspace work = await Workspace.StartAsync();
        work.RunWell("$old = $key");
        work.Session.SetVariable("wrong", Workspace.Secure("jca_0000000000000000000000000000wrong"));
        PSObject added = work.One("New-JcConnector Acme T -ApiKey $key -ContentType DirectoryInsights @sim");
        Assert.Equal(work.ApiKey[^4..], added.Get("ApiKeyEnding"));
        work.RunWell("Invoke-JcCollection");
        object? watermark = ((System.Collections.IEnumerable)work.One("Get-JcConnector").Get("Streams")!)
            .Cast<object>().Select(s => PSObject.AsPSObject(s).Get("Watermark")).Single();

        PSObject changed = work.One("Set-JcConnector Acme -ApiKey $wrong -ApiKeyExpiresAt 300d -PassThru");
        Assert.Equal("rong", changed.Get("ApiKeyEnding"));
        Assert.NotNull(changed.Get("ApiKeyExpiresAt"));
        Assert.Equal("Failed", work.One("Invoke-JcCollection -Force").Text("State"));
        Assert.Equal(401, work.One("Get-JcConnector").Get("StatusCode"));

        work.Organization.AddEvents(3, DateTimeOffset.UtcNow.AddSeconds(-30), DateTimeOffset.UtcNow.AddSeconds(-5));
        changed = work.One("Set-JcConnector Acme -ApiKey $old -PassThru");
        Assert.Equal(work.ApiKey[^4..], changed.Get("ApiKeyEnding"));
        Assert.Equal(0, changed.Get("StatusCode"));
        // When it expires was known of the old key alone.
        Assert.Null(changed.Get("ApiKeyExpiresAt"));
        PSObject turn = work.One("Invoke-JcCollection -Force");
        Assert.Equal("Collected", turn.Text("State"));
        Assert.Equal(3, turn.Number("New"));
        // It went on at the watermark (less the overlap), not at the first lookback.
        var before = (DateTimeOffset)watermark!;
        Assert.InRange((DateTimeOffset)turn.Get("From")!, before - TimeSpan.FromMinutes(16), before);
    }

    [Fact]
    public async Task Of_a_key_the_last_four_characters_are_shown_and_of_a_short_one_none()
    {
        await using Workspace work = Workspace.Offline();
        work.Session.SetVariable("long", Workspace.Secure("jca_abcdefghijklmnopqrstuvwxWXYZ"));
        work.Session.SetVariable("short", Workspace.Secure("short-key-1234"));
        ScriptResult result = work.Run(
            """
            New-JcConnector Long T -ApiKey $long -ContentType SystemUser -Verbose -Debug
            New-JcConnector Short T -ApiKey $short -ContentType SystemUser -Verbose -Debug
            """);
        Assert.Equal(["WXYZ", null], result.Values("ApiKeyEnding"));
        Assert.DoesNotContain("xWXYZ", result.AllText(), StringComparison.Ordinal);
        Assert.DoesNotContain("1234", result.AllText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_may_lie_in_an_environment_variable()
    {
        await using Workspace work = await Workspace.StartAsync(events: 50, users: 2);
        string variable = $"JCC_TEST_KEY_{Guid.NewGuid():N}";
        PSObject added = work.One($"New-JcConnector Acme T -ApiKeyVariable {variable} -ContentType SystemUser @sim");
        Assert.Equal(variable, added.Get("ApiKeyVariable"));
        Assert.Null(added.Get("ApiKeyEnding"));
        PSObject missing = work.One("Invoke-JcCollection");
        Assert.Equal("ApiKeyVariableNotSet", missing.Get("ErrorId"));
        Assert.Contains(variable, missing.Text("ErrorMessage"), StringComparison.Ordinal);
        Environment.SetEnvironmentVariable(variable, work.ApiKey);
        try
        {
            Assert.Equal("Collected", work.One("Invoke-JcCollection -Force").Text("State"));
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }

        work.Refused("InvalidApiKeyReference", "New-JcConnector Bad T -ApiKeyVariable 'A=B' -ContentType SystemUser");
    }

    [Fact]
    public async Task A_key_may_lie_in_a_vault()
    {
        await using Workspace work = await Workspace.StartAsync(events: 50, users: 2);
        work.One("New-JcConnector Vaulted T -ApiKeySecret jc-key -ApiKeyVault Safe -ContentType SystemUser @sim");
        work.One("New-JcConnector Stored T -ApiKey $key -ContentType SystemUser @sim");
        // Without SecretManagement the one connector fails and the other collects.
        Dictionary<string, PSObject> turns = work.RunWell("Invoke-JcCollection").ToDictionary(t => t.Text("ConnectorName")!);
        Assert.Equal("ApiKeySecretUnavailable", turns["Vaulted"].Get("ErrorId"));
        Assert.Contains("Install-Module", turns["Vaulted"].Text("ErrorMessage"), StringComparison.Ordinal);
        Assert.Equal("Collected", turns["Stored"].Text("State"));
        PSObject test = work.One("Test-JcConnector Vaulted");
        Assert.Equal(false, test.Get("Success"));
        Assert.Contains("ApiKey", test.Text("Summary"), StringComparison.Ordinal);

        work.RunWell(
            """
            function Get-Secret {
                [CmdletBinding()] param([string] $Name, [string] $Vault)
                $script:asked += @("$Vault/$Name")
                if ($Name -ne 'jc-key') { throw "The secret $Name was not found." }
                $key
            }
            """);
        Assert.Equal("Collected", work.One("Invoke-JcCollection Vaulted -Force").Text("State"));
        Assert.Equal(["Safe/jc-key"], work.RunWell("$asked").Select(a => a.ToString()));
        Assert.Equal(true, work.One("Test-JcConnector Vaulted -Quiet").BaseObject);

        work.RunWell("Set-JcConnector Vaulted -ApiKeySecret other");
        PSObject refused = work.One("Invoke-JcCollection Vaulted -Force");
        Assert.Equal("ApiKeySecretUnavailable", refused.Get("ErrorId"));
        Assert.Contains("was not found", refused.Text("ErrorMessage"), StringComparison.Ordinal);
        // A PSCredential's password will do, a text will not.
        work.RunWell("function Get-Secret { param($Name, $ErrorAction) [pscredential]::new('u', $key) }");
        Assert.Equal("Collected", work.One("Invoke-JcCollection Vaulted -Force").Text("State"));
        work.RunWell("function Get-Secret { param($Name, $ErrorAction) 'a plain text' }");
        refused = work.One("Invoke-JcCollection Vaulted -Force");
        Assert.Contains("SecureString", refused.Text("ErrorMessage"), StringComparison.Ordinal);
        Assert.DoesNotContain("a plain text", refused.Text("ErrorMessage"), StringComparison.Ordinal);
        work.Refused("InvalidApiKeyReference", "Set-JcConnector Stored -ApiKeyVault Safe");
    }

    [Theory]
    [InlineData("Set-JcConnector Acme", "-LogFilter or -AnalyzerProfile")]
    [InlineData("Set-JcConnector Acme -PassThru -Confirm:$false", "Get-Help Set-JcConnector -Parameter *")]
    [InlineData("'Acme' | Select-Name | Set-JcConnector -StorePath $store", "connector 'Acme'")]
    [InlineData("Set-JcSyslogDestination siem", "-Enable or -Disable")]
    [InlineData("Set-JcSyslogDestination siem -PassThru -Force", "syslog destination 'siem'")]
    public async Task A_change_of_nothing_is_refused_with_what_can_be_set(string command, string says)
    {
        await using Workspace work = Workspace.Offline();
        work.RunWell($"$null = New-JcConnector Acme {Minimum}; $null = New-JcSyslogDestination siem h Tcp; filter Select-Name {{ [pscustomobject]@{{ Name = $_ }} }}");
        work.Session.SetVariable("store", work.StorePath);
        Assert.Contains(says, work.Refused("NothingToChange", command), StringComparison.Ordinal);
        work.RunWell("Set-JcSyslogDestination siem -Enable; Set-JcSyslogDestination siem -ByteOrderMark; Get-JcSyslogDestination | Set-JcSyslogDestination");
    }

    [Fact]
    public async Task Keys_that_expire_on_one_day_are_warned_of_once_when_they_are_tested()
    {
        await using Workspace work = await Workspace.StartAsync(events: 1, users: 1);
        work.Run($"'A', 'B' | ForEach-Object {{ $null = New-JcConnector $_ {Minimum} @sim -ApiKeyExpiresAt 2020-01-31 }}");
        ScriptResult tests = work.Run("Get-JcConnector | Test-JcConnector");
        Assert.Equal(2, tests.Output.Count);
        Assert.StartsWith("The API key of connectors 'A' and 'B' expired on ", Assert.Single(tests.Warnings, w => w.Contains("API key", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_expires_soon_is_warned_of()
    {
        await using Workspace work = await Workspace.StartAsync(events: 10, users: 1);
        ScriptResult later = work.Run($"New-JcConnector Later T -ApiKey $key -ContentType DirectoryInsights @sim -ApiKeyExpiresAt 90d");
        Assert.Empty(later.Warnings);
        ScriptResult soon = work.Run($"New-JcConnector Soon {Minimum} @sim -ApiKeyExpiresAt 10d");
        Assert.Contains("'Soon'", Assert.Single(soon.Warnings), StringComparison.Ordinal);
        Assert.Contains("Set-JcConnector -ApiKey", soon.Warnings[0], StringComparison.Ordinal);
        foreach (string command in new[] { "Invoke-JcCollection", "Get-JcConnector | Test-JcConnector -Quiet" })
            Assert.Contains("'Soon'", Assert.Single(work.Run(command).Warnings), StringComparison.Ordinal);
        ScriptResult past = work.Run("Set-JcConnector Soon -ApiKeyExpiresAt 2020-01-31");
        Assert.Contains("expired on", Assert.Single(past.Warnings), StringComparison.Ordinal);
        // What is not collected needs no key.
        work.RunWell("Disable-JcConnector Soon");
        Assert.Empty(work.Run("Invoke-JcCollection -Force; $null = Test-JcConnector Soon").Warnings);
        work.RunWell("Enable-JcConnector Soon");
        work.RunWell("Set-JcConnector Soon -ApiKeyExpiresAt $null");
        Assert.Empty(work.Run("Invoke-JcCollection -Force").Warnings);
    }

    [Theory]
    [InlineData("2020-01-31", "expired on")]
    [InlineData("10m", "in less than an hour")]
    [InlineData("61m", "in 1 hour.")]
    [InlineData("47h", "in 47 hours.")]
    [InlineData("5d", "in 5 days.")]
    [InlineData("4d11h", "in 4 days.")]
    [InlineData("13d23h", "in 14 days.")]
    public async Task When_a_key_expires_is_said_in_round_numbers_and_under_what_if(string given, string said)
    {
        await using Workspace work = Workspace.Offline();
        ScriptResult preview = work.Run($"New-JcConnector Acme {Minimum} -ApiKeyExpiresAt '{given}' -NoAnalyzerProfile -WhatIf");
        Assert.Contains(said, Assert.Single(preview.Warnings), StringComparison.Ordinal);
        work.Add();
        preview = work.Run($"Set-JcConnector Acme -ApiKeyExpiresAt '{given}' -WhatIf");
        Assert.Contains(said, Assert.Single(preview.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_collected_has_no_next_run()
    {
        await using Workspace work = Workspace.Offline();
        work.Add();
        Assert.NotNull(work.One("Get-JcConnector Acme").Get("NextRun"));
        Assert.Null(work.One("Disable-JcConnector Acme -PassThru").Get("NextRun"));
        Assert.NotNull(work.One("Enable-JcConnector Acme -PassThru").Get("NextRun"));
        Assert.Null(work.One("Set-JcConnector Acme -NoAnalyzerProfile -PassThru").Get("NextRun"));
        Assert.Null(work.One($"New-JcConnector Far {Minimum} -RunOn Sensor -SensorName no-such-host").Get("NextRun"));
        Assert.Contains(work.Run($"New-JcConnector Soon {Minimum} -Verbose").Verbose, v => v.Contains("Invoke-JcCollection", StringComparison.Ordinal) && v.Contains("Register-JcCollectionTask", StringComparison.Ordinal));
        Assert.NotNull(work.One($"New-JcConnector Here {Minimum} -RunOn Sensor -SensorName ([Environment]::MachineName)").Get("NextRun"));
    }

    [Fact]
    public async Task A_name_that_is_not_there_is_said_with_the_store()
    {
        await using Workspace work = Workspace.Offline();
        work.Add();
        foreach (string script in (string[])["Get-JcConnector X", "Set-JcConnector X -IntervalMinutes 7", "Remove-JcConnector X", "Export-JcConnector $folder/x.json X -ErrorAction Stop"])
            Assert.Contains($"named 'X' in the store '{work.StorePath}'", work.Refused("ConnectorNotFound", script), StringComparison.Ordinal);
        Assert.Contains(work.StorePath, work.Refused("LogFilterNotFound", "Set-JcLogFilter X -TenantName T"), StringComparison.Ordinal);
        Assert.Contains(work.StorePath, work.Refused("AnalyzerProfileNotFound", "Get-JcAnalyzerProfile X"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ConnectorNotFound", "Acmme", "Set-JcConnector Acme -IntervalMinutes 7")]
    [InlineData("ConnectorNotFound", "Acmme", "Get-JcConnector Acme")]
    [InlineData("ConnectorNotFound", "Acmme", "Remove-JcConnector Acme -Force")]
    [InlineData("LogFilterNotFound", "Noise", "Set-JcLogFilter Nosie -TenantName T")]
    [InlineData("LogFilterNotFound", "Noise", "Remove-JcLogFilter Nosie -Force")]
    [InlineData("SyslogDestinationNotFound", "siem", "Set-JcSyslogDestination seim -Port 9")]
    [InlineData("SyslogDestinationNotFound", "siem", "Test-JcSyslogDestination seim")]
    [InlineData("AnalyzerProfileNotFound", "Default", "Get-JcAnalyzerProfile Defualt")]
    public async Task A_name_with_a_slip_in_it_is_asked_after(string errorId, string meant, string script)
    {
        await using Workspace work = Workspace.Offline();
        work.Add("Acmme");
        work.RunWell("$null = New-JcLogFilter Noise 'event_type Equal sso_auth'; New-JcSyslogDestination siem h Relp");
        Assert.Contains($"Did you mean '{meant}'? Get-Jc", work.Refused(errorId, script), StringComparison.Ordinal);
        // What is like none is not guessed at.
        Assert.DoesNotContain("Did you mean", work.Refused("ConnectorNotFound", "Get-JcConnector Zyx"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_removal_asks_in_sentences()
    {
        List<string> asked = [];
        await using Workspace work = Workspace.Offline(new TextHostOptions { OnChoice = (message, _, _) => { asked.Add(message); return 2; } });
        work.RunWell("$null = New-JcLogFilter Quiet 'severity Exists'");
        work.Add("Acme", "-LogFilter Quiet");
        work.RunWell("Remove-JcConnector Acme; Remove-JcConnector Acme -RemoveRecords; Remove-JcLogFilter Quiet");
        Assert.StartsWith("Remove connector 'Acme' of tenant 'Acme Ltd' with its API key and its position? Its records stay.", asked[0], StringComparison.Ordinal);
        Assert.StartsWith("Remove connector 'Acme' of tenant 'Acme Ltd' with its API key, its position and all its records? ", asked[1], StringComparison.Ordinal);
        Assert.StartsWith("Remove log filter 'Quiet' with its counts? It is detached from Acme", asked[2], StringComparison.Ordinal);
        Assert.Equal(3, asked.Count);
        Assert.Single(work.RunWell("Get-JcConnector"));
    }

    [Fact]
    public async Task Removal_leaves_the_records_unless_they_are_to_go_too()
    {
        await using Workspace work = await Workspace.StartAsync(events: 100, users: 5);
        work.Add("Stays");
        work.Add("Goes");
        work.RunWell("Invoke-JcCollection");
        Assert.Equal(work.Truth, work.RunWell("Get-JcIngestedRecord -ConnectorName Goes").Count);
        work.RunWell("Remove-JcConnector Goes -Force -RemoveRecords");
        Assert.Empty(work.RunWell("Get-JcIngestedRecord -ConnectorName Goes"));
        Assert.Equal(work.Truth, work.RunWell("Get-JcIngestedRecord").Count);
        work.RunWell("Get-JcConnector | Remove-JcConnector -Force");
        Assert.Empty(work.RunWell("Get-JcConnector"));
        Assert.Equal(work.Truth, work.RunWell("Get-JcIngestedRecord -ConnectorName Stays").Count);
        work.Refused("ConnectorNotFound", "Remove-JcConnector Stays -Force");
    }

    [Fact]
    public async Task Removal_asks_unless_forced()
    {
        int answer = 2, asked = 0;
        await using Workspace work = Workspace.Offline(new TextHostOptions
        {
            OnChoice = (_, _, _) =>
            {
                asked++;
                return answer;
            },
        });
        work.Add();
        work.RunWell("Remove-JcConnector Acme");
        Assert.Equal(1, asked);
        Assert.Single(work.RunWell("Get-JcConnector"));
        work.RunWell("Disable-JcConnector Acme; Set-JcConnector Acme -IntervalMinutes 6");
        Assert.Equal(1, asked);
        answer = 0;
        work.RunWell("Remove-JcConnector Acme");
        Assert.Equal(2, asked);
        Assert.Empty(work.RunWell("Get-JcConnector"));
        work.Add();
        work.RunWell("Remove-JcConnector Acme -Force");
        Assert.Equal(2, asked);
        Assert.Empty(work.RunWell("Get-JcConnector"));
    }

    private static string[] Items(PSObject item, string property) =>
        [.. ((System.Collections.IEnumerable)item.Get(property)!).Cast<object>().Select(i => i.ToString()!)];

    [Fact]
    public async Task A_second_connector_of_the_same_organization_is_warned_of_wherever_it_comes_about()
    {
        await using Workspace work = Workspace.Offline();
        Assert.Empty(work.Run($"New-JcConnector B T -ApiKey $key -ContentType DirectoryInsights -OrganizationId {AnId}").Warnings);
        string file = Path.Combine(work.Folder, "connectors.csv");
        work.RunWell($"Get-JcConnector B | Export-JcConnector '{file}'; Remove-JcConnector B -Force");

        Assert.Empty(work.Run($"New-JcConnector A T -ApiKey $key -ContentType SystemUser -OrganizationId {AnId}").Warnings);
        Assert.Empty(work.Run($"Import-JcConnector '{file}' -ApiKey $key").Warnings);
        string changed = Warning("Set-JcConnector A -ContentType DirectoryInsights, SystemUser");
        Assert.StartsWith($"Connectors 'A' and 'B' both collect DirectoryInsights of organization {AnId}, ", changed, StringComparison.Ordinal);
        Assert.Empty(work.Run("Set-JcConnector A -IntervalMinutes 10").Warnings);
        Assert.Empty(work.Run("Disable-JcConnector B").Warnings);
        Assert.Equal(changed, Warning("Enable-JcConnector B"));
        Assert.Empty(work.Run("Enable-JcConnector B").Warnings);
        work.RunWell("Remove-JcConnector B -Force");
        Assert.Empty(work.Run($"Import-JcConnector '{file}' -ApiKey $key -WhatIf").Warnings);
        Assert.Equal(changed, Warning($"Import-JcConnector '{file}' -ApiKey $key"));
        work.RunWell("Remove-JcConnector B -Force");
        Assert.Empty(work.Run($"New-JcConnector B T -ApiKey $key -ContentType DirectoryInsights -OrganizationId {AnId} -WhatIf").Warnings);
        Assert.Equal(changed, Warning($"New-JcConnector B T -ApiKey $key -ContentType DirectoryInsights -OrganizationId {AnId}"));

        // Of many it is one: for the one that was just made, and for all that are enabled together.
        for (char name = 'C'; name <= 'F'; name++) work.RunWell($"$null = New-JcConnector {name} T -ApiKey $key -ContentType DirectoryInsights -OrganizationId {AnId}");
        Assert.StartsWith("Connector 'G' collects DirectoryInsights of organization", Warning($"New-JcConnector G T -ApiKey $key -ContentType DirectoryInsights -OrganizationId {AnId}"), StringComparison.Ordinal);
        work.RunWell("Disable-JcConnector *");
        string together = Warning("Get-JcConnector | Enable-JcConnector");
        Assert.StartsWith($"Connectors 'A', 'B', 'C' and 4 more all collect DirectoryInsights of organization {AnId}, ", together, StringComparison.Ordinal);
        work.RunWell("Disable-JcConnector *");
        Assert.Equal(together, Warning("Enable-JcConnector *"));
        work.RunWell("Remove-JcConnector C, D, E, F, G -Force");
        string table = $"'C', 'D', 'E', 'F', 'G' | ForEach-Object {{ [pscustomobject]@{{ Name = $_; OrganizationId = '{AnId}' }} }}";
        Assert.Equal(together, Warning($"{table} | New-JcConnector -TenantName T -ApiKey $key -ContentType DirectoryInsights"));
        work.RunWell("Remove-JcConnector C -Force");
        Assert.StartsWith("Connectors 'A', 'B', 'D' and 3 more all collect DirectoryInsights", Warning("Get-JcConnector | Set-JcConnector -ApiKey $key"), StringComparison.Ordinal);
        work.RunWell("Remove-JcConnector D, E, F, G -Force");

        // Each with its own log filters, they divide the records.
        work.RunWell("New-JcLogFilter F 'event_category Equal sso'; New-JcLogFilter G 'event_category NotEqual sso'; Set-JcConnector A -LogFilter F");
        Assert.Empty(work.Run("Set-JcConnector B -LogFilter G").Warnings);

        string Warning(string script)
        {
            ScriptResult result = work.Run(script);
            Assert.Empty(result.AllErrors);
            return Assert.Single(result.Warnings);
        }
    }
}
