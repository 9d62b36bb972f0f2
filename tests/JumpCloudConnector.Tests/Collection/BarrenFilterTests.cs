using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>A log filter that lets nothing through is pointed out; one that does what it is for is not.</summary>
public sealed class BarrenFilterTests
{
    [Fact]
    public async Task A_filter_that_excludes_everything_is_named_once_a_connector_and_run()
    {
        await using Simulator simulator = await Simulator.StartAsync(
            new SimulatorOptions { ProviderId = "5f3c8a1b2d4e6f7081920a3b", Organizations = 3, EventsPerOrganization = 20, UsersPerOrganization = 4 });
        using TestStore store = new();
        Filter(store, "Quiet", new LogFilterCondition { Field = "event_type", Operator = LogFilterOperator.NotEqual, Values = ["no_such_event"] });
        Filter(store, "Unused", new LogFilterCondition { Field = "event_type", Operator = LogFilterOperator.Equal, Values = ["no_such_event"] });
        store.Add(simulator, change: c => c with { ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser], LogFilters = ["Unused", "Quiet"] });

        for (int run = 0; run < 2; run++)
        {
            CollectionWatcher watcher = new();
            foreach (SimulatedOrganization organization in simulator.Organizations)
                organization.AddEvents(2, DateTimeOffset.UtcNow.AddSeconds(-30), DateTimeOffset.UtcNow.AddSeconds(-10));
            await store.CollectAsync(observer: watcher);

            Assert.Empty(store.Find());
            string warning = Assert.Single(watcher.Warnings);
            Assert.StartsWith("Connector 'main': log filter 'Quiet' excluded all that came of ", warning, StringComparison.Ordinal);
            Assert.Contains("Test-JcLogFilter", warning, StringComparison.Ordinal);
            Assert.DoesNotContain("Unused", warning, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Filters_that_together_let_nothing_through_are_all_named()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 40 });
        using TestStore store = new();
        Filter(store, "Failures", new LogFilterCondition { Field = "event_status", Operator = LogFilterOperator.NotEqual, Values = ["success"] });
        Filter(store, "Successes", new LogFilterCondition { Field = "event_status", Operator = LogFilterOperator.Equal, Values = ["success"] });
        store.Add(simulator, change: c => c with { LogFilters = ["Successes", "Failures"] });
        CollectionWatcher watcher = new();

        await store.CollectAsync(observer: watcher);

        string warning = Assert.Single(watcher.Warnings);
        Assert.StartsWith(
            $"Connector 'main': log filters 'Failures', 'Successes' excluded all that came of {simulator.Organizations[0].Name} ({store.Store.Connectors.GetFilterCounts().Sum(c => c.Excluded)} events), so that nothing was stored; ",
            warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quiet_hour_is_no_reason_until_a_day_has_gone_by_or_the_filter_is_another()
    {
        ShiftedTime time = new();
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 50, UsersPerOrganization = 3, Clock = time });
        using TestStore store = new(time);
        LogFilterRegistry filters = Filter(store, "Later", new LogFilterCondition { Field = "timestamp", Operator = LogFilterOperator.GreaterThan, Values = [time.GetUtcNow().ToString("o", System.Globalization.CultureInfo.InvariantCulture)] });
        store.Add(simulator, change: c => c with { LogFilters = ["Later"], Retention = TimeSpan.FromDays(30) });
        time.Advance(TimeSpan.FromSeconds(1));

        // It lets all through that is older than itself, and nothing that comes later.
        Assert.Empty(await WarningsAsync());
        int stored = store.Find().Count;
        Assert.NotEqual(0, stored);
        Assert.Empty(await WarningsAsync(newEvents: 3));
        // A turn that nothing came in is none that a filter left empty.
        Assert.Empty(await WarningsAsync());
        time.Advance(TimeSpan.FromDays(1));
        Assert.Single(await WarningsAsync(newEvents: 3));
        Assert.Equal(stored, store.Find().Count);

        LogFilterCondition all = store.Store.Connectors.GetLogFilters()[0].Conditions[0];
        filters.Update("Later", f => f with { Conditions = [all with { Values = ["2100-01-01T00:00:00Z"] }] });
        Assert.Empty(await WarningsAsync(newEvents: 3));
        Assert.NotEqual(stored, store.Find().Count);
        filters.Update("Later", f => f with { Conditions = [all] });
        Assert.Single(await WarningsAsync(newEvents: 3));

        async Task<IReadOnlyList<string>> WarningsAsync(int newEvents = 0)
        {
            time.Advance(TimeSpan.FromMinutes(10));
            if (newEvents > 0) simulator.Organizations[0].AddEvents(newEvents, time.GetUtcNow().AddMinutes(-9), time.GetUtcNow().AddMinutes(-1));
            CollectionWatcher watcher = new();
            await store.CollectAsync(observer: watcher);
            return watcher.Warnings;
        }
    }

    private static LogFilterRegistry Filter(TestStore store, string name, LogFilterCondition condition)
    {
        LogFilterRegistry registry = new(store.Store, store.Time);
        registry.Add(new LogFilter { Id = default, Name = name, CreatedAt = default, ModifiedAt = default, Conditions = [condition] });
        return registry;
    }
}
