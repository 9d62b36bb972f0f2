using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace JumpCloudSimulator;

/// <summary>Writes a system user with the fields of the vendor's systemuserreturn, and some that it does not name.</summary>
internal static class UserRenderer
{
    private static readonly string[] s_departments = ["Engineering", "Finance", "Sales", "IT", "People & Culture", "Recht", ""];
    private static readonly string[] s_titles = ["Engineer", "Manager", "Analyst", "Directrice", "Sachbearbeiter", ""];

    public static SimulatedUser Render(ulong seed, string organizationId, string domain, int number, int version, DateTimeOffset now)
    {
        var person = World.MakePerson(seed, number, domain);
        var random = new Prng(Prng.Mix(seed, 0x05E7, (ulong)number));
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, EventRenderer.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("_id", person.Id);
            json.WriteString("id", person.Id);
            json.WriteString("organization", organizationId);
            json.WriteString("username", person.Username);
            json.WriteString("email", person.Email);
            json.WriteString("firstname", person.First);
            json.WriteString("lastname", person.Last);
            json.WriteString("middlename", "");
            json.WriteString("displayname", $"{person.First} {person.Last}");
            json.WriteString("department", random.Pick(s_departments));
            json.WriteString("jobTitle", version == 0 ? random.Pick(s_titles) : $"{random.Pick(s_titles)} (revision {version})");
            json.WriteString("company", "Acme GmbH");
            json.WriteString("costCenter", random.Chance(0.5) ? "" : "CC-" + random.Below(900).ToString(CultureInfo.InvariantCulture));
            json.WriteString("description", "");
            json.WriteString("employeeIdentifier", $"E{number:D6}");
            json.WriteString("employeeType", random.Chance(0.8) ? "full-time" : "contractor");
            json.WriteString("location", random.Chance(0.5) ? "Zürich" : "東京");
            State(json, ref random, version, now);
            Contact(json, ref random, person);
            Credentials(json, ref random, number, now);
            Undocumented(json, ref random, version);
            json.WriteEndObject();
        }

        return new SimulatedUser(person.Id, person.Username, buffer.WrittenSpan.ToArray());
    }

    private static void State(Utf8JsonWriter json, ref Prng random, int version, DateTimeOffset now)
    {
        var suspended = random.Chance(0.05);
        json.WriteString("state", suspended ? "SUSPENDED" : random.Chance(0.05) ? "STAGED" : "ACTIVATED");
        json.WriteBoolean("activated", !suspended);
        json.WriteBoolean("suspended", suspended);
        json.WriteBoolean("account_locked", version % 2 == 1);
        if (version % 2 == 1)
        {
            json.WriteString("account_locked_date", Time(now, 0));
        }
        else
        {
            json.WriteNull("account_locked_date");
        }

        json.WriteNumber("badLoginAttempts", version);
        json.WriteBoolean("allow_public_key", true);
        json.WriteBoolean("ldap_binding_user", random.Chance(0.3));
        json.WriteBoolean("passwordless_sudo", false);
        json.WriteBoolean("samba_service_user", false);
        json.WriteBoolean("sudo", random.Chance(0.1));
        json.WriteBoolean("enable_managed_uid", false);
        json.WriteBoolean("disableDeviceMaxLoginAttempts", false);
        json.WriteNumber("unix_uid", 5000 + random.Below(100000));
        json.WriteNumber("unix_guid", 5000 + random.Below(100000));
        if (random.Chance(0.1))
        {
            json.WriteStartObject("admin");
            json.WriteString("id", World.Hex(random.Next()));
            json.WriteString("roleName", "Administrator");
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("admin");
        }
    }

    private static void Contact(Utf8JsonWriter json, ref Prng random, Person person)
    {
        json.WriteStartArray("addresses");
        if (random.Chance(0.4))
        {
            json.WriteStartObject();
            json.WriteString("id", World.Hex(random.Next()));
            json.WriteString("type", "work");
            json.WriteString("streetAddress", "Bahnhofstraße " + random.Below(200).ToString(CultureInfo.InvariantCulture));
            json.WriteString("locality", "Zürich");
            json.WriteString("postalCode", "8001");
            json.WriteString("country", "CH");
            json.WriteString("poBox", "");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("phoneNumbers");
        if (random.Chance(0.5))
        {
            json.WriteStartObject();
            json.WriteString("id", World.Hex(random.Next()));
            json.WriteString("type", "mobile");
            json.WriteString("number", string.Create(CultureInfo.InvariantCulture, $"+41 79 555 {random.Below(100):D2} {random.Below(100):D2}"));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("alternateEmail", random.Chance(0.5) ? $"{person.Username}@mail.example.org" : "");
        json.WriteString("managedAppleId", "");
        json.WriteStartObject("recoveryEmail");
        json.WriteString("address", $"{person.Username}@recovery.example.org");
        json.WriteBoolean("verified", true);
        json.WriteEndObject();
        json.WriteStartArray("relationships");
        json.WriteEndArray();
        if (random.Chance(0.5))
        {
            json.WriteString("manager", World.Hex(random.Next()));
        }
        else
        {
            json.WriteNull("manager");
        }
    }

    private static void Credentials(Utf8JsonWriter json, ref Prng random, int number, DateTimeOffset now)
    {
        json.WriteString("created", Time(now, 20 + random.Below(2000)));
        json.WriteString("creationSource", "jumpcloud:bulk");
        json.WriteString("password_date", Time(now, random.Below(80)));
        if (random.Chance(0.5))
        {
            json.WriteNull("password_expiration_date");
        }
        else
        {
            json.WriteString("password_expiration_date", Time(now, -random.Below(80)));
        }

        json.WriteBoolean("password_expired", false);
        json.WriteBoolean("password_never_expires", random.Chance(0.2));
        json.WriteBoolean("totp_enabled", random.Chance(0.6));
        json.WriteBoolean("enable_user_portal_multifactor", true);
        json.WriteBoolean("externally_managed", number % 11 == 0);
        json.WriteString("external_dn", "");
        json.WriteString("external_source_type", "");
        json.WriteString("external_password_expiration_date", "");
        json.WriteNull("delegatedAuthority");
        json.WritePropertyName("mfa");
        json.WriteRawValue("{\"exclusion\":false,\"configured\":true,\"exclusionDays\":0}"u8);
        json.WritePropertyName("mfaEnrollment");
        json.WriteRawValue("{\"pushStatus\":\"ENROLLED\",\"totpStatus\":\"NOT_ENROLLED\",\"webAuthnStatus\":\"DISABLED\",\"overallStatus\":\"ENROLLED\"}"u8);
        var key = random.Chance(0.2) ? string.Create(CultureInfo.InvariantCulture, $"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{random.Next():x16}{random.Next():x16} made@up") : "";
        json.WriteString("public_key", key);
        json.WriteStartArray("ssh_keys");
        if (key.Length > 0)
        {
            json.WriteStartObject();
            json.WriteString("_id", World.Hex(random.Next()));
            json.WriteString("name", "laptop");
            json.WriteString("public_key", key);
            json.WriteString("create_date", Time(now, 20));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Undocumented(Utf8JsonWriter json, ref Prng random, int version)
    {
        json.WritePropertyName("attributes");
        json.WriteRawValue("[{\"name\":\"badgeNumber\",\"value\":\"0042\"},{\"name\":\"größe\",\"value\":\"XL\"}]"u8);
        json.WriteStartArray("restrictedFields");
        json.WriteEndArray();
        json.WriteString("tenant_hint", "eu-1");
        json.WriteNumber("passwordVersion", 9007199254740993L + version);
        json.WriteNull("systemUsername");
        json.WriteString("avatarColour", random.Chance(0.5) ? "#ff8800" : null);
    }

    /// <summary>Days before today, by the day only: the same user must read the same however often it is made.</summary>
    private static string Time(DateTimeOffset now, int daysAgo) => now.Date.AddDays(-daysAgo).ToString("yyyy-MM-dd'T'08:15:30.000'Z'", CultureInfo.InvariantCulture);
}
