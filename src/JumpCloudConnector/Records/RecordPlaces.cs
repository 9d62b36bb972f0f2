namespace JumpCloudConnector.Records;

/// <summary>
/// Where the values that searches ask for most lie in a record's JSON, noted while it is written, so that nobody has to look
/// for them again. A length of 0 where the record has no such value.
/// </summary>
internal struct RecordPlaces
{
    /// <summary>False where nobody took note: the record has to be read.</summary>
    public bool AreKnown;

    /// <summary><c>user.name</c>, <c>user.email</c> and <c>user.id</c>.</summary>
    public Place UserName, UserEmail, UserId;

    /// <summary><c>srcip</c>, <c>event_type</c>, <c>event_category</c> and <c>org_id</c>.</summary>
    public Place SourceIp, EventType, Service, OrganizationId;

    /// <summary>A value without its quotes.</summary>
    /// <param name="Start">Its first byte, counted from the record's.</param>
    /// <param name="Length">In bytes.</param>
    public readonly record struct Place(int Start, int Length);
}
