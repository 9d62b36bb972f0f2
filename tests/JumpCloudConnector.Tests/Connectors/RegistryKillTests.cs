using System.Text;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Tests.Support;

namespace JumpCloudConnector.Tests.Connectors;

public sealed class RegistryKillTests
{
    [Fact]
    public async Task A_process_killed_during_a_change_leaves_the_old_state_or_the_new_one()
    {
        using TestStore store = new();
        Random random = new(7);
        int seen = 0;
        for (int i = 0; i < 10; i++)
        {
            using CollectionChild child = CollectionChild.StartConfiguring(store);
            Assert.True(await child.ReachesAsync(random.Next(2) == 0 ? "add" : "update", random.Next(1, 9)), "it ended by itself");
            Thread.SpinWait(random.Next(200_000));
            await child.KillAsync();

            IReadOnlyList<Connector> connectors = store.Registry.Find();
            Assert.True(connectors.Count >= seen, "a connector is gone");
            seen = connectors.Count;
            foreach (Connector connector in connectors)
            {
                string key = Encoding.ASCII.GetString(store.Secrets.Unprotect(connector.Id, store.Store.Connectors.GetSecret(connector.Id)!));
                // Interval and key were changed together.
                string state = connector switch
                {
                    { IntervalMinutes: 10, Version: 1, AccessVersion: 1 } => "old",
                    { IntervalMinutes: 20, Version: 2, AccessVersion: 2 } => "new",
                    _ => "half",
                };
                Assert.Equal($"jca_{state}_{connector.Name}", key);
            }
        }

        Assert.True(seen > 10, $"only {seen} connectors were added");
    }
}
