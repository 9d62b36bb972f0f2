using System.Management.Automation;
using JumpCloudConnector.Scheduling;

namespace JumpCloudConnector.Cmdlets;

/// <summary>What the cmdlets for tasks share.</summary>
internal static class CollectionTasks
{
    /// <summary>Does something for each task of these names or patterns. A plain name that no task has is an error of its own.</summary>
    public static void ForEach(PSCmdlet cmdlet, IReadOnlyList<string>? names, Action<CollectionTaskInfo> action)
    {
        try
        {
            IReadOnlyList<CollectionTaskInfo> all = Schedulers.Current().Find();
            WildcardPattern[] patterns = [.. (names ?? ["*"]).Select(n => new WildcardPattern(n, WildcardOptions.IgnoreCase))];
            foreach (string name in names ?? [])
            {
                if (WildcardPattern.ContainsWildcardCharacters(name) || all.Any(t => string.Equals(t.Name, name, StringComparison.OrdinalIgnoreCase))) continue;
                cmdlet.WriteError(ErrorRecords.From(CollectionTaskInfo.NotFound(name, all.Select(t => t.Name))));
            }

            foreach (CollectionTaskInfo task in all.Where(t => Array.Exists(patterns, p => p.IsMatch(t.Name)))) action(task);
        }
        catch (JcException e)
        {
            cmdlet.WriteError(ErrorRecords.From(e));
        }
    }
}
