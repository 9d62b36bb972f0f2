using System.Collections;
using System.Management.Automation;
using JumpCloudConnector.Storage;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>Files of many connectors, and Data Analyzer profiles.</summary>
public sealed class ExchangeCmdletTests
{
    private static readonly string[] s_settings =
    [
        "Name", "TenantName", "RunOn", "SensorName", "AnalyzerProfile", "Enabled", "ContentType", "IntervalMinutes",
        "InitialLookback", "Retention", "LogFilter", "ProviderId", "OrganizationId", "Region", "InsightsUri", "ConsoleUri", "TokenUri",
        "CredentialType", "ServiceAccountClientId", "ApiKeySecret", "ApiKeyVault", "ApiKeyVariable", "ApiKeyExpiresAt",
        "Proxy", "ProxyUser", "NoProxy", "CertificateAuthorityFile",
    ];

    [Theory]
    [InlineData("json")]
    [InlineData("csv")]
    public async Task A_file_makes_the_same_connectors_elsewhere(string extension)
    {
        await using Workspace work = Workspace.Offline();
        AddVarious(work);
        PSObject file = work.One($"Export-JcConnector $folder/all.{extension}");
        Assert.Equal(Path.Combine(work.Folder, $"all.{extension}"), Assert.IsType<FileInfo>(file.BaseObject).FullName);

        work.RunWell(
            """
            $there = @{ StorePath = "$folder/there" }
            $null = New-JcAnalyzerProfile 'Night, shift' @there
            'Quiet', 'B' | ForEach-Object { $null = New-JcLogFilter $_ 'a Exists' @there }
            """);
        IReadOnlyList<PSObject> lines = work.RunWell($"Import-JcConnector $folder/all.{extension} @there -ApiKey $key");
        Assert.Equal(["Added", "Added", "Added", "Added"], lines.Select(l => l.Text("Outcome")));
        Assert.Equal(extension == "csv" ? [2, 3, 4, 5] : [1, 2, 3, 4], lines.Select(l => l.Number("Line")));
        Assert.Equal(Settings(work.RunWell("Get-JcConnector")), Settings(work.RunWell("Get-JcConnector @there")));
        // The key given is for those that do not say where theirs lies.
        Assert.Equal(
            ["Full", "Sensor1"],
            work.RunWell("Get-JcConnector @there").Where(c => c.Text("ApiKeyEnding") == work.ApiKey[^4..])
                .Select(c => c.Text("Name")).Order(StringComparer.Ordinal));
        Assert.Equal(2, work.RunWell("Get-JcConnector @there | Where-Object { $null -eq $_.ApiKeyEnding }").Count);

        lines = work.RunWell($"Import-JcConnector $folder/all.{extension} @there");
        Assert.Equal(["Unchanged", "Unchanged", "Unchanged", "Unchanged"], lines.Select(l => l.Text("Outcome")));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("csv")]
    public async Task No_part_of_a_key_is_in_the_file(string extension)
    {
        await using Workspace work = Workspace.Offline();
        AddVarious(work);
        work.RunWell($"$null = Get-JcConnector F* | Export-JcConnector $folder/some.{extension}");
        string text = await File.ReadAllTextAsync(
            Path.Combine(work.Folder, $"some.{extension}"), TestContext.Current.CancellationToken);
        Assert.Contains("Full", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Sensor1", text, StringComparison.Ordinal);
        Assert.DoesNotContain(work.ApiKey[^4..], text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_key_of_an_import_is_looked_at_once_for_all_lines()
    {
        await using Workspace work = Workspace.Offline();
        string csv = await WriteAsync(work, "lines.csv", "Name,TenantName,ContentType,ApiKeyVariable,ApiKeyExpiresAt\nA,T,SystemUser,,2020-01-31\nB,T,SystemUser,,\nC,T,SystemUser,K,2020-01-31\n");
        work.Session.SetVariable("copied", Workspace.Secure("Bearer 0123456789abcdef0123456789"));
        Assert.Contains("the word Bearer", work.Refused("InvalidApiKey", $"Import-JcConnector {csv} -ApiKey $copied"), StringComparison.Ordinal);
        Assert.Contains("Nothing was imported", work.Refused("InvalidApiKey", $"Import-JcConnector {csv} -ApiKey $null"), StringComparison.Ordinal);
        Assert.False(RecordStore.Exists(work.StorePath));
        work.Session.SetVariable("part", Workspace.Secure("0123456789"));
        ScriptResult made = work.Run($"Import-JcConnector {csv} -ApiKey $part");
        Assert.Equal(["Added", "Added", "Added"], made.Output.Select(l => l.Text("Outcome")));
        // C has a key of its own.
        Assert.Single(made.Warnings, w => w.StartsWith("Connectors 'A' and 'B': The API key has 10 characters", StringComparison.Ordinal));
        Assert.Single(made.Warnings, w => w.StartsWith("The API key of connectors 'A' and 'C' expired on ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_differs_is_skipped_unless_it_is_to_be_updated()
    {
        await using Workspace work = Workspace.Offline();
        work.Add("One");
        work.Add("Two");
        string file = await WriteAsync(work, "change.csv", "Name,IntervalMinutes,Enabled\nOne,60,false\nTwo,,\n");
        PSObject[] lines = [.. work.RunWell($"Import-JcConnector {file}")];
        Assert.Equal(["Skipped", "Unchanged"], lines.Select(l => l.Text("Outcome")));
        Assert.Contains("-Update", lines[0].Text("Message"), StringComparison.Ordinal);
        Assert.Contains("IntervalMinutes", lines[0].Text("Message"), StringComparison.Ordinal);
        Assert.Equal([5, 5], work.RunWell("Get-JcConnector").Select(c => c.Get("IntervalMinutes")));

        Assert.Equal("Two", work.One($"Import-JcConnector {file} -Update -WhatIf").Text("Name"));
        Assert.Equal(5, work.One("Get-JcConnector One").Get("IntervalMinutes"));

        lines = [.. work.RunWell($"Import-JcConnector {file} -Update")];
        Assert.Equal(["Updated", "Unchanged"], lines.Select(l => l.Text("Outcome")));
        PSObject one = work.One("Get-JcConnector One");
        Assert.Equal(60, one.Get("IntervalMinutes"));
        Assert.Equal(false, one.Get("Enabled"));
        // Its key stays, and what the file does not name.
        Assert.Equal(work.ApiKey[^4..], one.Get("ApiKeyEnding"));
        Assert.Equal("Acme Ltd", one.Get("TenantName"));
        Assert.Equal("Unchanged", work.RunWell($"Import-JcConnector {file} -Update")[0].Text("Outcome"));

        file = await WriteAsync(work, "fixed.csv", "Name,TenantName\nOne,Other\n");
        PSObject refused = work.One($"Import-JcConnector {file} -Update");
        Assert.Equal("Failed", refused.Text("Outcome"));
        Assert.Equal("GeneralPartFixed", refused.Get("ErrorId"));
    }

    [Fact]
    public async Task A_bad_line_fails_alone_with_its_number()
    {
        await using Workspace work = Workspace.Offline();
        string csv = await WriteAsync(
            work, "lines.csv",
            """
            Name,TenantName,ContentType,IntervalMinutes
            A,T,DirectoryInsights;SystemUser,5
            B,T,SystemUser,0

            C,T,Events,5
            D,"T
            of two lines",SystemUser,5
              ,
            D,T,SystemUser,often
            "E","T","SystemUser",""
            A,T,SystemUser,7
            """);
        PSObject[] lines = [.. work.RunWell($"Import-JcConnector {csv}")];
        Assert.Equal(
            [
                "2 A Added ", "3 B Failed InvalidInterval", "5 C Failed InvalidValue", "6 D Failed InvalidTenantName",
                "9 D Failed InvalidValue", "10 E Added ", "11 A Skipped ",
            ],
            lines.Select(l => $"{l.Number("Line")} {l.Text("Name")} {l.Text("Outcome")} {l.Text("ErrorId")}"));
        Assert.Contains("ContentType", lines[2].Text("Message"), StringComparison.Ordinal);
        Assert.Contains("often", lines[4].Text("Message"), StringComparison.Ordinal);
        // Without a key it is added, and says what is missing.
        Assert.Contains("Set-JcConnector 'A' -ApiKey", lines[0].Text("Message"), StringComparison.Ordinal);
        Assert.Equal(["A", "E"], work.RunWell("Get-JcConnector").Select(c => c.Text("Name")));
        PSObject turn = work.One("Invoke-JcCollection E");
        Assert.Equal("ApiKeyMissing", turn.Get("ErrorId"));

        string json = await WriteAsync(
            work, "lines.json",
            """
            [
              { "Name": "F", "TenantName": "T", "ContentType": ["SystemUser", "DirectoryInsights"] }, { "Name": "G" },
              { "Name": "H", "TenantName": "T", "ContentType": "SystemUser", "Enabled": false, "IntervalMinutes": 9 },
            ]
            """);
        lines = [.. work.RunWell($"Import-JcConnector {json}")];
        Assert.Equal([(1, "Added"), (2, "Failed"), (3, "Added")], lines.Select(l => (l.Number("Line"), l.Text("Outcome")!)));
        Assert.Equal(9, work.One("Get-JcConnector H").Get("IntervalMinutes"));
        Assert.Equal(false, work.One("Get-JcConnector H").Get("Enabled"));
    }

    [Theory]
    [InlineData("InvalidConnectorFile", "Colour", "x.csv", "Name,TenantName,ContentType,Colour\nA,T,SystemUser,red\n")]
    [InlineData("InvalidConnectorFile", "Colour", "x.json", "[{'Name':'A','ContentType':'SystemUser','Colour':1}]")]
    [InlineData("PlainTextApiKey", "replace keys", "x.csv", "Name,TenantName,ContentType,apikey\nA,T,SystemUser,jca_plain\n")]
    [InlineData("PlainTextApiKey", "-ServiceAccount", "x.csv", "Name,ServiceAccountSecret\nA,jca_plain\n")]
    [InlineData("PlainTextApiKey", "-ProxyCredential", "x.csv", "Name,ProxyPassword\nA,jca_plain\n")]
    [InlineData("PlainTextApiKey", "replace keys", "x.json", "{'Name':'A','ContentType':'SystemUser','ApiKey':'jca_plain'}")]
    [InlineData("InvalidConnectorFile", "not JSON", "x.json", "[{'Name':'A','TenantName':'T','ContentType':'SystemUser'}")]
    [InlineData("InvalidConnectorFile", "line 3", "x.csv", "Name,TenantName,ContentType\nA,T,SystemUser\nB,T,SystemUser,7\n")]
    [InlineData("InvalidConnectorFile", "line 4", "x.csv", "Name,TenantName,ContentType\nA,T,SystemUser\n\nB,T,SystemUser,7")]
    [InlineData("InvalidConnectorFile", "quotation", "x.csv", "Name,TenantName,ContentType\nA,T,SystemUser\n\"B,T,SystemUser\n")]
    public async Task A_file_that_cannot_be_understood_is_refused_whole(string errorId, string says, string name, string content)
    {
        await using Workspace work = Workspace.Offline();
        work.RunWell("New-JcAnalyzerProfile Night");
        string file = await WriteAsync(work, name, content.Replace('\'', '"'));
        string message = work.Refused(errorId, $"Import-JcConnector {file} -ApiKey $key");
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.DoesNotContain("jca_plain", message, StringComparison.Ordinal);
        Assert.Empty(work.RunWell("Get-JcConnector"));
    }

    [Fact]
    public async Task Files_are_not_overwritten_and_what_if_writes_none()
    {
        await using Workspace work = Workspace.Offline();
        work.Add();
        Assert.Empty(work.RunWell("Export-JcConnector $folder/a.json -WhatIf"));
        Assert.False(File.Exists(Path.Combine(work.Folder, "a.json")));
        string file = await WriteAsync(work, "a.json", "mine");
        Assert.Contains("-Force", work.Refused("FileExists", "Export-JcConnector $folder/a.json"), StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(file.Trim('\''), TestContext.Current.CancellationToken));
        work.RunWell("Export-JcConnector $folder/a.json -Force");
        // Nothing half is left behind.
        Assert.Equal(["a.json", "store"], Directory.EnumerateFileSystemEntries(work.Folder).Select(Path.GetFileName).Order());
        foreach ((string path, string says) in new[] { ("$folder/none/a.json", "no folder"), ("$folder", "is a folder") })
        {
            string refusal = work.Refused("FileNotWritten", $"Export-JcConnector {path}");
            Assert.Contains(says, refusal, StringComparison.Ordinal);
            Assert.DoesNotContain(".tmp", refusal, StringComparison.Ordinal);
            work.Refused("FileNotWritten", $"Export-JcConnector {path} -WhatIf");
        }

        Assert.Contains("is a folder", work.Refused("FileNotRead", "Import-JcConnector $folder"), StringComparison.Ordinal);

        Assert.Empty(work.RunWell($"Import-JcConnector {file} -StorePath $folder/there -WhatIf"));
        Assert.False(Directory.Exists(Path.Combine(work.Folder, "there")));
        work.RunWell("$null = New-JcAnalyzerProfile Night -StorePath $folder/there");
        Assert.Empty(work.RunWell($"Import-JcConnector {file} -StorePath $folder/there -WhatIf"));
        Assert.Empty(work.RunWell("Get-JcConnector -StorePath $folder/there"));
        // What Export gives, Import takes, and -Format goes before the file's name.
        PSObject line = work.One("Export-JcConnector $folder/b.txt -Format csv | Import-JcConnector -Format csv");
        Assert.Equal("Unchanged", line.Text("Outcome"));

        work.Refused("FileNotFound", "Import-JcConnector $folder/none.json");
        work.Refused("PlainTextApiKey", $"Import-JcConnector {file} -ApiKey text");
        // Neither for a name that is none, nor for a pipeline that brings none, is a file written or replaced.
        work.Refused("NothingToExport", $"Get-JcConnector 'Nobody*' | Export-JcConnector {file} -Force");
    }

    [Fact]
    public async Task Profiles_are_added_and_listed_with_their_connectors()
    {
        await using Workspace work = Workspace.Offline();
        Assert.Empty(work.RunWell("New-JcAnalyzerProfile Night -WhatIf"));
        Assert.False(Directory.Exists(work.StorePath));
        PSObject night = work.One("New-JcAnalyzerProfile Night -Description 'After hours' -MaxConcurrentStreams 2");
        Assert.Equal("After hours", night.Get("Description"));
        Assert.Equal(2, night.Get("MaxConcurrentStreams"));
        work.RunWell(
            "[pscustomobject]@{ Name = 'Day'; Description = ''; MaxConcurrentStreams = '' } | New-JcAnalyzerProfile");
        Assert.Null(work.One("Get-JcAnalyzerProfile day").Get("MaxConcurrentStreams"));
        work.Add("A", "-AnalyzerProfile night");
        work.Add("B");
        Assert.Equal(["Day", "Default", "Night"], work.RunWell("Get-JcAnalyzerProfile").Select(p => p.Text("Name")).Order());
        Assert.Equal(["A"], Items(work.One("Get-JcAnalyzerProfile N*"), "ConnectorName"));
        Assert.Equal(["B"], Items(work.One("Get-JcAnalyzerProfile Default"), "ConnectorName"));
        Assert.Empty(Items(work.One("Get-JcAnalyzerProfile Day"), "ConnectorName"));
    }

    [Fact]
    public async Task Profiles_that_cannot_be_are_refused()
    {
        await using Workspace work = Workspace.Offline();
        foreach ((string errorId, string given) in new[]
        {
            ("InvalidAnalyzerProfileName", "'N*'"),
            ("InvalidAnalyzerProfileName", "' N'"),
            ("InvalidConcurrency", "N -MaxConcurrentStreams 0"),
            ("InvalidConcurrency", "N -MaxConcurrentStreams 65"),
            ("ParameterArgumentTransformationError", "N -MaxConcurrentStreams many"),
        })
        {
            work.Refused(errorId, $"New-JcAnalyzerProfile {given}");
            Assert.False(Directory.Exists(work.StorePath));
        }

        work.RunWell("New-JcAnalyzerProfile Night");
        string message = work.Refused("AnalyzerProfileExists", "New-JcAnalyzerProfile NIGHT");
        Assert.Contains("another name", message, StringComparison.Ordinal);
        work.Refused("AnalyzerProfileExists", "New-JcAnalyzerProfile default");
        message = work.Refused("AnalyzerProfileNotFound", "Get-JcAnalyzerProfile Day");
        Assert.Contains("New-JcAnalyzerProfile", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_is_removed_when_no_connector_is_in_it()
    {
        await using Workspace work = Workspace.Offline();
        work.RunWell("'Night', 'Day', 'Noon' | ForEach-Object { $null = New-JcAnalyzerProfile $_ }");
        work.Add("A", "-AnalyzerProfile Night");
        string message = work.Refused("AnalyzerProfileInUse", "Remove-JcAnalyzerProfile Night");
        Assert.Contains("'A'", message, StringComparison.Ordinal);
        message = work.Refused("AnalyzerProfileFixed", "Remove-JcAnalyzerProfile Default");
        Assert.Contains("-NoAnalyzerProfile", message, StringComparison.Ordinal);
        Assert.Empty(work.RunWell("Remove-JcAnalyzerProfile Day -WhatIf"));
        // Each of several by itself: two that stay do not keep the third.
        ScriptResult several = work.Run("Remove-JcAnalyzerProfile Night, Default, Day, Dusk");
        Assert.Equal(
            ["AnalyzerProfileFixed", "AnalyzerProfileInUse", "AnalyzerProfileNotFound"],
            several.ErrorIds.Order(StringComparer.Ordinal));
        Assert.Equal(["Default", "Night", "Noon"], work.RunWell("Get-JcAnalyzerProfile").Select(p => p.Text("Name")).Order());
        work.RunWell("Set-JcConnector A -AnalyzerProfile Noon; Get-JcAnalyzerProfile Night | Remove-JcAnalyzerProfile");
        work.Refused("AnalyzerProfileNotFound", "Remove-JcAnalyzerProfile Night");
        Assert.Equal("Noon", work.One("Get-JcConnector").Get("AnalyzerProfile"));
    }

    private static void AddVarious(Workspace work)
    {
        work.RunWell("$null = New-JcAnalyzerProfile 'Night, shift'");
        work.RunWell("'Quiet', 'B' | ForEach-Object { $null = New-JcLogFilter $_ 'a Exists' }");
        work.Add("Full", "-LogFilter Quiet, B -AnalyzerProfile 'Night, shift' -InitialLookback 36h -Retention 30d -IntervalMinutes 7 "
            + "-ApiKeyExpiresAt 2031-05-06T07:08:09Z -OrganizationId 0123456789abcdef01234567 "
            + "-Proxy http://proxy.example.com:3128 -CertificateAuthorityFile $folder/root.pem -WarningAction Ignore");
        work.RunWell(
            """
            $WarningPreference = 'Ignore'
            $null = New-JcConnector Sensor1 'T "1"' -ApiKey $key -ContentType SystemUser -RunOn Sensor -SensorName host -NoProxy
            $null = New-JcConnector Variable T -ApiKeyVariable JC_KEY -ContentType SystemUser -NoAnalyzerProfile
            $null = New-JcConnector Vault T -ApiKeySecret s -ApiKeyVault v -ContentType DirectoryInsights -Region EU
            Disable-JcConnector Vault
            """);
    }

    private static string[] Settings(IReadOnlyList<PSObject> connectors) =>
        [.. connectors.Select(c => string.Join('\n', s_settings.Select(s => $"{s}: {Shown(c, s)}")))];

    private static string? Shown(PSObject item, string property) =>
        item.Get(property) is IEnumerable and not string ? string.Join('|', Items(item, property)) : item.Text(property);

    private static string[] Items(PSObject item, string property) =>
        [.. ((IEnumerable)item.Get(property)!).Cast<object>().Select(i => i.ToString()!)];

    private static async Task<string> WriteAsync(Workspace work, string name, string content)
    {
        string path = Path.Combine(work.Folder, name);
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        return $"'{path}'";
    }
}
