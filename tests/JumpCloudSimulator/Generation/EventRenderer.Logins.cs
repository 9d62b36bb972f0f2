using System.Globalization;

namespace JumpCloudSimulator;

/// <summary>The services that make most of the events: sign-ins of every sort.</summary>
internal sealed partial class EventRenderer
{
    private static readonly string[] s_browsers = ["Chrome", "Firefox", "Edge", "Safari", "Mobile Safari", "JumpCloud Go"];
    private static readonly string[] s_eapTypes = ["MSCHAPv2", "PEAP", "TTLS", "TLS"];
    private static readonly string[] s_policies = ["Global Policy", "Require MFA outside the office", "Block unmanaged devices", "Contractors: no AWS"];

    private void UserAgent(ReadOnlySpan<byte> name)
    {
        var device = _world.Devices[_random.Skewed(_world.Devices.Length)];
        var major = 90 + _random.Below(50);
        _json.WriteStartObject(name);
        _json.WriteString("os"u8, device.Os);
        _json.WriteString("name"u8, _random.Pick(s_browsers));
        _json.WriteString("major"u8, major.ToString(CultureInfo.InvariantCulture));
        _json.WriteString("minor"u8, "0"u8);
        _json.WriteString("patch"u8, _random.Below(6000).ToString(CultureInfo.InvariantCulture));
        _json.WriteString("build"u8, ""u8);
        _json.WriteString("device"u8, "Other"u8);
        _json.WriteString("os_full"u8, $"{device.Os} {device.Version}");
        _json.WriteString("os_name"u8, device.Os);
        _json.WriteString("version"u8, string.Create(CultureInfo.InvariantCulture, $"{major}.0.0.0"));
        _json.WriteString("os_major"u8, device.Version.Split('.')[0]);
        _json.WriteString("os_version"u8, device.Version);
        _json.WriteEndObject();
    }

    private void Machine(ReadOnlySpan<byte> name, Device device)
    {
        _json.WriteStartObject(name);
        _json.WriteString("id"u8, device.Id);
        _json.WriteString("os"u8, device.Os);
        _json.WriteString("version"u8, device.Version);
        _json.WriteString("hostname"u8, device.Hostname);
        _json.WriteString("displayName"u8, device.DisplayName);
        _json.WriteEndObject();
    }

    private void Methods(bool success)
    {
        _json.WriteStartObject("auth_methods"u8);
        if (Chance(0.8))
        {
            Raw("password"u8, success ? "{\"success\":true}"u8 : "{\"success\":false}"u8);
        }

        if (Chance(0.4))
        {
            Raw(Chance(0.5) ? "totp"u8 : "jumpcloud_protect"u8, success ? "{\"success\":true}"u8 : "{\"success\":false}"u8);
        }

        if (Chance(0.1))
        {
            Raw("webauthn"u8, "{\"success\":false}"u8);
        }

        _json.WriteEndObject();
    }

    private void AuthContext(bool success)
    {
        _json.WriteStartObject("auth_context"u8);
        if (Chance(0.7))
        {
            Machine("system"u8, _world.Devices[_random.Skewed(_world.Devices.Length)]);
        }

        Methods(success);
        _json.WriteStartArray("policies_applied"u8);
        for (var i = _random.Below(3); i >= 0; i--)
        {
            _json.WriteStartObject();
            _json.WriteString("id"u8, i == 0 ? "" : AnyId());
            _json.WriteString("name"u8, _random.Pick(s_policies));
            Raw("metadata"u8, success ? "{\"action\":\"ALLOW\",\"resource_type\":\"APPLICATION\"}"u8 : "{\"action\":\"DENY\",\"resource_type\":\"APPLICATION\"}"u8);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void SsoAuth()
    {
        var person = SomePerson();
        var application = _random.Pick(_world.Applications);
        // 0 a login, 1 a failure, 2 an MFA step
        var outcome = _plan.IsKnownFailure ? 1 : _random.Below(100) switch { < 85 => 0, < 94 => 1, _ => 2 };
        Header("sso", "sso_auth");
        _json.WriteBoolean("mfa"u8, Chance(0.4));
        Origin();
        UserAgent("useragent"u8);
        _json.WriteStartObject("application"u8);
        _json.WriteString("id"u8, application.Id);
        _json.WriteString("name"u8, application.Name);
        _json.WriteString("sso_url"u8, $"https://sso.jumpcloud.com/saml2/{application.Name}");
        _json.WriteString("sso_type"u8, Chance(0.8) ? "saml"u8 : "oidc"u8);
        _json.WriteString("display_label"u8, application.Label);
        _json.WriteEndObject();
        AuthContext(outcome == 0);
        InitiatedBy(person, "user");
        _json.WriteBoolean("idp_initiated"u8, Chance(0.3));
        if (Has(Traps.SsoSuccess))
        {
            _json.WriteBoolean("sso_token_success"u8, outcome == 0);
            if (Has(Traps.Nulls) && Chance(0.3))
            {
                _json.WriteNull("success"u8);
            }
        }
        else
        {
            _json.WriteBoolean("success"u8, outcome == 0);
            _json.WriteBoolean("sso_token_success"u8, outcome == 0);
        }

        if (outcome == 1)
        {
            _json.WriteString("error_message"u8, $"{person.Username} is not authorized for {application.Label}");
        }
        else if (Chance(0.7))
        {
            _json.WriteString("error_message"u8, ""u8);
        }
    }

    private void UserLogin()
    {
        var person = SomePerson();
        var success = !_plan.IsKnownFailure && Chance(0.88);
        Header("directory", "user_login_attempt");
        _json.WriteBoolean("success"u8, success);
        _json.WriteBoolean("mfa"u8, Chance(0.4));
        if (Chance(0.5))
        {
            Raw("mfa_meta"u8, Chance(0.5) ? "{\"type\":\"totp\"}"u8 : "{\"type\":\"duo\"}"u8);
        }

        Origin();
        UserAgent("useragent"u8);
        AuthContext(success);
        InitiatedBy(person, "user");
        Resource("user"u8, person);
        _json.WriteString("auth_method"u8, Chance(0.8) ? "session"u8 : "api-key"u8);
        if (!success)
        {
            _json.WriteString("error_message"u8, Chance(0.7) ? "Incorrect username or password" : "MFA verification failed: code expired");
        }
        else if (Chance(0.5))
        {
            NullOr("error_message"u8, "");
        }
    }

    private void AdminLogin()
    {
        var admin = _random.Pick(_world.Admins);
        var success = Chance(0.9);
        Header("directory", "admin_login_attempt");
        _json.WriteBoolean("success"u8, success);
        _json.WriteBoolean("mfa"u8, Chance(0.8));
        Origin();
        UserAgent("useragent"u8);
        _json.WriteStartObject("resource"u8);
        _json.WriteString("id"u8, admin.Id);
        _json.WriteString("type"u8, "admin"u8);
        _json.WriteString("email"u8, admin.Email);
        _json.WriteEndObject();
        InitiatedBy(admin, "admin");
        AuthContext(success);
    }

    private void Resource(ReadOnlySpan<byte> type, Person person)
    {
        _json.WriteStartObject("resource"u8);
        _json.WriteString("id"u8, person.Id);
        _json.WriteString("type"u8, type);
        _json.WriteString("username"u8, person.Username);
        _json.WriteEndObject();
    }

    private void Radius()
    {
        var who = new Prng(_plan.PersonSeed);
        var number = who.Skewed(_world.People.Length);
        var person = _world.People[number];
        var success = Chance(0.85);
        // Named after person and second only, as the vendor does: two attempts in a second share it.
        var name = Prng.Mix((ulong)number, (ulong)(_plan.Nanoseconds / 1_000_000_000), Has(Traps.RadiusCollisions) ? 0 : _plan.Ordinal + 1UL);
        _json.WriteString("id"u8, Uuid(name, Prng.Mix(name, 9)).ToUpperInvariant());
        Header("radius", Chance(0.9) ? "radius_auth_attempt" : "radius_auth", withId: false);
        _json.WriteBoolean("success"u8, success);
        _json.WriteBoolean("mfa"u8, Chance(0.2));
        Raw("mfa_meta"u8, Chance(0.7) ? "{\"type\":\"\"}"u8 : "{\"type\":\"totp\"}"u8);
        _json.WriteString("eap_type"u8, _random.Pick(s_eapTypes));
        _json.WriteString("auth_type"u8, Chance(0.9) ? "EAP"u8 : "PAP"u8);
        _json.WriteString("username"u8, person.Username);
        _json.WriteStartObject("outer"u8);
        NullOr("eap_type"u8, "PEAP");
        _json.WriteString("username"u8, Chance(0.8) ? person.Username : "anonymous");
        NullOr("error_message"u8, "");
        _json.WriteEndObject();
        Raw("auth_meta"u8, "{\"auth_idp\":\"\",\"userid_type\":\"USERNAME\",\"user_cert_enabled\":false,\"device_cert_enabled\":false,\"user_password_enabled\":false}"u8);
        Origin();
        if (Chance(0.5))
        {
            _json.WriteString("nas_mfa_state"u8, ""u8);
        }
        else
        {
            _json.WriteString("nas_mfa_state"u8, "DISABLED"u8);
        }

        _json.WriteString("nas_session_id"u8, EventId());
        _json.WriteStartObject("initiated_by"u8);
        _json.WriteString("type"u8, "user"u8);
        _json.WriteString("username"u8, person.Username);
        _json.WriteEndObject();
        if (success)
        {
            NullOr("error_message"u8, "");
        }
        else
        {
            _json.WriteString("error_message"u8, "mschap: MS-CHAP2-Response is incorrect; pap: Crypt digest does not match \"known good\" digest"u8);
        }
    }

    private void Ldap(bool search)
    {
        var person = SomePerson();
        var success = search || Chance(0.9);
        var dn = $"uid={person.Username},ou=Users,o={_world.OrganizationId},dc=jumpcloud,dc=com";
        Header("ldap", search ? Chance(0.5) ? "ldap_search" : "ldap_srch" : "ldap_bind", withId: !Has(Traps.MissingIds) || Chance(0.8));
        _json.WriteString("connection_id"u8, Convert.ToBase64String(Guid.Parse(AnyUuid()).ToByteArray()) + EventId());
        _json.WriteNumber("operation_number"u8, _random.Below(20));
        _json.WriteString("dn"u8, dn);
        _json.WriteString("username"u8, person.Username);
        _json.WriteString("auth_method"u8, "simple"u8);
        NullOr("mech"u8, "");
        _json.WriteBoolean("start_tls"u8, Chance(0.3));
        _json.WriteBoolean("tls_established"u8, Chance(0.9));
        _json.WriteBoolean("success"u8, success);
        _json.WriteNumber("error_code"u8, success ? 0 : 49);
        _json.WriteString("error_message"u8, success ? "" : "invalid credentials (49): 80090308: LdapErr: DSID-0C0903A9");
        Origin();
        InitiatedBy(person, "user");
        if (search)
        {
            _json.WriteString("base"u8, $"ou=Users,o={_world.OrganizationId},dc=jumpcloud,dc=com");
            _json.WriteNumber("scope"u8, _random.Below(3));
            _json.WriteNumber("deref"u8, 0);
            _json.WriteString("filter"u8, $"(&(objectClass=inetOrgPerson)(|(uid={person.Username})(mail={person.Email}))(!(memberOf=cn={_random.Pick(Names.Groups)},ou=Users,o={_world.OrganizationId},dc=jumpcloud,dc=com)))");
            _json.WriteString("attr"u8, "cn sn givenName mail uid uidNumber gidNumber homeDirectory loginShell memberOf jcLdapAdmin sambaNTPassword"u8);
            _json.WriteNumber("number_of_results"u8, _random.Below(50));
        }
        else
        {
            _json.WriteStartObject("auth_meta"u8);
            Methods(success);
            Raw("jumpcloud_protect_device"u8, $$"""{"id":"{{AnyId()}}","make":"Apple","model":"iPhone 15","os":"iOS","os_version":"17.5","app_version":"2.1.30","username":"{{person.Username}}","user_id":"{{person.Id}}","ip":"{{SomeAddress().Ip}}"}""");
            _json.WriteEndObject();
        }
    }

    private void SystemLogin()
    {
        var person = SomePerson();
        var device = _world.Devices[_random.Skewed(_world.Devices.Length)];
        var success = Chance(0.8);
        var address = SomeAddress();
        Header("systems", Chance(0.5) ? "user_login" : "login_attempt");
        _json.WriteString("system_timestamp"u8, Timestamp(_plan.Nanoseconds - (_random.Below(5) * 1_000_000_000L), 0));
        Machine("system"u8, device);
        _json.WriteString("process_name"u8, device.Os == "Windows" ? @"C:\Windows\System32\winlogon.exe" : Chance(0.5) ? "sshd" : "/usr/lib/policykit-1/polkit-agent-helper-1");
        _json.WriteString("message"u8, $"User {person.Username} {(success ? "logged in" : "failed to log in")} from {address.Ip} on {device.Hostname}, tty /dev/pts/{_random.Below(9)}, session {_random.Next():x16}, agent 1.{_random.Below(300)}.0");
        ClientIp(address, "client_ip"u8);
        _json.WriteString("src_ip"u8, address.Ip);
        _json.WritePropertyName("geoip"u8);
        _json.WriteRawValue(address.Geo, skipInputValidation: true);
        _json.WriteString("username"u8, person.Username);
        _json.WriteBoolean("success"u8, success);
        Resource("systemuser"u8, person);
        InitiatedBy(person, "systemuser");
        if (device.Os == "Windows")
        {
            Raw("windows_meta"u8, Chance(0.5) ? "{\"elevated\":true,\"logon_type\":\"5\"}"u8 : "{\"elevated\":false,\"logon_type\":\"10\"}"u8);
        }
    }
}
