using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Host;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>Setting up syslog destinations: what is bound, what is refused, what is asked, and what is offered.</summary>
public sealed class SyslogCmdletTests
{
    private const string Fingerprint = "A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90:A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90";

    [Theory]
    [InlineData("Udp", 514, 1400)]
    [InlineData("Tcp", 514, 8192)]
    [InlineData("Tls", 6514, 8192)]
    [InlineData("relp", 2514, 8192)]
    [InlineData("RelpTls", 2514, 8192)]
    public async Task A_new_destination_has_its_transports_defaults(string transport, int port, int limit)
    {
        await using Workspace work = Workspace.Offline();
        ScriptResult added = work.Run($"New-JcSyslogDestination siem syslog.example.com {transport}");
        Assert.Empty(added.AllErrors);
        PSObject destination = Assert.Single(added.Output);
        Assert.Equal(port, destination.Get("Port"));
        Assert.Equal(limit, destination.Get("MaxMessageBytes"));
        Assert.Equal(
            ("NotTried", "Json", "Rfc5424", "AuthPriv", "Trim", "JumpCloudConnector", 32473, 512),
            (destination.Text("State"), destination.Text("Format"), destination.Text("Header"), destination.Text("Facility"), destination.Text("Oversize"),
                destination.Text("AppName"), destination.Get("EnterpriseNumber"), destination.Get("Window")));
        Assert.Equal(transport is "Tcp" or "Tls" ? "OctetCounting" : null, destination.Text("Framing"));
        Assert.Equal((TimeSpan.FromSeconds(30), false, false, work.StorePath), (destination.Get("Timeout"), destination.Get("ByteOrderMark"), destination.Get("CeeCookie"), destination.Get("StorePath")));
        // Of the one that promises nothing, that is said.
        Assert.Equal(transport == "Udp", added.Warnings.Any(w => w.Contains("cannot promise", StringComparison.Ordinal)));
        Assert.Equal("siem", work.One("Get-JcSyslogDestination s*").Text("Name"));
    }

    [Fact]
    public async Task Rows_of_a_table_are_bound_as_meant_and_a_wrong_one_does_not_hold_up_the_others()
    {
        await using Workspace work = Workspace.Offline();
        ScriptResult result = work.Run(
            """
            [pscustomobject]@{ Name = 'north'; HostName = 'n.example.com'; Transport = 'relp'; Port = ''; Severity = 'failure=Error; mfa=notice'; Timeout = '45s'; MaxMessageBytes = '65536'; From = '7d'; Format = '' },
            [pscustomobject]@{ Name = 'wrong'; HostName = 'w w'; Transport = 'Tcp' },
            [pscustomobject]@{ Name = 'south'; ComputerName = '192.0.2.7'; Transport = 'Tls'; Port = ' 6515 '; Format = 'cef'; Header = 'rfc3164'; Facility = 'local3'; Framing = 'newline'; Oversize = 'skip'; AppName = 'jc'; OriginHostName = 'collector'; EnterpriseNumber = '64500'; TlsServerName = 'south'; Window = '7' } |
                New-JcSyslogDestination
            """);
        Assert.Equal(["InvalidSyslogDestination"], result.ErrorIds);
        PSObject north = result.Output[0], south = result.Output[1];
        Assert.Equal((2514, 65536, TimeSpan.FromSeconds(45), "Json"), (north.Get("Port"), north.Get("MaxMessageBytes"), north.Get("Timeout"), north.Text("Format")));
        Assert.Equal(["failure=Error", "mfa=Notice", "success=Informational", "unknown=Informational"], Pairs(north));
        Assert.InRange((DateTimeOffset)north.Get("NotBefore")!, DateTimeOffset.UtcNow.AddDays(-7.01), DateTimeOffset.UtcNow.AddDays(-6.99));
        Assert.Equal(
            ("192.0.2.7", 6515, "Cef", "Rfc3164", "Local3", "NewLine", "Skip"),
            (south.Text("HostName"), south.Get("Port"), south.Text("Format"), south.Text("Header"), south.Text("Facility"), south.Text("Framing"), south.Text("Oversize")));
        Assert.Equal(
            ("jc", "collector", 64500, "south", 7),
            (south.Text("AppName"), south.Text("OriginHostName"), south.Get("EnterpriseNumber"), south.Text("TlsServerName"), south.Get("Window")));
    }

    [Fact]
    public async Task Filters_take_lists_in_any_of_their_forms_and_are_taken_away()
    {
        await using Workspace work = Workspace.Offline();
        work.Add();
        PSObject added = work.One(
            "New-JcSyslogDestination siem h Relp -ConnectorName 'Ac*; Beta' -TenantName 'Acme Ltd' -MsgClass jumpcloud_directoryinsights -Query 'event_status:failure' -Severity @{ failure = 'Alert' }");
        Assert.Equal(["Ac*", "Beta"], (IEnumerable<string>)added.Get("ConnectorName")!);
        Assert.Equal(["Acme Ltd"], (IEnumerable<string>)added.Get("TenantName")!);
        Assert.Equal("event_status:failure", added.Text("Query"));
        Assert.Contains("failure=Alert", Pairs(added));
        PSObject changed = work.One("Set-JcSyslogDestination siem -ConnectorName $null -Query '' -Severity success=Debug -PassThru");
        Assert.Empty((ICollection)changed.Get("ConnectorName")!);
        Assert.Equal(["Acme Ltd"], (IEnumerable<string>)changed.Get("TenantName")!);
        Assert.Null(changed.Get("Query"));
        Assert.Equal(["failure=Alert", "mfa=Informational", "success=Debug", "unknown=Informational"], Pairs(changed));
        // A filter that nothing can pass is possible, and said.
        Assert.NotEmpty(work.Run("Set-JcSyslogDestination siem -Query 'EventStatus:failure'").Warnings);
    }

    [Theory]
    [InlineData("InvalidSyslogDestination", "-Port 0")]
    [InlineData("InvalidSyslogDestination", "-Port 70000")]
    [InlineData("InvalidSyslogDestination", "-AppName 'two words'")]
    [InlineData("InvalidSyslogDestination", "-OriginHostName 'two words'")]
    [InlineData("InvalidSyslogDestination", "-EnterpriseNumber 0")]
    [InlineData("InvalidSyslogDestination", "-Severity @{ succes = 'Error' }")]
    [InlineData("InvalidSyslogDestination", "-MaxMessageBytes 100")]
    [InlineData("InvalidSyslogDestination", "-Window 0")]
    [InlineData("InvalidSyslogDestination", "-Timeout 0s")]
    [InlineData("InvalidSyslogDestination", "-CertificateAuthorityFile /ca.pem")]
    [InlineData("InvalidSyslogDestination", "-Format Cef -CeeCookie")]
    [InlineData("InvalidSyslogDestination", "-Header Rfc3164 -ByteOrderMark")]
    [InlineData("InvalidSyslogDestination", "-ClientCertificatePassword $key")]
    [InlineData("InvalidQuery", "-Query 'a:('")]
    [InlineData("InvalidPath", "-CertificateAuthorityFile Env:/ca.pem")]
    public async Task What_cannot_be_is_refused_when_adding_and_when_changing(string errorId, string settings)
    {
        await using Workspace work = Workspace.Offline();
        Assert.NotEmpty(work.Refused(errorId, $"New-JcSyslogDestination siem h Tcp {settings}"));
        Assert.False(Directory.Exists(work.StorePath) && work.RunWell("Get-JcSyslogDestination").Count > 0);
        work.RunWell("New-JcSyslogDestination siem h Tcp");
        Assert.NotEmpty(work.Refused(errorId, $"Set-JcSyslogDestination siem {settings}"));
    }

    [Theory]
    [InlineData("InvalidFingerprint", "-CertificateFingerprint 'AB:CD'")]
    [InlineData("InvalidSyslogDestination", "-ClientCertificateFile /c.pfx -ClientCertificateThumbprint AB")]
    public async Task Certificates_that_cannot_be_are_refused(string errorId, string settings)
    {
        await using Workspace work = Workspace.Offline();
        work.Refused(errorId, $"New-JcSyslogDestination siem h Tls {settings}");
        PSObject added = work.One($"New-JcSyslogDestination siem h Tls -CertificateFingerprint '{Fingerprint}' -ClientCertificateThumbprint 'ab cd'");
        Assert.Equal((Fingerprint.Replace(":", "", StringComparison.Ordinal), "ABCD"), (added.Text("CertificateFingerprint"), added.Text("ClientCertificateThumbprint")));
        work.Refused(errorId, $"Set-JcSyslogDestination siem {settings}");
    }

    [Theory]
    [InlineData("-Port 5x")]
    [InlineData("-Format Xml")]
    [InlineData("-From yesterday")]
    [InlineData("-Severity failure")]
    [InlineData("-Severity 'failure=Bad'")]
    [InlineData("-Timeout 30")]
    public async Task What_cannot_be_read_is_refused_by_the_binding(string settings)
    {
        await using Workspace work = Workspace.Offline();
        work.Refused("ParameterArgumentTransformationError", $"New-JcSyslogDestination siem h Tcp {settings}");
    }

    [Fact]
    public async Task Files_are_kept_with_their_full_paths_and_a_missing_one_is_a_warning()
    {
        await using Workspace work = Workspace.Offline();
        ScriptResult added = work.Run("New-JcSyslogDestination siem h Tls -ClientCertificateFile $folder/none.pfx -ClientCertificatePassword $key");
        Assert.Empty(added.AllErrors);
        Assert.Contains("none.pfx", Assert.Single(added.Warnings), StringComparison.Ordinal);
        Assert.Equal(Path.Combine(work.Folder, "none.pfx"), added.Output[0].Text("ClientCertificateFile"));
        Assert.Null(work.One("Set-JcSyslogDestination siem -ClientCertificateFile '' -PassThru").Get("ClientCertificateFile"));
    }

    [Fact]
    public async Task WhatIf_says_what_it_would_do_and_makes_not_even_a_store()
    {
        using var shown = new StringWriter();
        await using Workspace work = Workspace.Offline(new TextHostOptions { Output = shown, Width = 400 });
        Assert.Empty(work.RunWell("New-JcSyslogDestination siem h Relp -From Beginning -WhatIf"));
        Assert.Contains("all that is stored", shown.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(work.StorePath));
        work.RunWell("New-JcSyslogDestination siem h Relp");
        Assert.Empty(work.RunWell("Set-JcSyslogDestination siem -Port 9 -WhatIf; Set-JcSyslogDestination siem -From Now -Force -WhatIf; Remove-JcSyslogDestination siem -Force -WhatIf; Send-JcSyslog -WhatIf"));
        Assert.Equal(2514, work.One("Get-JcSyslogDestination").Get("Port"));
    }

    [Fact]
    public async Task A_change_leaves_the_rest_and_a_transport_brings_its_own_defaults()
    {
        await using Workspace work = Workspace.Offline();
        work.RunWell("New-JcSyslogDestination siem h Udp -AppName jc -WarningAction SilentlyContinue");
        PSObject changed = work.One("Set-JcSyslogDestination siem -Transport Relp -PassThru");
        Assert.Equal((2514, 8192, "jc"), (changed.Get("Port"), changed.Get("MaxMessageBytes"), changed.Text("AppName")));
        // What a piped destination brings is what it has: no port that somebody asks for.
        changed = work.One("Get-JcSyslogDestination | Set-JcSyslogDestination -Transport Tls -PassThru");
        Assert.Equal(("Tls", 6514), (changed.Text("Transport"), changed.Get("Port")));
        Assert.Equal(6514, work.One("Set-JcSyslogDestination siem -Transport Tcp -Port 6514 -PassThru").Get("Port"));
        Assert.Equal(6514, work.One("Get-JcSyslogDestination | Set-JcSyslogDestination -Transport Relp -PassThru").Get("Port"));
        Assert.Equal("other", work.One("Set-JcSyslogDestination SIEM -HostName other -PassThru").Text("HostName"));
        Assert.Equal("Disabled", work.One("Set-JcSyslogDestination siem -Disable -PassThru").Text("State"));
        Assert.Equal("NotTried", work.One("Set-JcSyslogDestination siem -Enable -PassThru").Text("State"));
        work.Refused("InvalidSyslogDestination", "Set-JcSyslogDestination siem -Enable -Disable");
        Assert.Equal("Disabled", work.One("New-JcSyslogDestination later h Relp -Disabled").Text("State"));
        work.Refused("SyslogDestinationExists", "New-JcSyslogDestination Siem h Relp");
    }

    [Fact]
    public async Task Moving_the_place_is_asked_about_once()
    {
        List<string> questions = [];
        int answer = 1;
        await using Workspace work = await Workspace.StartAsync(events: 60, users: 2, host: new TextHostOptions { OnChoice = Answer });
        work.Add();
        work.RunWell("Invoke-JcCollection; New-JcSyslogDestination siem h Relp");
        long end = work.One("Get-JcSyslogDestination").Number("Position");
        Assert.True(end > 0);
        work.RunWell("Set-JcSyslogDestination siem -From Beginning");
        Assert.Contains("sent again", Assert.Single(questions), StringComparison.Ordinal);
        Assert.Equal(end, Place());

        answer = 0;
        work.RunWell("Set-JcSyslogDestination siem -From Beginning");
        Assert.Equal((2, 0), (questions.Count, Place()));
        Assert.Equal("Behind", work.One("Get-JcSyslogDestination").Text("State"));
        // Who is asked about changes anyway is not asked twice.
        work.RunWell("$ConfirmPreference = 'Medium'; Set-JcSyslogDestination siem -From Now");
        Assert.Equal((3, end), (questions.Count, Place()));
        Assert.Contains("never sent", questions[^1], StringComparison.Ordinal);
        int recent = work.RunWell("Get-JcIngestedRecord -Last 10h").Count;
        work.RunWell("Set-JcSyslogDestination siem -From 10h");
        Assert.Equal(4, questions.Count);
        Assert.InRange(long.Parse(System.Text.RegularExpressions.Regex.Match(questions[^1], "([0-9]+) records? of what is stored").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), recent - 2, recent);
        questions.RemoveAt(3);
        work.RunWell("Set-JcSyslogDestination siem -From 30d -Force; Set-JcSyslogDestination siem -From Now -Confirm:$false");
        work.RunWell("$ConfirmPreference = 'High'; Set-JcSyslogDestination siem -From Beginning -Force; Set-JcSyslogDestination siem -From Beginning -WhatIf");
        Assert.Equal((3, 0), (questions.Count, Place()));

        long Place() => work.One("Get-JcSyslogDestination").Number("Position");

        int Answer(string message, IReadOnlyList<ChoiceDescription> choices, int standard)
        {
            questions.Add(message);
            // Yes, or No, whatever stands between.
            return answer == 0 ? 0 : choices.ToList().FindIndex(c => c.Label == "&No");
        }
    }

    [Fact]
    public async Task A_removal_is_asked_about_with_what_waits()
    {
        List<string> questions = [];
        bool yes = false;
        await using Workspace work = await Workspace.StartAsync(events: 60, users: 2, host: new TextHostOptions
        {
            OnChoice = (message, choices, _) =>
            {
                questions.Add(message);
                return yes ? 0 : choices.ToList().FindIndex(c => c.Label == "&No");
            },
        });
        work.Add();
        work.RunWell("Invoke-JcCollection; New-JcSyslogDestination siem h Relp -From Beginning; New-JcSyslogDestination idle h Relp");
        work.RunWell("Remove-JcSyslogDestination siem");
        Assert.Contains($"{work.Truth} records at most wait for it", Assert.Single(questions), StringComparison.Ordinal);
        Assert.Equal(2, work.RunWell("Get-JcSyslogDestination").Count);
        yes = true;
        work.RunWell("Get-JcSyslogDestination siem | Remove-JcSyslogDestination");
        Assert.Equal("idle", work.One("Get-JcSyslogDestination").Text("Name"));
        work.RunWell("Remove-JcSyslogDestination i* -Force");
        Assert.Equal(2, questions.Count);
        Assert.Empty(work.RunWell("Get-JcSyslogDestination"));
        Assert.Equal(work.Truth, work.RunWell("Get-JcIngestedRecord").Count);
    }

    [Theory]
    [InlineData("Get-JcSyslogDestination nobody")]
    [InlineData("Set-JcSyslogDestination nobody -Port 9")]
    [InlineData("Remove-JcSyslogDestination nobody -Force")]
    [InlineData("Test-JcSyslogDestination nobody")]
    [InlineData("Send-JcSyslog nobody")]
    public async Task A_name_that_is_not_there_is_an_error_and_a_pattern_is_none(string script)
    {
        await using Workspace work = Workspace.Offline();
        work.RunWell("New-JcSyslogDestination siem h Relp");
        string message = work.Refused("SyslogDestinationNotFound", script);
        Assert.Contains(work.StorePath, message, StringComparison.Ordinal);
        if (!script.StartsWith("Set-", StringComparison.Ordinal)) Assert.Empty(work.RunWell(script.Replace("nobody", "nob*", StringComparison.Ordinal)));
        Assert.Empty(work.RunWell("Send-JcSyslog no*"));
        Assert.Empty(work.RunWell("Get-JcSyslogDestination no* | Send-JcSyslog"));
    }

    [Theory]
    [InlineData("Get-JcSyslogDestination -StorePath {0} -Name ", "siem,'two words'")]
    [InlineData("Set-JcSyslogDestination -StorePath {0} -Name t", "'two words'")]
    [InlineData("Remove-JcSyslogDestination -StorePath {0} -Name sie", "siem")]
    [InlineData("Test-JcSyslogDestination -StorePath {0} -Name sie", "siem")]
    [InlineData("Send-JcSyslog -StorePath {0} -Destination sie", "siem")]
    [InlineData("New-JcSyslogDestination -StorePath {0} -ConnectorName ", "Acme")]
    [InlineData("New-JcSyslogDestination -StorePath {0} -TenantName ", "'Acme Ltd'")]
    [InlineData("New-JcSyslogDestination -MsgClass jumpcloud_s", "jumpcloud_systemuser")]
    [InlineData("New-JcSyslogDestination -From ", "Now,Beginning")]
    [InlineData("New-JcSyslogDestination -Transport relp", "Relp,RelpTls")]
    [InlineData("Set-JcSyslogDestination -Oversize ", "Trim,Truncate,Skip")]
    public async Task Values_are_offered(string line, string offered)
    {
        await using Workspace work = Workspace.Offline();
        work.Add();
        work.RunWell("New-JcSyslogDestination siem h Relp; New-JcSyslogDestination 'two words' h Relp");
        line = string.Format(System.Globalization.CultureInfo.InvariantCulture, line, work.StorePath);
        IEnumerable<string> found = work.RunWell($"[System.Management.Automation.CommandCompletion]::CompleteInput(\"{line}\", {line.Length}, $null).CompletionMatches | ForEach-Object CompletionText")
            .Select(text => text.ToString());
        Assert.Equal(offered.Split(',').Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Pairs(PSObject destination) =>
        ((IEnumerable)destination.Get("Severity")!).Cast<object>()
        .Select(pair => { PSObject item = PSObject.AsPSObject(pair); return $"{item.Get("Key")}={item.Get("Value")}"; }).Order(StringComparer.Ordinal);
}
