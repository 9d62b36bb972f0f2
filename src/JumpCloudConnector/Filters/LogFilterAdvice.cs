using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Filters;

/// <summary>
/// What is to be said of conditions by what the store knows, in the words of <see cref="SearchAdvice"/>. Only what is like a known
/// name is doubted: of what a filter has excluded for long the store knows nothing.
/// </summary>
/// <param name="store">The store; null where there is none yet.</param>
public sealed class LogFilterAdvice(RecordStore? store)
{
    /// <summary>Values and fields of JumpCloud's object that neither the store nor JumpCloud's documentation knows.</summary>
    /// <param name="conditions">Conditions that passed the check.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public IReadOnlyList<string> Doubts(IEnumerable<LogFilterCondition> conditions, CancellationToken cancellationToken = default)
    {
        NameAdvice names = new(store, onlyNear: true, cancellationToken);
        foreach (LogFilterCondition condition in conditions)
        {
            string[] values = [.. ConditionDoubts.WholeValues(condition)];
            switch (condition.Field)
            {
                case "connector_name":
                    names.Connectors(values);
                    break;
                case "tenant_name":
                    names.Tenants(values);
                    break;
                case "org_id" or "org_name":
                    names.Organizations(values);
                    break;
                case "event_category":
                    names.Services(values);
                    break;
                case "event_type":
                    names.EventTypes(values);
                    break;
                default:
                    names.VendorPaths([condition.Field]);
                    break;
            }
        }

        return [.. names.Doubts.Distinct(StringComparer.Ordinal)];
    }
}
