namespace JumpCloudConnector.Records;

/// <summary>How a record is made from the vendor's object. The numbers are in stores and never change.</summary>
internal enum RecordKind : byte
{
    /// <summary>Not at all: it is kept whole.</summary>
    Whole = 0,

    /// <summary>As a Directory Insights event.</summary>
    Event = 1,

    /// <summary>As a system user that was added, and so on in the order of <see cref="UserChange"/>.</summary>
    UserAdded = 2,

    /// <summary>As one that changed.</summary>
    UserChanged = 3,

    /// <summary>As one of a snapshot.</summary>
    UserSnapshot = 4,

    /// <summary>As one that is gone.</summary>
    UserRemoved = 5,
}
