using System.Text;
using System.Text.Json;

namespace JumpCloudConnector.Records;

/// <summary>
/// The fields in JumpCloud's own object: those of its documentation, and those that a record has. Neither is all there is, so
/// a field is doubted only where another is written alike.
/// </summary>
internal static class VendorFields
{
    // Of events and of users, without "jumpcloud." before them; what is in a list has the list's path.
    private static readonly string[] s_documented =
    [
        "@version", "_id", "access_request_id", "account_locked", "account_locked_date", "activated", "addresses",
        "addresses.country", "addresses.extendedAddress", "addresses.id", "addresses.locality", "addresses.poBox",
        "addresses.postalCode", "addresses.region", "addresses.streetAddress", "addresses.type", "admin", "admin.id",
        "admin.roleName", "admin.roleNames", "allow_public_key", "alternateEmail", "app_management_source", "application",
        "application.display_label", "application.id", "application.name", "application.path", "application.publisher",
        "application.sso_url", "application.uninstall_string", "application.version", "association", "association.email",
        "association.id", "association.type", "attr", "attributes", "attributes.name", "attributes.value", "auth_context",
        "auth_context.auth_methods", "auth_context.auth_methods.duo", "auth_context.auth_methods.duo.success",
        "auth_context.auth_methods.password", "auth_context.auth_methods.password.success", "auth_context.auth_methods.totp",
        "auth_context.auth_methods.totp.success", "auth_context.auth_methods.webauthn",
        "auth_context.auth_methods.webauthn.success", "auth_context.policies_applied", "auth_context.policies_applied.id",
        "auth_context.policies_applied.name", "auth_context.system", "auth_context.system.displayName",
        "auth_context.system.hostname", "auth_context.system.id", "auth_context.system.os", "auth_context.system.version",
        "auth_meta", "auth_meta.auth_methods", "auth_meta.auth_methods.jumpcloud_protect",
        "auth_meta.auth_methods.jumpcloud_protect.success", "auth_meta.auth_methods.password",
        "auth_meta.auth_methods.password.success", "auth_meta.auth_methods.totp", "auth_meta.auth_methods.totp.success",
        "auth_meta.jumpcloud_protect_device", "auth_meta.jumpcloud_protect_device.app_version",
        "auth_meta.jumpcloud_protect_device.id", "auth_meta.jumpcloud_protect_device.ip",
        "auth_meta.jumpcloud_protect_device.make", "auth_meta.jumpcloud_protect_device.model",
        "auth_meta.jumpcloud_protect_device.os", "auth_meta.jumpcloud_protect_device.os_version",
        "auth_meta.jumpcloud_protect_device.user_id", "auth_meta.jumpcloud_protect_device.username", "auth_method",
        "auth_type", "badLoginAttempts", "base", "category", "changes", "changes.field", "changes.from", "changes.to",
        "channel_object_id", "client_ip", "command", "command.request_type", "command_uuid", "company", "config",
        "config.email", "config.name", "config.role_object_id", "connection_id", "correlation", "correlation.id",
        "correlation.type", "costCenter", "created", "creationSource", "delegatedAuthority", "delegatedAuthority.id",
        "delegatedAuthority.name", "department", "deref", "description", "detail", "device_manager_object_id",
        "device_object_id", "disableDeviceMaxLoginAttempts", "displayname", "dn", "eap_type", "email", "employeeIdentifier",
        "employeeType", "enable_managed_uid", "enable_user_portal_multifactor", "error_chain", "error_code", "error_message",
        "event_type", "external_dn", "external_password_expiration_date", "external_source_type", "externally_managed",
        "filter", "firstname", "geoip", "geoip.city_name", "geoip.continent_code", "geoip.country_code",
        "geoip.country_code2", "geoip.country_name", "geoip.latitude", "geoip.longitude", "geoip.region_code",
        "geoip.region_name", "geoip.timezone", "id", "idm_client_id", "idp_initiated", "initiated_by",
        "initiated_by.administrator", "initiated_by.email", "initiated_by.field", "initiated_by.from", "initiated_by.id",
        "initiated_by.provider", "initiated_by.source", "initiated_by.source_metadata", "initiated_by.source_metadata.name",
        "initiated_by.to", "initiated_by.type", "initiated_by.user_id", "initiated_by.username", "jc_initiated_by_email",
        "jobTitle", "lastname", "ldap_binding_user", "location", "managedAppleId", "manager", "mdm_type", "mech", "message",
        "message_chain", "message_chain.message_details", "message_chain.response_code", "message_chain.response_message",
        "mfa", "mfa.configured", "mfa.exclusion", "mfa.exclusionDays", "mfa.exclusionUntil", "mfaEnrollment",
        "mfaEnrollment.jcGoStatus", "mfaEnrollment.overallStatus", "mfaEnrollment.pushStatus", "mfaEnrollment.totpStatus",
        "mfaEnrollment.webAuthnStatus", "mfa_meta", "mfa_meta.type", "middlename", "nas_mfa_state", "number_of_results",
        "object_storage_item_object_id", "object_storage_item_version_name", "object_storage_item_version_object_id",
        "object_storage_item_version_sha_256_sum", "object_storage_item_version_size", "oid", "operation_number",
        "organization", "outer", "outer.eap_type", "outer.error_message", "outer.username", "password_date",
        "password_expiration_date", "password_expired", "password_never_expires", "passwordless_sudo", "phoneNumbers",
        "phoneNumbers.id", "phoneNumbers.number", "phoneNumbers.type", "pid", "process_name", "provider", "public_key",
        "recoveryEmail", "recoveryEmail.address", "recoveryEmail.verified", "recoveryEmail.verifiedAt", "referrer_object_id",
        "referrer_type", "relationships", "relationships.type", "relationships.value", "request_type", "resource",
        "resource.application_category", "resource.application_id", "resource.application_name", "resource.context",
        "resource.email", "resource.email_type", "resource.id", "resource.name", "resource.recipient_email",
        "resource.reference_id", "resource.source_id", "resource.source_type", "resource.type", "resource.username",
        "restrictedFields", "restrictedFields.field", "restrictedFields.id", "restrictedFields.type", "result",
        "samba_service_user", "scope", "service", "severity", "src_ip", "ssh_keys", "ssh_keys._id", "ssh_keys.create_date",
        "ssh_keys.name", "ssh_keys.public_key", "sso_token_success", "start_tls", "state", "status", "success", "sudo",
        "suspended", "system", "system.displayName", "system.hostname", "system.id", "system.type", "system_group",
        "system_group.name", "system_group.object_id", "system_group.type", "system_object_id", "system_timestamp",
        "target_resource", "target_resource.type", "timestamp", "tls_established", "total_software_item_count",
        "total_space_used", "totp_enabled", "type", "unix_guid", "unix_uid", "user_agent", "user_agent.build",
        "user_agent.device", "user_agent.major", "user_agent.minor", "user_agent.name", "user_agent.os",
        "user_agent.os_major", "user_agent.os_minor", "user_agent.os_name", "user_agent.patch", "useragent",
        "useragent.build", "useragent.device", "useragent.major", "useragent.minor", "useragent.name", "useragent.os",
        "useragent.os_major", "useragent.os_minor", "useragent.os_name", "useragent.patch", "username",
        "windows_device_uuid", "windows_meta", "windows_meta.elevated", "windows_meta.logon_type", "workflow",
        "workflow.desc", "workflow.id", "workflow.name", "workflow.type",
    ];

    /// <summary>The dotted paths that JumpCloud documents, objects among them.</summary>
    public static IReadOnlyList<string> Documented { get; } = [.. s_documented.Select(f => $"{KnownFields.Vendor}.{f}")];

    /// <summary>What is to be said of a path that none of the fields has and that differs from one in case and signs alone; else null.</summary>
    /// <param name="path">The dotted path.</param>
    /// <param name="seen">The paths of stored records; asked for only where the path is not documented.</param>
    public static string? Doubt(string path, Func<IReadOnlyCollection<string>> seen)
    {
        if (Documented.Contains(path, StringComparer.Ordinal)) return null;
        IReadOnlyCollection<string> stored = seen();
        if (stored.Contains(path)) return null;
        string letters = Letters(path);
        return stored.Concat(Documented).FirstOrDefault(f => Letters(f) == letters) is { } near
            ? $"No field that JumpCloud documents or the newest records have is named '{path}'; names of fields are case-sensitive. Did you mean '{near}'?" : null;
    }

    /// <summary>Adds the paths of a record's vendor object.</summary>
    public static void AddPaths(ReadOnlySpan<byte> json, ISet<string> paths)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 1000 });
        Stack<(string Prefix, string Path)> around = new();
        (string prefix, string path) = ("", "");
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    path = prefix + (reader.ValueIsEscaped
                        ? JsonText.Unescape(json.Slice((int)reader.TokenStartIndex, reader.ValueSpan.Length + 2)) : Encoding.UTF8.GetString(reader.ValueSpan.ToArray()));
                    if (path.StartsWith(KnownFields.Vendor + ".", StringComparison.Ordinal)) paths.Add(path);
                    break;
                case JsonTokenType.StartObject:
                    around.Push((prefix, path));
                    prefix = path.Length == 0 ? "" : path + ".";
                    break;
                case JsonTokenType.EndObject:
                    (prefix, path) = around.Pop();
                    break;
            }
        }
    }

    // Step by step: system_id need not be system.id.
    private static string Letters(string path) => string.Join(".", path.Split('.').Select(Likeness.Letters));
}
