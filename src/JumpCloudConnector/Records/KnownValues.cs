namespace JumpCloudConnector.Records;

/// <summary>The values of fields that JumpCloud documents. Both lists grow at JumpCloud, and much is not documented.</summary>
public static class KnownValues
{
    /// <summary><c>event_status</c>: there are no others.</summary>
    public static IReadOnlyList<string> EventStatuses { get; } = ["success", "failure", "mfa", "unknown"];

    /// <summary>The fields that have no other values than these, by name.</summary>
    internal static IReadOnlyDictionary<string, IReadOnlyList<string>> Closed { get; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        ["event_status"] = EventStatuses,
        ["msg_class"] = [MessageClass.DirectoryInsights, MessageClass.SystemUser],
        ["msg_origin.source"] = [MessageClass.DirectoryInsightsSource, MessageClass.SystemUserSource],
        ["msg_origin.category"] = [MessageClass.Category],
    };

    /// <summary>What to say to whoever gave a value that is none of a field's: which there are, and which may be meant.</summary>
    internal static string Choice(string value, IReadOnlyList<string> known)
    {
        string near = known.Count > 1 && Likeness.Nearest(value, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";
        return $"There {(known.Count == 1 ? "is" : "are")} {string.Join(", ", known)}.{near}";
    }

    /// <summary><c>event_category</c>: JumpCloud's services.</summary>
    public static IReadOnlyList<string> Services { get; } =
    [
        "alerts", "directory", "ldap", "mdm", "notifications", "object_storage", "password_manager", "radius",
        "reports", "saas_app_management", "software", "sso", "systems", "access_management", "asset_management",
        "alert", "workflows", "password_vault", "pam", "access_certification", "genai", "aigw", "ai_admin",
        "adbridge_user", "generic_di", "di_events", "saas_management",
    ];

    /// <summary><c>event_type</c>, those of users' records among them.</summary>
    public static IReadOnlyList<string> EventTypes { get; } =
    [
        "access_management_access_request", "access_management_access_request_approval",
        "access_management_access_request_settings_update", "access_management_approval_flow_create",
        "access_management_approval_flow_delete", "access_management_approval_flow_update",
        "access_management_association_change", "activedirectory_create", "activedirectory_delete", "admin_create",
        "admin_delete", "admin_lockout", "admin_login_attempt", "admin_password_change",
        "admin_password_reset_request", "admin_suspended", "admin_totp_disable", "admin_totp_finish_enrollment",
        "admin_totp_start_enrollment", "admin_unsuspend", "admin_update", "aigw_session_activity",
        "aigw_session_closed", "aigw_session_opened", "alert_created", "alert_status_updated", "alert_updated",
        "application_create", "application_delete", "application_update", "asset_management_asset_create",
        "asset_management_asset_delete", "asset_management_asset_update", "asset_management_disable",
        "asset_management_enable", "asset_management_field_setting_create", "asset_management_field_setting_delete",
        "asset_management_field_setting_update", "asset_management_general_settings_update", "association_change",
        "attributemappings_add", "attributemappings_delete", "attributemappings_update", "authnpolicy_create",
        "authnpolicy_delete", "authpolicy_update", "autotask_billing_mapping_create",
        "autotask_billing_mapping_delete", "autotask_billing_mapping_update", "autotask_company_mapping_create",
        "autotask_company_mapping_delete", "autotask_company_mapping_update", "autotask_integration_create",
        "autotask_integration_delete", "autotask_integration_update", "autotask_settings_update",
        "bulk_delete_alerts", "bulk_update_alerts", "ca_created", "cert_issued_manual", "cert_issued_self_service",
        "cert_revoked", "command_create", "command_delete", "command_result", "command_run", "command_update",
        "commandresult_delete", "configuration_file_download", "connectwise_billing_mapping_create",
        "connectwise_billing_mapping_delete", "connectwise_billing_mapping_update",
        "connectwise_company_mapping_create", "connectwise_company_mapping_delete",
        "connectwise_company_mapping_update", "connectwise_integration_create", "connectwise_integration_delete",
        "connectwise_integration_update", "connectwise_settings_update", "device_command", "device_enrollment",
        "file_create", "file_delete", "file_update", "genai_ai_assistant_chat_created",
        "genai_ai_assistant_chat_deleted", "genai_ai_assistant_chat_message_sent", "genai_ai_assistant_chat_updated",
        "google_emm_create", "google_emm_delete", "google_emm_patch", "group_create", "group_delete", "group_update",
        "gsuite_directory_create", "gsuite_directory_delete", "gsuite_directory_update", "idsource_create",
        "idsource_delete", "idsource_update", "integration_activate", "integration_deactivate",
        "integration_default_domain_add", "integration_default_domain_delete", "integration_default_domain_update",
        "integration_domain_add", "integration_domain_delete", "integrationattribute_exclude",
        "integrationattribute_include", "invoice_download", "iplist_create", "iplist_delete", "iplist_update",
        "ldap_bind", "ldap_search", "ldap_srch", "login_attempt", "mdm_command_result", "msp_ticket_create",
        "mtp_download_invoice", "notification_channel_created", "notification_channel_deleted",
        "notification_channel_updated", "notification_delete", "o365_directory_create", "o365_directory_delete",
        "o365_directory_update", "object_storage_create", "object_storage_delete",
        "object_storage_get_download_url_request", "object_storage_upload_validation_result", "organization_create",
        "organization_update", "os_major_rollback", "os_major_upgrade", "os_minor_rollback", "os_minor_upgrade",
        "passwordmanager_app_unlock", "passwordmanager_app_update", "passwordmanager_backup_create",
        "passwordmanager_backup_disable", "passwordmanager_backup_enable", "passwordmanager_backup_key_create",
        "passwordmanager_backup_key_delete", "passwordmanager_backup_key_regenerate",
        "passwordmanager_backup_request", "passwordmanager_backup_request_approve",
        "passwordmanager_backup_request_cancel", "passwordmanager_backup_request_reject",
        "passwordmanager_backup_request_restore", "passwordmanager_disable", "passwordmanager_enable",
        "passwordmanager_extension_pair", "passwordmanager_extension_settings_update",
        "passwordmanager_extension_site_exclusion", "passwordmanager_extension_unlock",
        "passwordmanager_folder_create", "passwordmanager_folder_delete", "passwordmanager_folder_force_sync",
        "passwordmanager_folder_group_add", "passwordmanager_folder_group_remove",
        "passwordmanager_folder_group_update", "passwordmanager_folder_member_add",
        "passwordmanager_folder_member_remove", "passwordmanager_folder_member_update",
        "passwordmanager_folder_update", "passwordmanager_force_sync", "passwordmanager_item_add",
        "passwordmanager_item_autofill", "passwordmanager_item_copy", "passwordmanager_item_history_restore",
        "passwordmanager_item_history_reveal", "passwordmanager_item_move", "passwordmanager_item_remove",
        "passwordmanager_item_reveal", "passwordmanager_item_settings_update", "passwordmanager_item_update",
        "passwordmanager_items_export", "passwordmanager_items_import", "passwordmanager_local_backup_create",
        "passwordmanager_local_backup_path_update", "passwordmanager_local_backup_restore",
        "passwordmanager_mini_launch", "passwordmanager_paranoid_mode_disable",
        "passwordmanager_paranoid_mode_enable", "passwordmanager_pincode_update",
        "passwordmanager_sharedfolders_policy_group_add", "passwordmanager_sharedfolders_policy_group_remove",
        "passwordmanager_sharedfolders_policy_update", "passwordmanager_sharedfolders_policy_user_add",
        "passwordmanager_sharedfolders_policy_user_remove", "passwordmanager_user_activate",
        "passwordmanager_user_deactivate", "passwordmanager_user_device_pair", "passwordmanager_user_device_unpair",
        "passwordmanager_user_disable", "passwordmanager_user_enable", "passwordmanager_user_reactivate",
        "passwordmanager_user_remove", "passwordmanager_user_signup", "passwordmanager_user_update", "policy_create",
        "policy_delete", "policy_result", "policy_update", "provider_update", "radius_auth", "radius_auth_attempt",
        "radiusserver_create", "radiusserver_delete", "radiusserver_update", "redirect_uri_create",
        "redirect_uri_delete", "redirect_uri_update", "remote_session_end", "remote_session_feedback",
        "remote_session_join", "remote_session_start", "report_create", "report_delete", "report_export",
        "report_run", "report_update", "risk_event_created", "risk_event_resolved", "risk_events_bulk_resolved",
        "rule_config_created", "rule_config_deleted", "rule_config_updated", "rule_created", "rule_deleted",
        "rule_modified", "saas_management_account_delete", "saas_management_account_discover",
        "saas_management_account_user_assign", "saas_management_application_access_restriction_update",
        "saas_management_application_delete", "saas_management_application_discover",
        "saas_management_application_license_update", "saas_management_application_review",
        "saas_management_application_update", "saas_management_connector_create", "saas_management_connector_delete",
        "saas_management_connector_update", "saas_management_disable", "saas_management_enable",
        "saas_management_event_application_review", "saas_management_login_event", "saas_management_settings_update",
        "saas_management_tenant_discover", "sambadomain_create", "sambadomain_delete", "sambadomain_update",
        "scep_issued", "server_create", "server_delete", "server_update", "slack_notification_sent", "software_add",
        "software_add_request", "software_change", "software_change_request", "software_remove",
        "software_remove_request", "software_status_update", "sso_auth", "syncro_billing_mapping_create",
        "syncro_billing_mapping_delete", "syncro_billing_mapping_update", "syncro_company_mapping_create",
        "syncro_company_mapping_delete", "syncro_company_mapping_update", "syncro_integration_create",
        "syncro_integration_delete", "syncro_integration_update", "syncro_settings_update", "system_create",
        "system_delete", "system_fde_key_decrypt", "system_fde_key_update", "system_update",
        "totp_delete_enrollment", "totp_finish_enrollment", "totp_start_enrollment", "user_activated",
        "user_activation_email", "user_activation_schedule_create", "user_activation_schedule_delete",
        "user_admin_granted", "user_admin_revoked", "user_create", "user_create_provision", "user_delete",
        "user_delete_provision", "user_group_admin_grant", "user_group_admin_revoke", "user_lockout",
        "user_login_attempt", "user_mfa_exclusion_expired", "user_password_change", "user_password_expired",
        "user_password_reset_request", "user_password_set", "user_password_warning_email", "user_suspended",
        "user_suspension_schedule_create", "user_suspension_schedule_delete", "user_unlocked", "user_unsuspended",
        "user_update", "user_update_provision", "windows_patch_export", "windows_patch_install", "workday_create",
        "workday_delete", "workday_update", "workflow_create", "workflow_delete", "workflow_run", "workflow_update",
        "systemuser_added", "systemuser_changed", "systemuser_removed", "systemuser_snapshot",
    ];
}
