using System.Collections;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Offers <c>msg_class</c> values.</summary>
public sealed class MsgClassCompleter : TextCompleter
{
    /// <inheritdoc/>
    protected override IReadOnlyList<string> Values(IDictionary bound) => [MessageClass.DirectoryInsights, MessageClass.SystemUser];
}

/// <summary>Offers <c>msg_origin.source</c> values.</summary>
public sealed class SourceCompleter : TextCompleter
{
    /// <inheritdoc/>
    protected override IReadOnlyList<string> Values(IDictionary bound) => [MessageClass.DirectoryInsightsSource, MessageClass.SystemUserSource];
}

/// <summary>Offers <c>msg_origin.category</c> values.</summary>
public sealed class CategoryCompleter : TextCompleter
{
    /// <inheritdoc/>
    protected override IReadOnlyList<string> Values(IDictionary bound) => [MessageClass.Category];
}

/// <summary>Offers the words that say where a syslog destination begins; a time is taken too.</summary>
public sealed class SyslogStartCompleter : TextCompleter
{
    /// <inheritdoc/>
    protected override IReadOnlyList<string> Values(IDictionary bound) => [nameof(Forwarding.SyslogStart.Now), nameof(Forwarding.SyslogStart.Beginning)];
}

/// <summary>Offers <c>event_status</c> values.</summary>
public sealed class EventStatusCompleter : TextCompleter
{
    /// <inheritdoc/>
    protected override IReadOnlyList<string> Values(IDictionary bound) => KnownValues.EventStatuses;
}

/// <summary>Offers the names of the environment variables that this process has.</summary>
public sealed class EnvironmentVariableCompleter : TextCompleter
{
    /// <inheritdoc/>
    protected override IReadOnlyList<string> Values(IDictionary bound) => [.. Environment.GetEnvironmentVariables().Keys.Cast<string>()];
}
