namespace JumpCloudSimulator;

/// <summary>The oddities of real events that the generator builds in.</summary>
[Flags]
public enum Traps
{
    /// <summary>Plain events only.</summary>
    None = 0,

    /// <summary>Timestamps with 0, 3, 8 or 9 digits of fraction, by service.</summary>
    FractionDigits = 1 << 0,

    /// <summary>RADIUS attempts of one second that share an id and differ in content.</summary>
    RadiusCollisions = 1 << 1,

    /// <summary>Many events in one millisecond.</summary>
    TimestampTies = 1 << 2,

    /// <summary>A few events stamped in the future.</summary>
    FutureStamps = 1 << 3,

    /// <summary>Services, event types and fields that nobody has documented.</summary>
    UnknownServices = 1 << 4,

    /// <summary>Some mdm_command_result of about 75 kB.</summary>
    HugeEvents = 1 << 5,

    /// <summary>Nulls and empty strings in place of values.</summary>
    Nulls = 1 << 6,

    /// <summary>Numbers beyond 2^53 and beyond 64 bits, and ones such as 1.0.</summary>
    HugeIntegers = 1 << 7,

    /// <summary>changes[].from and .to of any JSON type.</summary>
    AnyJsonInChanges = 1 << 8,

    /// <summary>Some events written with spaces, some pretty-printed over several lines.</summary>
    WhiteSpace = 1 << 9,

    /// <summary>Some LDAP events without an id.</summary>
    MissingIds = 1 << 10,

    /// <summary>client_ip absent, with a port, or in the ::ffff: form.</summary>
    ClientIpForms = 1 << 11,

    /// <summary>initiated_by with a user name only, as an array, or replaced by jc_initiated_by_email.</summary>
    InitiatedByForms = 1 << 12,

    /// <summary>sso_auth without a usable success: sso_token_success and error_message tell.</summary>
    SsoSuccess = 1 << 13,

    /// <summary>Strings cut in the middle of a surrogate pair. Legal JSON text, hard on most parsers; not part of All.</summary>
    LoneSurrogates = 1 << 14,

    /// <summary>Everything that real tenants are known to send.</summary>
    All = (1 << 14) - 1,
}

/// <summary>What a simulator starts with. What can change while it runs is in <see cref="Scenario"/>.</summary>
public sealed record SimulatorOptions
{
    /// <summary>The API key used unless another is set: made up, of the newer form.</summary>
    public const string DefaultApiKey = "jca_3fQ7mZ1xT9vKpL2sWc8RbY5nUd4HgJ6eAoXk";

    /// <summary>The same seed, options and end give the same events.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The key that x-api-key must equal.</summary>
    public string ApiKey { get; init; } = DefaultApiKey;

    /// <summary>A service account's client id, for POST /oauth2/token on the console host.</summary>
    public string ClientId { get; init; } = "simulator-client";

    /// <summary>The service account's secret.</summary>
    public string ClientSecret { get; init; } = "simulator-client-secret";

    /// <summary>24 hex digits when a Multi-Tenant Portal is simulated, null for a single tenant.</summary>
    public string? ProviderId { get; init; }

    /// <summary>How many (child) organizations there are.</summary>
    public int Organizations { get; init; } = 1;

    /// <summary>Distinct events of each organization.</summary>
    public int EventsPerOrganization { get; init; } = 1000;

    /// <summary>Events of the provider itself.</summary>
    public int PortalEvents { get; init; }

    /// <summary>System users of each organization.</summary>
    public int UsersPerOrganization { get; init; }

    /// <summary>Where the events end (exclusive); null is the clock's now.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>The events are spread, with bursts, over this long before the end.</summary>
    public TimeSpan Span { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The oddities that are built in.</summary>
    public Traps Traps { get; init; } = Traps.All;

    /// <summary>One event of about 75 kB in so many.</summary>
    public int HugeEventEvery { get; init; } = 5000;

    /// <summary>How many events of each organization the server has indexed twice, byte for byte.</summary>
    public int ServerDoubles { get; init; }

    /// <summary>The server's now: Date header, refusal of future dates, arrival lag.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Port of the Directory Insights host; 0 takes a free one.</summary>
    public int InsightsPort { get; init; }

    /// <summary>Port of the console host; 0 takes a free one.</summary>
    public int ConsolePort { get; init; }

    /// <summary>How many requests the log keeps with their headers.</summary>
    public int RequestsKept { get; init; } = 10_000;
}
