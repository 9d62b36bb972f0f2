using System.Collections.Concurrent;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

public sealed class ContinuousCollectionTests
{
    [Fact]
    public async Task It_collects_when_due_reads_what_is_configured_and_survives_a_fault_of_it()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 300 });
        BeatingTime time = new();
        using TestStore store = new(time);
        store.Add(simulator, "first");
        using Collector collector = new(store.Store, store.Secrets, TestStore.Options, time);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Seen seen = new();
        bool broken = false;
        Task running = new ContinuousCollection(store.Store, collector, time).RunAsync(
            () => broken ? throw new JcException("StoreBusy", JcErrorKind.StoreFault, "locked") : store.Registry.Find(), seen, stop.Token);

        Assert.Equal(["first"], await seen.NextAsync(1));
        broken = true;
        time.Beat();
        // Whatever the fault is, it is told and survived.
        Assert.Contains("locked", await seen.NoteAsync(), StringComparison.Ordinal);

        broken = false;
        store.Add(simulator, "second");
        time.Beat();
        Assert.Equal(["second"], await seen.NextAsync(1));

        time.Advance(TimeSpan.FromMinutes(5));
        time.Beat();
        Assert.Equal(["first", "second"], await seen.NextAsync(2));

        await stop.CancelAsync();
        await running;
        Truth.AssertEqual(
            store, simulator.Organizations[0],
            store.Registry.Describe(store.Registry.Get("first")).Streams[0].Watermark!.Value, connector: "first");
    }

    [Fact]
    public async Task A_connector_that_takes_long_holds_up_no_other()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 100 });
        await using Simulator stuck = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 100 });
        stuck.Scenario.Faults.Add(FaultKind.NeverAnswers);
        BeatingTime time = new();
        using TestStore store = new(time);
        store.Add(stuck, "stuck");
        store.Add(simulator, "quick");
        using Collector collector = new(store.Store, store.Secrets, TestStore.Options, time);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Seen seen = new();
        Task running = new ContinuousCollection(store.Store, collector, time).RunAsync(() => store.Registry.Find(), seen, stop.Token);

        for (int turn = 0; turn < 3; turn++)
        {
            Assert.Equal(["quick"], await seen.NextAsync(1));
            time.Advance(TimeSpan.FromMinutes(5));
            time.Beat();
        }

        await stop.CancelAsync();
        await running;
    }

    private sealed class Seen : ICollectionObserver
    {
        private readonly BlockingCollection<string> _collected = [];
        private readonly BlockingCollection<string> _notes = [];

        public Task<string[]> NextAsync(int count) => Task.Run(() => Enumerable.Range(0, count)
            .Select(_ => _collected.Take(TestContext.Current.CancellationToken)).Order(StringComparer.Ordinal).ToArray());

        public Task<string> NoteAsync() => Task.Run(() => _notes.Take(TestContext.Current.CancellationToken));

        public void Progressed(CollectionProgress progress)
        {
        }

        public void Committed(JumpCloudConnector.Records.RecordBatch batch)
        {
        }

        public void Completed(CollectionResult result)
        {
            if (result.State == CollectionState.Collected) _collected.Add(result.ConnectorName);
            else if (result.ConnectorName.Length == 0) _notes.Add(result.ErrorMessage!);
        }

        public void Warned(string message)
        {
        }

        public void Noted(string message)
        {
        }
    }
}
