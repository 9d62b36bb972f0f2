using System.Management.Automation;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>A cmdlet that works on the records that match its criteria.</summary>
public abstract class RecordQueryCmdlet : RecordInputCmdlet
{
    // None of these takes nothing: a variable that is misspelt would find every record.
    /// <summary>Organizations, by id or name, with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(OrganizationCompleter))]
    public string[]? Organization { get; set; }

    /// <summary>msg_class.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(MsgClassCompleter))]
    public string[]? MsgClass { get; set; }

    /// <summary>msg_origin.source.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SourceCompleter))]
    public string[]? Source { get; set; }

    /// <summary>msg_origin.category.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CategoryCompleter))]
    public string[]? Category { get; set; }

    /// <summary>JumpCloud's service.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string[]? Service { get; set; }

    /// <summary>Event types.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(EventTypeCompleter))]
    public string[]? EventType { get; set; }

    /// <summary>success, failure, mfa or unknown.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(EventStatusCompleter))]
    public string[]? EventStatus { get; set; }

    /// <summary>Users, by name, e-mail address or what stands before its @, or id, with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string[]? User { get; set; }

    /// <summary>Source addresses, with wildcards, or networks such as 10.0.0.0/8.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? SourceIp { get; set; }

    /// <summary>Records that were written into the store at or after this time, whenever their events were.</summary>
    [Parameter]
    [TimePointTransformation]
    public DateTimeOffset? IngestedAfter { get; set; }

    /// <summary>Records behind this place in the order of commits, in that order.</summary>
    [Parameter]
    [LongTransformation]
    [ValidateRange(0, long.MaxValue)]
    public long? AfterSequence { get; set; }

    /// <summary>A query in Lucene's syntax.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(QueryCompleter))]
    public string? Query { get; set; }

    /// <summary>The index: there is one.</summary>
    [Parameter]
    [ValidateSet("Syslog")]
    public string? Index { get; set; }

    /// <summary>A text anywhere in the record, in any case.</summary>
    [Parameter]
    public string? Text { get; set; }

    /// <summary>-Text is a regular expression.</summary>
    [Parameter]
    public SwitchParameter Regex { get; set; }

    /// <inheritdoc/>
    protected sealed override void Work()
    {
        RecordQuery query = Criteria();
        query.Check();
        foreach (string doubt in query.Doubts()) WriteWarning(doubt);
        UseKeptStore();
        if (OpenWithConnectors() is not { } store) return;
        WarnOfUnknownNames(store, query);
        Work(store, query);
    }

    /// <summary>Does the cmdlet's work on a store that is there.</summary>
    protected abstract void Work(RecordStore store, RecordQuery query);

    /// <summary>The criteria that were given.</summary>
    /// <exception cref="JcException">LastAndAfter or EmptyPeriod.</exception>
    protected virtual RecordQuery Criteria()
    {
        (long? after, long? before) = Period();
        return new RecordQuery
        {
            ConnectorNames = Input.Connectors,
            TenantNames = Input.Tenants,
            Organizations = Organization ?? [],
            MessageClasses = MsgClass ?? [],
            Sources = Source ?? [],
            Categories = Category ?? [],
            Services = Service ?? [],
            EventTypes = EventType ?? [],
            EventStatuses = EventStatus ?? [],
            Users = User ?? [],
            SourceIps = SourceIp ?? [],
            Text = Text,
            Regex = Regex,
            Query = Query,
            After = after,
            Before = before,
            IngestedAfter = IngestedAfter is { } from ? Milliseconds(from) : null,
            AfterSequence = AfterSequence,
        };
    }
}
