using System.Collections;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Offers what is documented, and what the newest records of the store that the command line names have besides.</summary>
public abstract class SampleCompleter : TextCompleter
{
    /// <inheritdoc/>
    protected sealed override IReadOnlyList<string> Values(IDictionary bound) => Values(bound, "");

    /// <inheritdoc/>
    protected sealed override IReadOnlyList<string> Values(IDictionary bound, string before)
    {
        string? path = bound[nameof(JcCmdlet.StorePath)] as string;
        try
        {
            if (!RecordStore.Exists(path)) return Values(new StoreSample(null), before);
            using RecordStore store = RecordStore.Open(path);
            return Values(new StoreSample(store), before);
        }
        catch (Exception e) when (e is JcException or IOException or UnauthorizedAccessException)
        {
            return Values(new StoreSample(null), before);
        }
    }

    /// <summary>What there is to offer.</summary>
    /// <param name="sample">What is known of fields and values.</param>
    /// <param name="before">What was typed before the word that is completed.</param>
    protected abstract IReadOnlyList<string> Values(StoreSample sample, string before);
}

/// <summary>Offers the values of a field.</summary>
/// <param name="field">The dotted path.</param>
public abstract class FieldValueCompleter(string field) : SampleCompleter
{
    /// <inheritdoc/>
    protected sealed override IReadOnlyList<string> Values(StoreSample sample, string before) => sample.Values(field);
}

/// <summary>Offers JumpCloud's services, as documented or seen. The list grows at JumpCloud; any other value is taken too.</summary>
public sealed class ServiceCompleter() : FieldValueCompleter("event_category");

/// <summary>Offers the event types that JumpCloud documents. Many are not documented; any other value is taken too.</summary>
public sealed class EventTypeCompleter() : FieldValueCompleter("event_type");

/// <summary>Offers the users of the newest records.</summary>
public sealed class UserCompleter : SampleCompleter
{
    /// <inheritdoc/>
    protected override IReadOnlyList<string> Values(StoreSample sample, string before) =>
        [.. sample.Newest.Select(r => r.User).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
}
