using System.Globalization;
using System.Text.Json;

namespace JumpCloudSimulator;

internal sealed record Person(string Id, string Username, string Email, string First, string Last);

internal sealed record Device(string Id, string Hostname, string DisplayName, string Os, string Version, string Serial);

internal sealed record Application(string Id, string Name, string Label);

internal sealed record Address(string Ip, byte[] Geo);

/// <summary>The people, machines, applications and addresses of one organization, all from the seed.</summary>
internal sealed class World
{
    private static readonly (string Country, string Continent, string Zone, string Code, string Region, double Latitude, double Longitude)[] s_places =
    [
        ("US", "NA", "America/Denver", "CO", "Colorado", 39.7388, -104.9868), ("US", "NA", "America/Los_Angeles", "OR", "Oregon", 45.8491, -119.7143),
        ("US", "NA", "America/New_York", "GA", "Georgia", 33.6992, -84.7478), ("FR", "EU", "Europe/Paris", "75", "Paris", 48.8323, 2.4075),
        ("DE", "EU", "Europe/Berlin", "BY", "Bavaria", 48.1374, 11.5755), ("GB", "EU", "Europe/London", "ENG", "England", 51.5088, -0.0930),
        ("IN", "AS", "Asia/Kolkata", "KA", "Karnataka", 12.9634, 77.5855), ("JP", "AS", "Asia/Tokyo", "13", "Tokyo", 35.6893, 139.6899),
        ("BR", "SA", "America/Sao_Paulo", "SP", "São Paulo", -23.5475, -46.6361), ("CH", "EU", "Europe/Zurich", "ZH", "Zürich", 47.3682, 8.5671),
        ("AU", "OC", "Australia/Sydney", "NSW", "New South Wales", -33.8715, 151.2006), ("NG", "AF", "Africa/Lagos", "LA", "Lagos", 6.4474, 3.3903),
    ];

    private static readonly (string Os, string Version)[] s_systems =
    [
        ("Windows", "11 Professionnel"), ("Windows", "10.0.22631"), ("Mac OS X", "14.6.1"), ("Mac OS X", "15.2"), ("Ubuntu", "22.04"), ("Debian", "12"), ("iOS", "17.5.1"),
    ];

    public World(ulong seed, string organizationId, string? providerId, bool isPortal)
    {
        OrganizationId = organizationId;
        ProviderId = providerId;
        IsPortal = isPortal;
        Domain = $"{(isPortal ? "msp" : "acme")}-{organizationId[^4..]}.example.com";
        People = Make(400, i => MakePerson(seed, i, Domain));
        Admins = Make(12, i =>
        {
            var name = Names.Person(40 + i * 3);
            return new Person(Hex(Prng.Mix(seed, 0xAD, (ulong)i)), name.Username, $"admin.{name.Username}@{Domain}", name.First, name.Last);
        });
        Devices = Make(500, i => MakeDevice(seed, i));
        Applications = Make(Names.Applications.Length, i => new Application(Hex(Prng.Mix(seed, 0xA9, (ulong)i)), Names.Applications[i], char.ToUpperInvariant(Names.Applications[i][0]) + Names.Applications[i][1..]));
        Addresses = Make(3000, i => MakeAddress(seed, i));
    }

    public string OrganizationId { get; }

    public string? ProviderId { get; }

    public bool IsPortal { get; }

    public string Domain { get; }

    public Person[] People { get; }

    public Person[] Admins { get; }

    public Device[] Devices { get; }

    public Application[] Applications { get; }

    public Address[] Addresses { get; }

    /// <summary>Person number i of an organization: the same in its events and in its list of users.</summary>
    public static Person MakePerson(ulong seed, int number, string domain)
    {
        var name = Names.Person(number);
        return new Person(Hex(Prng.Mix(seed, 0x5E, (ulong)number)), name.Username, $"{name.Username}@{domain}", name.First, name.Last);
    }

    /// <summary>24 hex digits that read as an ObjectId of some time in the past.</summary>
    public static string Hex(ulong value) =>
        string.Create(CultureInfo.InvariantCulture, $"{0x5C000000u + (uint)(value % 0x08000000):x8}{value:x16}");

    private static T[] Make<T>(int count, Func<int, T> make) => [.. Enumerable.Range(0, count).Select(make)];

    private static Device MakeDevice(ulong seed, int number)
    {
        var random = new Prng(Prng.Mix(seed, 0xDE, (ulong)number));
        var (os, version) = random.Pick(s_systems);
        var person = Names.Person(number).Username;
        var hostname = number % 5 == 0 ? $"SRV-{number:D4}" : $"{person.Replace('.', '-').ToUpperInvariant()}-LAPTOP";
        var serial = random.Next().ToString("X16", CultureInfo.InvariantCulture)[..12];
        return new Device(Hex(random.Next()), hostname, number % 7 == 0 ? $"{hostname}.{os.Replace(" ", "", StringComparison.Ordinal)}" : hostname, os, version, serial);
    }

    private static Address MakeAddress(ulong seed, int number)
    {
        var random = new Prng(Prng.Mix(seed, 0x1B, (ulong)number));
        var ip = number % 40 == 7
            ? string.Create(CultureInfo.InvariantCulture, $"2001:db8:{random.Below(65536):x}:{random.Below(65535) + 1:x}::{random.Below(65535) + 1:x}")
            : number % 6 == 0
                ? string.Create(CultureInfo.InvariantCulture, $"10.{random.Below(256)}.{random.Below(256)}.{1 + random.Below(254)}")
                : string.Create(CultureInfo.InvariantCulture, $"{11 + random.Below(110)}.{random.Below(256)}.{random.Below(256)}.{1 + random.Below(254)}");
        var place = s_places[random.Skewed(s_places.Length)];
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, EventRenderer.WriterOptions))
        {
            json.WriteStartObject();
            if (number % 9 != 0)
            {
                json.WriteNumber("latitude", place.Latitude);
            }

            json.WriteString("timezone", place.Zone);
            if (number % 9 != 0)
            {
                json.WriteNumber("longitude", place.Longitude);
            }

            json.WriteString("region_code", place.Code);
            json.WriteString("region_name", place.Region);
            json.WriteString("country_code", place.Country);
            json.WriteString("continent_code", place.Continent);
            json.WriteEndObject();
        }

        return new Address(ip, buffer.ToArray());
    }
}
