using System.Management.Automation;
using System.Reflection;
using System.Xml.Linq;
using JumpCloudConnector.Cmdlets.Tests.Cmdlets;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests;

/// <summary>What the prompt offers for parameters, and how it shows what comes.</summary>
public sealed class ParameterTests
{
    private const string All = ParameterAttribute.AllParameterSets;

    // Of parameters that offer nothing, check nothing and convert nothing: why that is right.
    private static readonly Dictionary<string, string> s_reasons = new(StringComparer.Ordinal)
    {
        ["StorePath"] = "a path, which PowerShell completes itself; the store says what is wrong with it",
        ["CertificateAuthorityFile"] = "a path, which PowerShell completes itself; the file is read and checked at once",
        ["Export-JcConnector -Path"] = "a path, which PowerShell completes itself; InvalidPath, FileExists",
        ["Import-JcConnector -Path"] = "a path, which PowerShell completes itself; InvalidPath, FileNotFound",
        ["New-JcConnector -Name"] = "a new name; InvalidConnectorName, ConnectorExists",
        ["New-JcLogFilter -Name"] = "a new name; InvalidLogFilterName, LogFilterExists",
        ["New-JcAnalyzerProfile -Name"] = "a new name; InvalidAnalyzerProfileName, AnalyzerProfileExists",
        ["Register-JcCollectionTask -Name"] = "a new name; InvalidTaskName, TaskExists",
        ["Register-JcCollectionTask -Account"] = "any account of the machine or the domain; AccountNotFound",
        ["New-JcAnalyzerProfile -Description"] = "free text",
        ["Confirm-JcCollectionGap -Note"] = "free text",
        ["ApiKeySecret"] = "its name alone would have to be read from a vault, which may ask for a password; checked by InvalidApiKeyReference",
        ["ApiKeyVault"] = "as with ApiKeySecret",
        ["OrganizationId"] = "24 hexadecimal digits of the Admin Portal; InvalidOrganizationId",
        ["ProviderId"] = "24 hexadecimal digits of the Admin Portal; InvalidProviderId",
        ["New-JcSyslogDestination -Name"] = "a new name; InvalidSyslogDestination, SyslogDestinationExists",
        ["HostName"] = "any host; SyslogHostNotFound at the test",
        ["AppName"] = "free text of RFC 5424; InvalidSyslogDestination",
        ["OriginHostName"] = "free text of RFC 5424; InvalidSyslogDestination",
        ["TlsServerName"] = "a name of the receiver's certificate; InvalidSyslogDestination, SyslogCertificateRejected",
        ["CertificateFingerprint"] = "64 hexadecimal digits; InvalidFingerprint",
        ["ClientCertificateFile"] = "a path, which PowerShell completes itself; ClientCertificateNotRead",
        ["ClientCertificateThumbprint"] = "40 hexadecimal digits; InvalidSyslogDestination, ClientCertificateNotRead",
        ["Send-JcSyslog -InputObject"] = "comes through the pipeline",
        ["Text"] = "what is looked for; InvalidRegex",
        ["Repair-JcIngestion -InputObject"] = "comes through the pipeline",
    };

    [Fact]
    public void Every_parameter_offers_checks_or_converts_or_there_is_a_reason_not_to()
    {
        string[] bare =
        [
            .. from cmdlet in CmdletTypes()
               from property in cmdlet.GetProperties()
               where property.GetCustomAttributes<ParameterAttribute>().Any(parameter => !parameter.DontShow)
               where !Helps(property)
               let name = $"{NameOf(cmdlet)} -{property.Name}"
               where !s_reasons.ContainsKey(name) && !s_reasons.ContainsKey(property.Name)
               select name,
        ];
        Assert.True(bare.Length == 0, string.Join("\n", bare));
    }

    [Fact]
    public void Every_reason_is_still_needed()
    {
        HashSet<string> bare = [.. CmdletTypes().SelectMany(cmdlet => cmdlet.GetProperties().Where(property => !Helps(property))
            .SelectMany(property => (string[])[property.Name, $"{NameOf(cmdlet)} -{property.Name}"]))];
        Assert.All(s_reasons.Keys, name => Assert.Contains(name, bare));
    }

    [Fact]
    public void Any_two_parameters_share_a_set_so_that_a_contradiction_is_refused_with_a_reason()
    {
        string[] apart =
        [
            .. from cmdlet in CmdletTypes()
               let properties = cmdlet.GetProperties().Where(property => property.GetCustomAttributes<ParameterAttribute>().Any()).ToArray()
               from one in properties
               from other in properties
               where string.CompareOrdinal(one.Name, other.Name) < 0 && !SetsOf(one).Intersect(SetsOf(other)).Any() && !SetsOf(one).Contains(All) && !SetsOf(other).Contains(All)
               select $"{NameOf(cmdlet)} -{one.Name} -{other.Name}",
        ];
        Assert.True(apart.Length == 0, string.Join("\n", apart));

        static IEnumerable<string> SetsOf(PropertyInfo property) => property.GetCustomAttributes<ParameterAttribute>().Select(parameter => parameter.ParameterSetName);
    }

    [Theory]
    [InlineData("AfterAndContinuous", "Run the command once with each", "Invoke-JcCollection -After 2h -Continuous")]
    [InlineData("AfterAndTimeLimit", "Leave -TimeLimit out", "Invoke-JcCollection -After 2h -TimeLimit 4m")]
    [InlineData("BeforeWithoutAfter", "Give -After with it", "Invoke-JcCollection -Before 2h")]
    [InlineData("BeforeWithoutAfter", "Give -After with it", "Invoke-JcCollection Acme -Before 2h -Continuous")]
    [InlineData("ContinuousAndForce", "one of the two", "Invoke-JcCollection -Continuous -Force")]
    [InlineData("NameAndCondition", "one of the two", "Test-JcLogFilter Quiet -Condition 'severity Exists'")]
    [InlineData("NameAndCondition", "one of the two", "'Quiet' | Test-JcLogFilter -Condition 'severity Exists'")]
    [InlineData("AccountAndCredential", "Give -Credential", "Register-JcCollectionTask -Account nobody -Credential $account -WhatIf")]
    public async Task Parameters_that_do_not_go_together_are_named_with_what_to_do(string errorId, string says, string command)
    {
        await using Workspace workspace = Workspace.Offline();
        workspace.Session.SetVariable("account", new PSCredential("client", Workspace.Secure("secret")));
        Assert.Contains(says, workspace.Refused(errorId, command), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forced_or_not_a_span_is_read_again_and_records_of_a_pipeline_have_no_time_limit()
    {
        await using Workspace workspace = await Workspace.StartAsync(events: 30, users: 1);
        workspace.Add();
        workspace.RunWell("$null = Invoke-JcCollection; $null = New-JcSyslogDestination siem -HostName 127.0.0.1 -Port 9 -Transport Tcp");
        Assert.Equal("Collected", workspace.One("Invoke-JcCollection -After 20h -Force | Where-Object ConnectorName").Text("State"));
        Assert.Contains("sent whole", workspace.Refused("RecordsAndTimeLimit", "Get-JcIngestedRecord -First 3 | Send-JcSyslog -TimeLimit 1m"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_type_that_a_cmdlet_gives_has_a_table_and_a_list()
    {
        XElement formats = XDocument.Load(Path.Combine(ModuleCopy.FindBuiltModule(), "JumpCloudConnector.Format.ps1xml")).Root!;
        HashSet<string> shown = [.. formats.Descendants("View").SelectMany(view => view.Descendants("TypeName").Select(type =>
            $"{type.Value} {(view.Element("TableControl") is not null ? "table" : view.Element("ListControl") is not null ? "list" : "other")}"))];
        IEnumerable<string> wanted = CmdletTypes().SelectMany(cmdlet => cmdlet.GetCustomAttributes<OutputTypeAttribute>()).SelectMany(output => output.Type)
            .Select(type => type.Name).Distinct().Where(type => type.StartsWith("JumpCloudConnector.", StringComparison.Ordinal))
            .SelectMany(type => (string[])[type + " table", type + " list"]);
        Assert.Empty(wanted.Except(shown));
    }

    [Fact]
    public async Task Values_are_offered_that_are_documented_and_that_the_store_has()
    {
        await using Workspace workspace = await Workspace.StartAsync(events: 300, users: 3);
        workspace.Add();
        Assert.Contains("sso_auth", Offered(workspace, "Get-JcIngestedRecord -EventType sso_"));
        Assert.Contains("Acme", Offered(workspace, "Get-JcConnector -Name "));
        Assert.Contains("'Acme Ltd'", Offered(workspace, "Get-JcConnector -TenantName "));
        Environment.SetEnvironmentVariable("JCC_TEST_KEY", "none");
        Assert.Contains("JCC_TEST_KEY", Offered(workspace, "Set-JcConnector -Name Acme -ApiKeyVariable JCC_"));

        // A console puts what all have in common in the place of what was typed: nothing is offered that would shorten it.
        Assert.All(Offered(workspace, "Get-JcIngestedRecord -Query 'event_"), o => Assert.StartsWith("'event_", o, StringComparison.Ordinal));
        Assert.Contains("admin_login_attempt", Offered(workspace, "Get-JcIngestedRecord -EventType in_attempt"));

        // In their order, and not the alphabet's.
        Assert.Equal(["15m", "1h", "4h", "24h", "7d", "30d", "90d"], Offered(workspace, "Get-JcIngestedRecord -Last "));
        Assert.Equal(["1m", "5m", "15m", "1h", "6h", "1d", "7d"], Offered(workspace, "Measure-JcIngestedRecord -Interval "));

        // The simulator has events of services that nobody has documented.
        workspace.RunWell("$null = Invoke-JcCollection -Force");
        string[] seen = [.. workspace.RunWell("$all = @{}; foreach ($r in Get-JcIngestedRecord -First 1000) { $all[$r.Service] = 1 }; $all.Keys").Select(service => service.ToString())];
        Assert.Empty(seen.Except(Offered(workspace, "Get-JcIngestedRecord -Service ")));
        Assert.Contains("radius", Offered(workspace, "Get-JcIngestedRecord -Service "));
    }

    [Fact]
    public async Task Queries_and_conditions_are_completed_word_by_word()
    {
        await using Workspace workspace = await Workspace.StartAsync(events: 300, users: 3);
        // Fields and what is documented are offered before there is a store.
        Assert.Equal(["'event_status:"], Offered(workspace, "Get-JcIngestedRecord -Query event_st"));
        Assert.Equal(["failure", "mfa", "success", "unknown"], Offered(workspace, "Get-JcIngestedRecord -Query 'event_status:").Select(o => o.Trim('\'').Split(':')[1]));
        workspace.Add();
        workspace.RunWell("$null = Invoke-JcCollection -Force");
        string user = workspace.RunWell("(Get-JcIngestedRecord -MsgClass jumpcloud_directoryinsights -EventType sso_auth -First 1).User")[0].ToString();
        Assert.Contains(user, Offered(workspace, $"Get-JcIngestedRecord -User {user[..4]}").Select(o => o.Trim('\'')));

        // The last word alone, whatever stands before it.
        Assert.Equal(["'user.name:x AND +event_status:"], Offered(workspace, "Get-JcIngestedRecord -Query 'user.name:x AND +event_st"));
        Assert.Contains("'(a OR event_type:sso_auth'", Offered(workspace, "Get-JcIngestedRecord -Query '(a OR event_type:sso_"));
        Assert.Contains("'event_status:(success OR failure'", Offered(workspace, "Get-JcIngestedRecord -Query 'event_status:(success OR fail"));
        Assert.Contains("'tenant_name:\"Acme Ltd\"'", Offered(workspace, "Get-JcIngestedRecord -Query tenant_name:"));
        Assert.Contains("'jumpcloud.initiated_by.type:", Offered(workspace, "Get-JcIngestedRecord -Query jumpcloud.initiated_by.t"));
        Assert.Contains("'jumpcloud.initiated_by.type:admin'", Offered(workspace, "Get-JcIngestedRecord -Query 'jumpcloud.initiated_by.type:'"));
        Assert.DoesNotContain(Offered(workspace, "Get-JcIngestedRecord -Query timestamp:"), o => o.StartsWith("'timestamp:", StringComparison.Ordinal));

        Assert.Equal(["'event_status "], Offered(workspace, "New-JcLogFilter Q event_st"));
        Assert.Equal(["'event_status Equal "], Offered(workspace, "New-JcLogFilter Q 'event_status Equ"));
        Assert.Equal(["'event_status EndsWith ", "'event_status StartsWith "], Offered(workspace, "New-JcLogFilter Q 'event_status swith").Order());
        Assert.Equal(["'event_status Exists'"], Offered(workspace, "Set-JcLogFilter Q -Condition 'event_status Ex"));
        Assert.Equal(["'event_status Equal success'"], Offered(workspace, "New-JcLogFilter Q 'event_status Equal suc"));
        Assert.Equal(["'event_status "], Offered(workspace, "New-JcLogFilter Q 'srcip Exists', event_st"));
        Assert.Equal(["'event_status In success, failure'"], Offered(workspace, "Test-JcLogFilter -Condition 'event_status In success, fail"));
        Assert.Contains("'tenant_name Equal Acme Ltd'", Offered(workspace, "New-JcLogFilter Q 'tenant_name Equal Acme L"));
    }

    private static string[] Offered(Workspace workspace, string typed)
    {
        string line = typed.Contains("-StorePath", StringComparison.Ordinal) ? typed : typed.Insert(typed.IndexOf(' ', StringComparison.Ordinal), $" -StorePath '{workspace.StorePath}'");
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = workspace.Session.Runspace;
        return [.. CommandCompletion.CompleteInput(line, line.Length, null, shell).CompletionMatches.Select(match => match.CompletionText)];
    }

    private static IEnumerable<Type> CmdletTypes() =>
        typeof(JcCmdlet).Assembly.GetExportedTypes().Where(type => type.GetCustomAttribute<CmdletAttribute>() is not null);

    private static string NameOf(Type cmdlet) => cmdlet.GetCustomAttribute<CmdletAttribute>() is { } attribute ? $"{attribute.VerbName}-{attribute.NounName}" : cmdlet.Name;

    /// <summary>True where the engine or the parameter itself does something for whoever types it.</summary>
    private static bool Helps(PropertyInfo property)
    {
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type.IsArray) type = type.GetElementType()!;
        return type == typeof(SwitchParameter) || type.IsEnum
            || property.GetCustomAttributes().Any(attribute => attribute is ArgumentCompleterAttribute or ValidateArgumentsAttribute or ArgumentTransformationAttribute);
    }
}
