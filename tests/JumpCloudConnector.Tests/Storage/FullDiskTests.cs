using JumpCloudConnector.Collection;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Storage;

/// <summary>A disk that really is full.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_is_said_and_costs_nothing_and_collection_goes_on_where_there_is_room()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { Seed = 31, EventsPerOrganization = 6_000 });
        using TestStore store = new();
        store.Add(simulator);
        store.Store.Dispose();
        string small = Directory.CreateTempSubdirectory("jc-small-").FullName;
        try
        {
            string? said = await CollectionChild.RunOnSmallDiskAsync(
                small, "24m",
                """
                cp -a "$2" "$1/store"
                head -c 30M /dev/zero >"$1/ballast" 2>/dev/null || true
                truncate -s -900K "$1/ballast"
                $run collect "$1/store" "$3" 60 500 2>&1 || true
                echo "between"
                rm "$1/ballast"
                $run collect "$1/store" "$3" 60 500
                rm -r "$2"; cp -a "$1/store" "$2"
                """, store.Folder, store.KeyRing);
            if (said is null) Assert.Skip("This system lets nobody mount a small disk.");
            string[] runs = said.Split("between");
            Assert.Contains("StoreFull", runs[0], StringComparison.Ordinal);
            Assert.Contains("The disk of the store", runs[0], StringComparison.Ordinal);
            Assert.Contains("committed", runs[0], StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(small, recursive: true);
        }

        store.Reopen();
        CollectionResult result = await store.CollectOneAsync();
        Assert.Equal(CollectionState.Collected, result.State);
        Truth.AssertEqual(store, simulator.Organizations[0], result.Watermark!.Value);
        Assert.Equal("Healthy", store.Store.Care.Test(full: true).State.ToString());
    }
}
