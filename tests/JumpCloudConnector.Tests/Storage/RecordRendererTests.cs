using System.Text;
using System.Text.Json;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Storage;

/// <summary>Records are kept as the vendor's object and what the rest is made from, and come back as they were.</summary>
public sealed class RecordRendererTests
{
    private readonly Dictionary<RecordOrigin, long> _numbers = [];

    [Fact]
    public async Task Records_of_events_and_users_come_back_as_they_were()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { Seed = 5, EventsPerOrganization = 2_000 });
        using RecordRenderer renderer = Renderer();
        using RecordBatch batch = new();
        foreach (RecordOrigin origin in (RecordOrigin[])
            [
                new("t1", "Acme \"Ltd\" & Söhne", "main", null, null), new("t2", "Acme", "main\\2", "5f00", "Org <1>"), new("t3", "A", "c", null, "  "),
            ])
        {
            EventRecordWriter events = new(origin) { WriteTime = 1_700_000_000_123 };
            foreach (SimulatedEvent item in simulator.Organizations[0].Truth())
            {
                byte[] json = item.Json.ToArray();
                Utf8JsonReader reader = new(json);
                reader.Read();
                events.TryScan(ref reader);
                events.Write(json, batch);
            }

            UserRecordWriter users = new(origin);
            foreach (UserChange change in Enum.GetValues<UserChange>())
                users.Write("{\"_id\":\"1\",\"username\":\"a\",\"firstname\":\"B\",\"lastname\":\"C\\n\",\n\"organization\":\"o\"}"u8, change, 1_700_000_000_999, batch);
        }

        int whole = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            BlockEntry entry = renderer.TakeApart(batch.Json(i), 9, batch[i].Timestamp, NumberOf, out ReadOnlySpan<byte> kept);
            Assert.Equal((9L, batch[i].Timestamp), (entry.Stream, entry.Timestamp));
            if (entry.Kind == RecordKind.Whole) whole++;
            else Assert.Equal((batch[i].Kind, batch[i].WriteTime, batch.Vendor(i).Length), (entry.Kind, entry.WriteTime, kept.Length));
            Assert.True(renderer.Render(entry, kept.ToArray()).SequenceEqual(batch.Json(i)), Encoding.UTF8.GetString(batch.Json(i)));
        }

        Assert.Equal(0, whole);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"timestamp\":1,\"write_time\":2,\"tenantid\":\"t\",\"tenant_name\":\"n\",\"connector_name\":\"c\",\"msg_class\":\"another\",\"jumpcloud\":{}}")]
    [InlineData("{\"timestamp\":1,\"write_time\":2,\"tenantid\":\"t\",\"tenant_name\":\"n\",\"connector_name\":\"c\",\"msg_class\":\"jumpcloud_directoryinsights\",\"more\":1,\"jumpcloud\":{}}")]
    [InlineData("{\"timestamp\":1,\"write_time\":2,\"tenantid\":\"t\",\"tenant_name\":\"n\",\"connector_name\":\"c\",\"msg_class\":\"jumpcloud_systemuser\",\"event_type\":\"systemuser_eaten\",\"jumpcloud\":{}}")]
    public void A_record_that_would_come_back_otherwise_is_kept_whole(string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        using RecordRenderer renderer = Renderer();
        BlockEntry entry = renderer.TakeApart(bytes, 1, 1, NumberOf, out ReadOnlySpan<byte> kept);
        Assert.Equal(RecordKind.Whole, entry.Kind);
        Assert.Equal(json, Encoding.UTF8.GetString(renderer.Render(entry, kept)));
    }

    /// <summary>
    /// Stores have records in this form: whoever changes how records are made must leave a way to make these, and give the new
    /// ones another <see cref="RecordKind"/>.
    /// </summary>
    [Fact]
    public void What_stores_have_is_made_as_ever()
    {
        using RecordRenderer renderer = new(_ => new RecordOrigin("t1", "Acme", "main", null, "Acme Ltd"));
        string made = Encoding.UTF8.GetString(renderer.Render(
            new BlockEntry(1, 1, RecordKind.Event, 1_700_000_000_123, 0),
            "{\"id\":\"e1\",\"service\":\"directory\",\"event_type\":\"user_login_attempt\",\"timestamp\":\"2024-05-06T07:08:09.123456Z\",\"organization\":\"5f01\",\"success\":true,\"client_ip\":\"::ffff:1.2.3.4\",\"initiated_by\":{\"id\":\"u1\",\"type\":\"user\",\"username\":\"ann\",\"email\":\"ann@acme.example\"},\"geoip\":{\"country_code\":\"US\",\"latitude\":1.50}}"u8));
        Assert.Equal(
            "{\"timestamp\":1714979289123,\"write_time\":1700000000123,\"stellar_uuid\":\"" + made.Substring(70, 36) + "\",\"tenantid\":\"t1\",\"tenant_name\":\"Acme\",\"connector_name\":\"main\",\"org_id\":\"5f01\",\"org_name\":\"Acme Ltd\",\"msg_class\":\"jumpcloud_directoryinsights\",\"msg_origin\":{\"source\":\"jumpcloud_directory_insights\",\"category\":\"iam\",\"processor\":{\"name\":\"jumpcloud_directory_insights\",\"type\":\"log_collector\"}},\"event_category\":\"directory\",\"event_type\":\"user_login_attempt\",\"event_status\":\"success\",\"user\":{\"name\":\"ann\",\"email\":\"ann@acme.example\",\"id\":\"u1\",\"type\":\"user\"},\"srcip\":\"1.2.3.4\",\"srcip_username\":\"ann\",\"srcip_geo\":{\"countryCode\":\"US\",\"latitude\":1.50},\"jumpcloud\":{\"id\":\"e1\",\"service\":\"directory\",\"event_type\":\"user_login_attempt\",\"timestamp\":\"2024-05-06T07:08:09.123456Z\",\"organization\":\"5f01\",\"success\":true,\"client_ip\":\"::ffff:1.2.3.4\",\"initiated_by\":{\"id\":\"u1\",\"type\":\"user\",\"username\":\"ann\",\"email\":\"ann@acme.example\"},\"geoip\":{\"country_code\":\"US\",\"latitude\":1.50}}}",
            made);
    }

    private long NumberOf(RecordOrigin origin)
    {
        if (!_numbers.TryGetValue(origin, out long number)) _numbers[origin] = number = _numbers.Count + 1;
        return number;
    }

    private RecordRenderer Renderer() => new(number => _numbers.Single(n => n.Value == number).Key);
}
