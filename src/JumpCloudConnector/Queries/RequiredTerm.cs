namespace JumpCloudConnector.Queries;

/// <summary>A field that has one of these values in every record that matches; values compare in any case.</summary>
internal sealed record RequiredTerm(string Field, IReadOnlyList<string> Values);
