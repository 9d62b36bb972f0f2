using System.Text;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Connectors;

/// <summary>Files of connectors as people write them.</summary>
public sealed class ConnectorExchangeTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void The_same_file_in_another_case_changes_nothing()
    {
        Assert.Equal(ConnectorImportOutcome.Added, Import("Name,TenantName,ContentType,AnalyzerProfile\nMSP,Acme,SystemUser,Default\n")[0].Outcome);
        int version = _store.Registry.Get("MSP").Version;

        ConnectorImportResult again = Import("name,TENANTNAME,contenttype,analyzerprofile\nmsp,ACME,systemuser,default\n", update: true)[0];

        Assert.Equal(ConnectorImportOutcome.Unchanged, again.Outcome);
        Assert.Equal(version, _store.Registry.Get("MSP").Version);
    }

    [Theory]
    [InlineData("Region", "US,EU")]
    [InlineData("Region", "3")]
    [InlineData("ContentType", "3")]
    [InlineData("RunOn", "Server")]
    [InlineData("Enabled", "perhaps")]
    [InlineData("IntervalMinutes", "five")]
    [InlineData("InitialLookback", "7")]
    [InlineData("ApiKeyExpiresAt", "soon")]
    [InlineData("ApiKeyExpiresAt", "01/02/2027")]
    public void What_cannot_be_read_fails_that_line_and_names_the_column(string column, string cell)
    {
        string content = column == "ContentType" ? cell : "SystemUser";
        string more = column == "ContentType" ? "" : $",{column}";
        ConnectorImportResult line = Import($"Name,TenantName,ContentType{more}\na,b,{content}{(more.Length > 0 ? $",\"{cell}\"" : "")}\n")[0];

        Assert.Equal((ConnectorImportOutcome.Failed, "InvalidValue"), (line.Outcome, line.ErrorId));
        Assert.Contains(column, line.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Registry.Find());
    }

    [Fact]
    public void A_file_that_is_not_utf8_is_refused_before_a_name_is_spoilt()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.csv");
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes("Name,TenantName,ContentType\nBay,M\u00FCller,SystemUser\n"));
        try
        {
            JcException refused = Assert.Throws<JcException>(() => Exchange().Import(path, null, null, false, (_, _) => true));
            Assert.Equal("InvalidConnectorFile", refused.ErrorId);
            Assert.Contains("CSV UTF-8", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_column_that_stands_twice_is_refused() =>
        Assert.Equal("InvalidConnectorFile", Assert.Throws<JcException>(() => Import("Name,TenantName,ContentType,tenantname\na,b,SystemUser,c\n")).ErrorId);

    [Fact]
    public void A_line_moves_the_key_from_one_place_to_another()
    {
        Import("Name,TenantName,ContentType,ApiKeySecret,ApiKeyVault\na,b,SystemUser,mine,Ops\n");
        Assert.Equal(ConnectorImportOutcome.Updated, Import("Name,TenantName,ContentType,ApiKeyVariable\na,b,SystemUser,KEY\n", update: true)[0].Outcome);
        Connector moved = _store.Registry.Get("a");
        Assert.Equal((null, null, "KEY"), (moved.ApiKeySecret, moved.ApiKeyVault, moved.ApiKeyVariable));
    }

    [Theory]
    [InlineData("ApiKeySecret", "jca_0123456789abcdef0123456789")]
    [InlineData("ApiKeyVariable", "0123456789abcdef0123456789abcdef01234567")]
    public void A_key_in_the_place_of_its_name_is_refused_and_not_told(string column, string key)
    {
        ConnectorImportResult line = Import($"Name,TenantName,ContentType,{column}\na,b,SystemUser,{key}\n")[0];
        Assert.Equal((ConnectorImportOutcome.Failed, "PlainTextApiKey"), (line.Outcome, line.ErrorId));
        Assert.DoesNotContain(key, line.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Position_counts_and_status_survive_restart_export_and_import()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 500, UsersPerOrganization = 5 });
        simulator.Scenario.Faults.Add(new Fault(FaultKind.Forbidden403) { PathContains = "systemusers" });
        new LogFilterRegistry(_store.Store).Add(new LogFilter
        {
            Id = default, Name = "No directory", CreatedAt = default, ModifiedAt = default,
            Conditions = [new LogFilterCondition { Field = "event_category", Operator = LogFilterOperator.Equal, Values = ["directory"] }],
        });
        _store.Add(simulator, change: c => c with { ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser], LogFilters = ["No directory"] });
        await _store.CollectAsync();
        string before = State();
        Assert.Contains("403", before, StringComparison.Ordinal);

        string path = Path.Combine(_store.Folder, "all.json");
        ConnectorExchange.Export(path, _store.Registry.Find(), null, replace: false);
        Assert.Equal(ConnectorImportOutcome.Unchanged, Assert.Single(Exchange().Import(path, null, null, true, (_, _) => true)).Outcome);
        ConnectorImportResult renamed = Import("Name,TenantName,ContentType\nmain,Another,SystemUser\n", update: true)[0];
        Assert.Equal((ConnectorImportOutcome.Failed, "GeneralPartFixed"), (renamed.Outcome, renamed.ErrorId));
        _store.Reopen();

        Assert.Equal(before, State());
    }

    private string State()
    {
        ConnectorInfo info = _store.Registry.Describe(_store.Registry.Get("main"));
        long excluded = new LogFilterRegistry(_store.Store).Describe(new LogFilterRegistry(_store.Store).Find()).Single().Excluded;
        Assert.True(excluded > 0, "the filter excluded nothing");
        return string.Join("; ", info.Streams.Select(s => $"{s.ContentType} {s.Watermark:O} {s.StatusCode} {s.StatusTime:O} {s.ConsecutiveFailures}"))
            + $"; {info.TenantName} {info.TenantId} {info.StatusCode} {info.ApiKeyEnding} {info.ApiKeySetAt:O}; {excluded}";
    }

    private ConnectorExchange Exchange() => new(_store.Store, _store.Secrets);

    private List<ConnectorImportResult> Import(string text, bool update = false)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.csv");
        File.WriteAllText(path, text);
        try
        {
            return [.. Exchange().Import(path, null, null, update, (_, _) => true)];
        }
        finally
        {
            File.Delete(path);
        }
    }
}
