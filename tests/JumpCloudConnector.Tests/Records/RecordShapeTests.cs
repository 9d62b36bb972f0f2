using System.Text;
using System.Text.Json;
using JumpCloudConnector.Records;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Records;

public sealed class RecordShapeTests
{
    private const long WriteTime = 1_700_000_000_123;
    private const string Organization = "5bf6defbdcd8233029e0c598";

    private static readonly RecordOrigin Origin = new("8d1f", "Acme", "main", null, null);

    // The order that a record's members come in, where it has them.
    private static readonly string[] Order =
    [
        "timestamp", "write_time", "stellar_uuid", "tenantid", "tenant_name", "connector_name", "org_id", "org_name",
        "msg_class", "msg_origin", "event_category", "event_type", "event_status", "event_name", "reason", "severity",
        "user", "srcip", "srcport", "srcip_username", "srcip_geo", "resource", "host", "application", "jumpcloud",
    ];

    /// <summary>One event of each service, after the vendor's field tables: time, normalised fields, event.</summary>
    [Theory]
    [InlineData(1_678_194_079_218,
        """
        "event_category":"sso","event_type":"sso_auth","event_status":"success",
        "user":{"name":"jane.doe","id":"5ee8dbcb03231715576d73cc","type":"user"},
        "srcip":"192.0.2.4","srcip_username":"jane.doe",
        "srcip_geo":{"countryCode":"FR","region":"Paris","regionCode":"75","continentCode":"EU","timezone":"Europe/Paris",
        "latitude":48.8323,"longitude":2.4075},
        "host":{"name":"JANE-LAPTOP","id":"5ef4a50631ad0a2c1849c40a"},"application":{"name":"zoom"}
        """,
        """
        {"id": "6407359ff5c3cc91c4d4608b", "mfa": false, "geoip": {"latitude": 48.8323, "timezone": "Europe/Paris",
         "longitude": 2.4075, "region_code": "75", "region_name": "Paris", "country_code": "FR", "continent_code": "EU"},
         "service": "sso", "provider": "", "client_ip": "192.0.2.4", "timestamp": "2023-03-07T13:01:19.21859368Z",
         "event_type": "sso_auth", "application": {"id": "5fad07f2b9f5414721b3d797", "name": "zoom",
         "display_label": "Zoom"}, "auth_context": {"system": {"id": "5ef4a50631ad0a2c1849c40a",
         "hostname": "JANE-LAPTOP", "displayName": "Jane's laptop"}, "policies_applied": [{"id": "", "name": "Global"}]},
         "initiated_by": {"id": "5ee8dbcb03231715576d73cc", "type": "user", "username": "jane.doe"},
         "organization": "5bf6defbdcd8233029e0c598", "error_message": "", "sso_token_success": true}
        """)]
    [InlineData(1_678_194_222_000,
        """
        "event_category":"radius","event_type":"radius_auth_attempt","event_status":"failure","reason":"outer refused",
        "user":{"name":"jane.doe","type":"user"},"srcip":"198.51.100.8","srcip_username":"jane.doe"
        """,
        """
        {"id":"B54A6D20-41F7-3FB0-84A6-01CFD7F1481F","outer":{"eap_type":null,"error_message":"outer refused"},
        "service":"radius","success":false,"username":"jane","client_ip":"198.51.100.8",
        "timestamp":"2023-03-07T13:03:42Z","event_type":"radius_auth_attempt",
        "initiated_by":{"type":"user","username":"jane.doe"},"organization":"5bf6defbdcd8233029e0c598",
        "error_message":null,"nas_mfa_state":""}
        """)]
    [InlineData(1_551_722_906_000,
        """
        "event_category":"directory","event_type":"systemuser_update","event_status":"success",
        "user":{"email":"admin@example.com","id":"5845d8f9c4894c85596c54f3","type":"admin"},
        "srcip":"10.1.2.3","srcip_username":"admin@example.com",
        "resource":{"type":"systemuser","id":"5c86b7149fdce00001d38014","name":"Jane Doe"},
        "host":{"name":"ADE6B6","id":"611f642091129216830cc2c6"},"application":{"name":"aws"}
        """,
        """
        {"id":"30b03bc3-be76-4919-b341-f9b271a5777e","event_type":"systemuser_update","timestamp":"2019-03-04T18:08:26Z",
        "resource":{"type":"systemuser","id":"5c86b7149fdce00001d38014","username":"jane.doe","name":"Jane Doe"},
        "organization":"5bf6defbdcd8233029e0c598","changes":[{"field":"age","from":null,"to":90071992547409931}],
        "initiated_by":{"administrator":true,"id":"5845d8f9c4894c85596c54f3","type":"admin","email":"admin@example.com"},
        "client_ip":"10.1.2.3","success":true,"service":"directory","application":{"name":"aws"},
        "auth_context":{"system":{"hostname":"my-host","id":"5e90795a9de53959cf505121"}},
        "system":{"hostname":"ADE6B6","displayName":"WIN10","id":"611f642091129216830cc2c6","type":"system"}}
        """)]
    [InlineData(1_551_722_906_120,
        """
        "event_category":"ldap","event_type":"ldap_bind","event_status":"failure","reason":"invalid DN",
        "user":{"name":"jane.doe","email":"admin@example.com","id":"5845d8f9c4894c85596c54f3","type":"admin"},
        "srcip_username":"jane.doe"
        """,
        """
        {"timestamp":"2019-03-04T18:08:26.12Z","connection_id":"UhKgFeYIvbsh4so/f8z7xUnH0rDLk5Ph1n6XQnT08ds=",
        "operation_number":0,"event_type":"ldap_bind","dn":"uid=jane,ou=Users,dc=jumpcloud,dc=com","username":"jane.doe",
        "organization":"5bf6defbdcd8233029e0c598","success":"false","error_code":10,"error_message":"invalid DN",
        "filter":"(&(objectClass=sambaDomain)(cn=a\\2ab))","service":"ldap",
        "initiated_by":{"id":"5845d8f9c4894c85596c54f3","type":"admin","email":"admin@example.com"}}
        """)]
    [InlineData(1_551_722_906_000,
        """
        "event_category":"systems","event_type":"user_login","event_status":"success",
        "event_name":"User jane logged in from 10.0.2.2, process name: sshd",
        "user":{"name":"jane"},"srcip":"10.1.2.3","srcip_username":"jane",
        "resource":{"type":"systemuser","id":"5c86b7149fdce00001d38014","name":"jane.doe"},
        "host":{"name":"my-host","id":"5c86b7149fdce00001d38014"}
        """,
        """
        {"timestamp":"2019-03-04T18:08:26Z","id":"5c8fcfe0e7eb500001c71062","event_type":"user_login",
        "organization":"5bf6defbdcd8233029e0c598","message":"User jane logged in from 10.0.2.2, process name: sshd",
        "system":{"id":"5c86b7149fdce00001d38014","hostname":"my-host","displayName":"My System"},
        "client_ip":"10.1.2.3","src_ip":"10.0.2.2","username":"jane","process_name":"sshd","success":true,
        "resource":{"type":"systemuser","id":"5c86b7149fdce00001d38014","username":"jane.doe"},"service":"systems",
        "windows_meta":{"elevated":true,"logon_type":"5"}}
        """)]
    [InlineData(1_551_722_906_000,
        """
        "event_category":"software","event_type":"software_add","event_status":"unknown",
        "resource":{"type":"system","id":"5ce434e77128503e528e747c"},"host":{"id":"5ce434e77128503e528e747c"},
        "application":{"name":"A \"B\" C\u00e9"}
        """,
        """
        {"id":"60ca54965f723c17b5ee75f5","event_type":"software_add","service":"software","provider":null,
        "timestamp":"2019-03-04T18:08:26Z","organization":"5bf6defbdcd8233029e0c598",
        "system":{"id":"5ce434e77128503e528e747c","type":"system"},
        "application":{"name":"A \"B\" C\u00e9","version":"96.1","uninstall_string":"C:\\Program Files\\A"},
        "resource":{"id":"5ce434e77128503e528e747c","type":"system"}}
        """)]
    [InlineData(1_551_722_906_000,
        """
        "event_category":"mdm","event_type":"mdm_command_result","event_status":"success",
        "user":{"email":"admin@example.com"},"srcip_username":"admin@example.com",
        "srcip_geo":{"countryCode":"US","region":"Georgia","latitude":33.6992,"longitude":-84.7478}
        """,
        """
        {"id":"5c8fcfe0e7eb500001c71062","timestamp":"2019-03-04T18:08:26Z","organization":"5bf6defbdcd8233029e0c598",
        "event_type":"mdm_command_result","mdm_type":"apple","initiated_by":{"email":"admin@example.com"},
        "command":{"request_type":"RestartDevice"},"status":"Acknowledged","success":"true","result":"done",
        "geoip":{"country_code":"US","latitude":33.6992,"region_name":"Georgia","longitude":-84.7478},"service":"mdm"}
        """)]
    [InlineData(1_551_722_906_000,
        """
        "event_category":"alerts","event_type":"alert_created","event_status":"success","severity":"Medium",
        "user":{"name":"jane.doe"},"srcip":"10.1.2.3","srcip_username":"jane.doe","resource":{"id":"alert_object_id"}
        """,
        """
        {"id":"5c8fcfe0e7eb500001c71062","event_type":"alert_created","timestamp":"2019-03-04T18:08:26Z",
        "service":"alerts","organization":"5bf6defbdcd8233029e0c598","severity":"Medium","client_ip":"10.1.2.3",
        "initiated_by":[{"field":"Status","from":"Open","to":"Acknowledged"}],"success":true,"username":"jane.doe",
        "resource":{"id":"alert_object_id","context":{"name":"not this one"}}}
        """)]
    [InlineData(1_551_722_906_000,
        """
        "event_category":"reports","event_type":"report_run","event_status":"unknown",
        "user":{"email":"admin@example.com","id":"60d4d8f72c6b9226e875781a","type":"admin"},"srcip":"10.1.2.3",
        "srcip_username":"admin@example.com"
        """,
        """
        {"id":"5c8fcfe0e7eb500001c71062","event_type":"report_run","timestamp":"2019-03-04T18:08:26Z","service":"reports",
        "organization":"5bf6defbdcd8233029e0c598","resource":"{\"name\": \"users to devices\"}","client_ip":"10.1.2.3",
        "initiated_by":{"id":"60d4d8f72c6b9226e875781a","type":"admin","email":"admin@example.com"}}
        """)]
    [InlineData(1_551_722_906_000,
        """
        "event_category":"asset_management","event_type":"asset_management_asset_update","event_status":"unknown",
        "event_name":"An asset has been updated.",
        "user":{"name":"jane.doe","id":"5c86b6cf9fdce00001d3800c","type":"systemuser"},"srcip":"10.1.2.3",
        "srcip_username":"jane.doe","resource":{"type":"DEVICE","id":"68A2C0108D124300017C5CB8"}
        """,
        """
        {"id":"5c8fcfe0e7eb500001c71062","event_type":"asset_management_asset_update","service":"asset_management",
        "timestamp":"2019-03-04T18:08:26Z","organization":"5bf6defbdcd8233029e0c598","detail":"An asset has been updated.",
        "changes":[{"field":"Name","from":"Desktop-01","to":"Desktop-02"}],"client_ip":"10.1.2.3","username":"ignored",
        "initiated_by":{"type":"systemuser","id":"5c86b6cf9fdce00001d3800c","username":"jane.doe"},
        "resource":{"id":"68A2C0108D124300017C5CB8","type":"DEVICE"}}
        """)]
    [InlineData(1_634_924_333_650,
        """
        "event_category":"directory","event_type":"admin_update","event_status":"success",
        "user":{"name":"admin@example.com","email":"admin@example.com"},"srcip":"203.0.113.231",
        "srcip_username":"admin@example.com","srcip_geo":{"latitude":45.8491,"longitude":-119.7143},
        "resource":{"type":"admin","id":"6154d26a4dea2b7ec773b133","name":"other@example.com"}
        """,
        """
        {"service":"directory","event_type":"admin_update","client_ip":"203.0.113.231","success":true,
        "resource":{"type":"admin","id":"6154d26a4dea2b7ec773b133","email":"other@example.com"},
        "timestamp":"2021-10-22T17:38:53.650Z","organization":"5bf6defbdcd8233029e0c598",
        "geoip":{"latitude":"45.8491","longitude":"-119.7143"},"initiated_by":{"username":"admin@example.com"}}
        """)]
    [InlineData(1_551_722_906_000,
        """
        "event_category":"a_service_of_tomorrow","event_type":"something_new","event_status":"unknown"
        """,
        """
        {"service":"a_service_of_tomorrow","event_type":"something_new","timestamp":"2019-03-04T18:08:26Z","later":{"x":[
        1e400,-0.0,[],{}]},"organization":"5bf6defbdcd8233029e0c598"}
        """)]
    public void An_event_of_each_service_becomes_one_line_of_this_shape(long timestamp, string normalised, string json)
    {
        string record = Write(json);
        string uuid = JsonDocument.Parse(record).RootElement.GetProperty("stellar_uuid").GetString()!;
        string expected =
            $$$"""
            {"timestamp":{{{timestamp}}},"write_time":1700000000123,"stellar_uuid":"{{{uuid}}}",
            "tenantid":"8d1f","tenant_name":"Acme","connector_name":"main","org_id":"{{{Organization}}}",
            "msg_class":"jumpcloud_directoryinsights","msg_origin":{"source":"jumpcloud_directory_insights","category":"iam",
            "processor":{"name":"jumpcloud_directory_insights","type":"log_collector"}},
            {{{normalised}}},
            "jumpcloud":
            """;
        Assert.Equal(OneLine(expected) + OneLine(json) + "}", record);
        Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", uuid);
    }

    [Theory]
    [InlineData("""{"success":true}""", "success")]
    [InlineData("""{"success":false}""", "failure")]
    [InlineData("""{"success":"true"}""", "success")]
    [InlineData("""{"success":"false"}""", "failure")]
    [InlineData("""{"success":null}""", "unknown")]
    [InlineData("""{"success":""}""", "unknown")]
    [InlineData("""{"success":"true or false"}""", "unknown")]
    [InlineData("""{"success":1}""", "unknown")]
    [InlineData("{}", "unknown")]
    [InlineData("""{"sso_token_success":true}""", "success")]
    [InlineData("""{"success":null,"sso_token_success":true,"error_message":"odd"}""", "success")]
    [InlineData("""{"sso_token_success":false,"error_message":"no access"}""", "failure")]
    [InlineData("""{"sso_token_success":false,"error_message":""}""", "mfa")]
    [InlineData("""{"sso_token_success":false,"error_message":"  "}""", "mfa")]
    [InlineData("""{"sso_token_success":false,"error_message":null}""", "mfa")]
    [InlineData("""{"sso_token_success":false}""", "mfa")]
    [InlineData("""{"sso_token_success":null,"error_message":"x"}""", "unknown")]
    [InlineData("""{"success":false,"sso_token_success":true}""", "failure")]
    [InlineData("""{"success":true,"error_message":"a warning"}""", "success")]
    [InlineData("""{"inner":{"success":true}}""", "unknown")]
    public void The_status_is_one_of_four(string json, string status) =>
        Assert.Equal(status, Parse(json).GetProperty("event_status").GetString());

    [Theory]
    [InlineData("\"192.0.2.4\"", "192.0.2.4", null)]
    [InlineData("\"192.0.2.4:51234\"", "192.0.2.4", 51234)]
    [InlineData("\"::ffff:192.0.2.4\"", "192.0.2.4", null)]
    [InlineData("\"::FFFF:192.0.2.4\"", "192.0.2.4", null)]
    [InlineData("\"::ffff:192.0.2.4:443\"", "192.0.2.4", 443)]
    [InlineData("\"[::ffff:192.0.2.4]:443\"", "192.0.2.4", 443)]
    [InlineData("\"2001:db8::7\"", "2001:db8::7", null)]
    [InlineData("\"2001:db8:0:1:2:3:4:5\"", "2001:db8:0:1:2:3:4:5", null)]
    [InlineData("\"[2001:db8::7]:443\"", "2001:db8::7", 443)]
    [InlineData("\"[2001:db8::7]\"", "2001:db8::7", null)]
    [InlineData("\"::1\"", "::1", null)]
    [InlineData("\"192.0.2.4:65535\"", "192.0.2.4", 65535)]
    // What is no port stays where it is: nothing that came is thrown away or made a number.
    [InlineData("\"192.0.2.4:65536\"", "192.0.2.4:65536", null)]
    [InlineData("\"192.0.2.4:0\"", "192.0.2.4:0", null)]
    [InlineData("\"192.0.2.4:080\"", "192.0.2.4:080", null)]
    [InlineData("\"192.0.2.4:\"", "192.0.2.4:", null)]
    [InlineData("\"192.0.2.4:http\"", "192.0.2.4:http", null)]
    [InlineData("\"a host\"", "a host", null)]
    [InlineData("\"\"", null, null)]
    [InlineData("\"  \"", null, null)]
    [InlineData("null", null, null)]
    [InlineData("17", null, null)]
    [InlineData("[\"192.0.2.4\"]", null, null)]
    public void An_address_loses_its_port_and_its_mapping(string clientIp, string? address, int? port)
    {
        JsonElement record = Parse($$"""{"client_ip":{{clientIp}}}""");
        Assert.Equal(address, Text(record, "srcip"));
        Assert.Equal(port, record.TryGetProperty("srcport", out JsonElement value) ? value.GetInt32() : null);
    }

    [Theory]
    [InlineData("""{"initiated_by":{"username":"jane","email":"j@example.com","id":"1","type":"user"}}""",
        "jane|j@example.com|1|user")]
    [InlineData("""{"initiated_by":{"username":"jane"},"username":"other"}""", "jane|||")]
    [InlineData("""{"initiated_by":{"username":" "},"username":"other"}""", "other|||")]
    [InlineData("""{"initiated_by":{"email":"j@example.com"}}""", "|j@example.com||")]
    [InlineData("""{"initiated_by":{"username":"j@example.com"}}""", "j@example.com|j@example.com||")]
    [InlineData("""{"initiated_by":{"username":"@jane"}}""", "@jane|||")]
    [InlineData("""{"jc_initiated_by_email":"j@example.com"}""", "|j@example.com||")]
    [InlineData("""{"initiated_by":{"email":"","type":"user"},"jc_initiated_by_email":"j@example.com"}""",
        "|j@example.com||user")]
    [InlineData("""{"initiated_by":[{"username":"jane"}],"username":"joe"}""", "joe|||")]
    [InlineData("""{"initiated_by":null,"resource":{"username":"jane","email":"j@example.com"}}""", "jane|j@example.com||")]
    [InlineData("""{"initiated_by":{"type":"system"},"resource":{"username":"jane"}}""", "jane|||system")]
    [InlineData("""{"initiated_by":{"id":"1"},"resource":{"username":"jane"}}""", "||1|")]
    [InlineData("""{"initiated_by":{"username":7,"id":null}}""", null)]
    [InlineData("{}", null)]
    public void The_user_is_found_wherever_an_event_names_one(string json, string? user)
    {
        JsonElement record = Parse(json);
        bool found = record.TryGetProperty("user", out JsonElement value);
        string[] members = ["name", "email", "id", "type"];
        Assert.Equal(user, found ? string.Join('|', members.Select(m => Text(value, m))) : null);
        string? first = user?.Split('|').Take(2).FirstOrDefault(t => t.Length > 0);
        Assert.Equal(first, Text(record, "srcip_username"));
    }

    [Theory]
    [InlineData("""{"geoip":{"country_code":"FR","country_code2":"XX"}}""", """{"countryCode":"FR"}""")]
    [InlineData("""{"geoip":{"country_code":"","country_code2":"FR","country_name":"France"}}""",
        """{"countryCode":"FR","countryName":"France"}""")]
    [InlineData("""{"geoip":{"city_name":"Paris","latitude":48.0,"longitude":-0}}""",
        """{"city":"Paris","latitude":48.0,"longitude":-0}""")]
    [InlineData("""{"geoip":{"latitude":"45.8491","longitude":"-119.7143"}}""", """{"latitude":45.8491,"longitude":-119.7143}""")]
    [InlineData("""{"geoip":{"latitude":"","longitude":"east","region_name":"Oregon"}}""", """{"region":"Oregon"}""")]
    [InlineData("""{"geoip":{"latitude":"01.5","longitude":"1.","region_name":"Oregon"}}""", """{"region":"Oregon"}""")]
    [InlineData("""{"geoip":{"latitude":"+1.5","longitude":"1 ","region_name":"Oregon"}}""", """{"region":"Oregon"}""")]
    [InlineData("""{"geoip":{"latitude":".5","longitude":"-","region_name":"Oregon"}}""", """{"region":"Oregon"}""")]
    [InlineData("""{"geoip":{"latitude":null,"region_name":null,"timezone":" "}}""", null)]
    [InlineData("""{"geoip":{}}""", null)]
    [InlineData("""{"geoip":null}""", null)]
    public void The_place_is_there_as_far_as_it_is_known(string json, string? place) =>
        Assert.Equal(place, Parse(json).TryGetProperty("srcip_geo", out JsonElement value) ? value.GetRawText() : null);

    [Theory]
    [InlineData("""{"resource":{"type":"t","id":"i","name":"n","username":"u"}}""", """{"type":"t","id":"i","name":"n"}""")]
    [InlineData("""{"resource":{"name":"","username":"u","email":"e"}}""", """{"name":"u"}""")]
    [InlineData("""{"resource":{"email":"e@example.com"}}""", """{"name":"e@example.com"}""")]
    [InlineData("""{"resource":"text"}""", null)]
    [InlineData("""{"resource":{"type":null,"id":"","name":["n"]}}""", null)]
    public void The_resource_has_the_best_of_its_names(string json, string? resource) =>
        Assert.Equal(resource, Parse(json).TryGetProperty("resource", out JsonElement value) ? value.GetRawText() : null);

    [Theory]
    [InlineData("""{"system":{"hostname":"h","displayName":"d","id":"i"}}""", """{"name":"h","id":"i"}""")]
    [InlineData("""{"system":{"hostname":"","displayName":"d"}}""", """{"name":"d"}""")]
    [InlineData("""{"auth_context":{"system":{"hostname":"h","displayName":"d","id":"i"}}}""", """{"name":"h","id":"i"}""")]
    [InlineData("""{"system":{"id":"1"},"auth_context":{"system":{"displayName":"d","id":"2"}}}""", """{"name":"d","id":"1"}""")]
    [InlineData("""{"auth_context":{"system":null}}""", null)]
    public void The_host_is_the_system_or_else_the_one_it_was_asked_from(string json, string? host) =>
        Assert.Equal(host, Parse(json).TryGetProperty("host", out JsonElement value) ? value.GetRawText() : null);

    [Theory]
    [InlineData("""{"application":{"name":"n","display_label":"l"}}""", """{"name":"n"}""")]
    [InlineData("""{"application":{"name":null,"display_label":"l"}}""", """{"name":"l"}""")]
    [InlineData("""{"application":{"id":"i"}}""", null)]
    public void The_application_has_its_name_or_label(string json, string? application) =>
        Assert.Equal(application, Parse(json).TryGetProperty("application", out JsonElement value) ? value.GetRawText() : null);

    [Fact]
    public void Blank_values_give_no_field_at_all()
    {
        const string blank =
            """
            {"service":"","event_type":" ","organization":null,"message":"","detail":"   ","severity":null,"error_message":"",
            "outer":{"error_message":null},"client_ip":"","username":"","geoip":{"country_code":""},"system":{"id":""},
            "resource":{"id":"","type":null,"name":" "},"initiated_by":{"id":"","type":"","email":null,"username":""}}
            """;
        string[] names = [.. Parse(blank).EnumerateObject().Select(p => p.Name)];
        Assert.Equal(
            ["timestamp", "write_time", "stellar_uuid", "tenantid", "tenant_name", "connector_name", "msg_class", "msg_origin",
                "event_status", "jumpcloud"],
            names);
    }

    [Fact]
    public void An_event_without_a_time_that_can_be_read_has_the_time_of_writing()
    {
        string[] events = ["{}", """{"timestamp":null}""", """{"timestamp":"soon"}""", """{"timestamp":1678194079000}"""];
        foreach (string json in events)
        {
            using RecordBatch batch = new();
            Write(new EventRecordWriter(Origin) { WriteTime = WriteTime }, json, batch);
            Assert.Equal((0L, WriteTime), (batch[0].Milliseconds, batch[0].Timestamp));
            Assert.Equal(WriteTime, new IngestedRecord(1, batch.Json(0).ToArray()).Timestamp.ToUnixTimeMilliseconds());
        }
    }

    /// <summary>Line breaks between tokens go, for a record is one line; all else stays as it came.</summary>
    [Fact]
    public void The_vendors_object_stays_byte_for_byte_but_for_line_breaks_between_tokens()
    {
        const string json = "{ \"b\" :\t1.0 ,\r\n\"a\":[ 1e5,\n\n-0, \"x\\ny\\/\\u00e9 é 😀\" ],\r\"n\":null,"
            + "\"z\":18446744073709551616 , \"a\":{} \n}";
        string record = Write(json);
        Assert.EndsWith(
            ",\"jumpcloud\":{ \"b\" :\t1.0 ,\"a\":[ 1e5,-0, \"x\\ny\\/\\u00e9 é 😀\" ],\"n\":null,"
                + "\"z\":18446744073709551616 , \"a\":{} }}",
            record, StringComparison.Ordinal);
    }

    [Fact]
    public void The_organization_is_the_streams_or_else_the_one_that_the_event_names()
    {
        const string json = """{"organization":"5bf6defbdcd8233029e0c598"}""";
        JsonElement named = Parse(json, Origin with { OrganizationId = "6a01", OrganizationName = "North \"1\"" });
        Assert.Equal(("6a01", "North \"1\""), (Text(named, "org_id"), Text(named, "org_name")));
        Assert.Equal((Organization, null), (Text(Parse(json), "org_id"), Text(Parse(json), "org_name")));
        JsonElement none = Parse("""{"organization":null}""", Origin with { OrganizationId = " ", OrganizationName = "" });
        Assert.False(none.TryGetProperty("org_id", out _) || none.TryGetProperty("org_name", out _));
    }

    [Fact]
    public void Names_of_any_kind_make_valid_json()
    {
        RecordOrigin odd = new("\\", "Æ \"x\" \u0001\n\u2028", "a\tb", "\"", "\\\"</script>😀");
        JsonElement record = Parse("{}", odd);
        Assert.Equal((odd.TenantId, odd.TenantName, odd.ConnectorName, odd.OrganizationName),
            (Text(record, "tenantid"), Text(record, "tenant_name"), Text(record, "connector_name"), Text(record, "org_name")));
    }

    [Fact]
    public void Nothing_of_one_event_is_left_in_the_next()
    {
        const string full =
            """
            {"timestamp":"2026-01-01T00:00:00Z","service":"s","event_type":"t","organization":"o","success":true,"message":"m",
            "error_message":"e","severity":"high","client_ip":"192.0.2.4:5","initiated_by":{"username":"u"},
            "geoip":{"country_code":"FR"},"resource":{"id":"r"},"system":{"id":"s"},"application":{"name":"a"}}
            """;
        EventRecordWriter writer = new(Origin) { WriteTime = WriteTime };
        using RecordBatch batch = new();
        Write(writer, full, batch);
        Write(writer, "{}", batch);
        Write(writer, full, batch);
        Assert.Equal(Write("{}"), Encoding.UTF8.GetString(batch.Json(1)));
        Assert.Equal(Write(full), Encoding.UTF8.GetString(batch.Json(2)));
    }

    /// <summary>The same event gives the same id, whoever writes it down, when and in which order; another never does.</summary>
    [Fact]
    public void The_uuid_is_stable_and_distinct()
    {
        string uuid = Uuid("""{"id":"1","timestamp":"2026-01-01T00:00:00Z","n":[1,2]}""");
        Assert.Equal(uuid, Uuid("""{ "n": [1, 2],  "timestamp":"2026-01-01T00:00:00Z", "id" :"1"}"""));
        RecordOrigin other = Origin with { ConnectorName = "b" };
        Assert.Equal(uuid, Uuid("""{"id":"1","timestamp":"2026-01-01T00:00:00Z","n":[1,2]}""", other, 5));
        Assert.NotEqual(uuid, Uuid("""{"id":"1","timestamp":"2026-01-01T00:00:00Z","n":[2,1]}"""));
        Assert.NotEqual(uuid, Uuid("""{"id":"1","timestamp":"2026-01-01T00:00:00.0Z","n":[1,2]}"""));

        static string Uuid(string json, RecordOrigin? origin = null, long time = WriteTime) =>
            JsonDocument.Parse(Write(json, origin, time)).RootElement.GetProperty("stellar_uuid").GetString()!;
    }

    /// <summary>Events with every oddity: valid, one line, members once and in order, the vendor's bytes untouched.</summary>
    [Fact]
    public async Task Whatever_an_event_looks_like_its_record_has_the_shape()
    {
        await using Simulator simulator = await Simulator.StartAsync(
            new SimulatorOptions
            {
                EventsPerOrganization = 3_000, HugeEventEvery = 1_000, Traps = Traps.All | Traps.LoneSurrogates,
            },
            TestContext.Current.CancellationToken);
        EventRecordWriter writer = new(Origin) { WriteTime = WriteTime };
        HashSet<string> uuids = [];
        HashSet<string> seen = [];
        HashSet<string> paths = [];
        using RecordBatch batch = new();
        foreach (SimulatedEvent e in simulator.Organizations[0].Truth())
        {
            batch.Truncate(0);
            Write(writer, e.Json.Span, batch);
            IngestedRecord record = new(1, batch.Json(0).ToArray());
            using JsonDocument document = JsonDocument.Parse(record.Utf8);
            string[] names = [.. document.RootElement.EnumerateObject().Select(p => p.Name)];
            Assert.Equal(Order.Where(names.Contains), names);
            seen.UnionWith(names);
            paths.UnionWith(Paths(document.RootElement, ""));
            Assert.Equal(-1, record.Utf8.Span.IndexOfAny((byte)'\r', (byte)'\n'));
            Assert.Equal(Truth.OneLine(e.Json), record.VendorUtf8.ToArray());
            Assert.Equal(e.Milliseconds, batch[0].Milliseconds);
            Assert.Equal(e.Milliseconds, document.RootElement.GetProperty("timestamp").GetInt64());
            Assert.Contains(record.EventStatus, (string[])["success", "failure", "mfa", "unknown"]);
            Assert.True(uuids.Add(record.StellarUuid!));
        }

        Assert.Equal(3_000, uuids.Count);
        // Conditions are warned of no field that is there, nor told of one that cannot be.
        Assert.Empty(paths.Except(KnownFields.All));
        Assert.All(KnownFields.All.Except(paths), f => Assert.True(f == "org_name" || f.StartsWith("srcip_geo.", StringComparison.Ordinal), f));
        Assert.Equal(Order.Except(["org_name"]), Order.Where(seen.Contains));
    }

    private static IEnumerable<string> Paths(JsonElement value, string path) =>
        value.EnumerateObject().Where(p => path.Length > 0 || p.Name != KnownFields.Vendor).SelectMany(p =>
            p.Value.ValueKind == JsonValueKind.Object ? Paths(p.Value, path + p.Name + ".") : [path + p.Name]);

    [Fact]
    public void A_record_shows_its_header()
    {
        const string json =
            """
            {"timestamp":"2026-01-01T00:00:00.5Z","service":"s","event_type":"t","success":true,"message":"m\u00e9",
            "severity":"high","error_message":"e","client_ip":"192.0.2.4","initiated_by":{"username":"u \"x\""},
            "geoip":{"country_code":"FR"},
            "resource":{"name":"r"},"system":{"hostname":"h"},"application":{"name":"a"}}
            """;
        RecordOrigin origin = Origin with { OrganizationId = "o", OrganizationName = "n" };
        IngestedRecord record = new(42, Encoding.UTF8.GetBytes(Write(json, origin)));
        string?[] shown =
        [
            record.TenantId, record.TenantName, record.ConnectorName, record.OrganizationId, record.OrganizationName,
            record.MsgClass, record.Source, record.Category, record.Service, record.EventType, record.EventStatus,
            record.EventName, record.Reason, record.Severity, record.User, record.SourceIp, record.ResourceName,
            record.HostName, record.Application, record.CountryCode,
        ];
        Assert.Equal(
            "8d1f|Acme|main|o|n|jumpcloud_directoryinsights|jumpcloud_directory_insights|iam|s|t|success|"
                + "mé|e|high|u \"x\"|192.0.2.4|r|h|a|FR",
            string.Join('|', shown));
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, 500, TimeSpan.Zero), record.Timestamp);
        Assert.Equal(WriteTime, record.WriteTime.ToUnixTimeMilliseconds());
        Assert.Equal(42, record.Sequence);
        Assert.Equal(OneLine(json), Encoding.UTF8.GetString(record.VendorUtf8.Span));
        Assert.Equal(record.Json, record.ToString());
    }

    [Theory]
    [InlineData(UserChange.Added, "systemuser_added")]
    [InlineData(UserChange.Changed, "systemuser_changed")]
    [InlineData(UserChange.Snapshot, "systemuser_snapshot")]
    [InlineData(UserChange.Removed, "systemuser_removed")]
    public void A_system_user_becomes_one_line_of_this_shape(UserChange change, string type)
    {
        const string json =
            """
            {"_id":"5ee8dbcb03231715576d73cc","username":"jane.doe","email":"jane.doe@example.com","firstname":"Jane",
            "lastname":"Doe","displayname":"","organization":"5bf6defbdcd8233029e0c598","mfa":{"configured":false},
            "unix_uid":5001,"attributes":[],"ssh_keys":[ ],"activated":true}
            """;
        using RecordBatch batch = new();
        new UserRecordWriter(Origin).Write(Encoding.UTF8.GetBytes(json), change, WriteTime, batch);
        string record = Encoding.UTF8.GetString(batch.Json(0));
        string uuid = JsonDocument.Parse(record).RootElement.GetProperty("stellar_uuid").GetString()!;
        string expected =
            $$$"""
            {"timestamp":1700000000123,"write_time":1700000000123,"stellar_uuid":"{{{uuid}}}",
            "tenantid":"8d1f","tenant_name":"Acme","connector_name":"main","org_id":"{{{Organization}}}",
            "msg_class":"jumpcloud_systemuser","msg_origin":{"source":"jumpcloud","category":"iam",
            "processor":{"name":"jumpcloud","type":"log_collector"}},
            "event_category":"systemuser","event_type":"{{{type}}}",
            "user":{"type":"user","name":"jane.doe","email":"jane.doe@example.com","id":"5ee8dbcb03231715576d73cc"},
            "resource":{"type":"systemuser","id":"5ee8dbcb03231715576d73cc","name":"Jane Doe"},
            "jumpcloud":
            """;
        Assert.Equal(OneLine(expected) + OneLine(json) + "}", record);
        Assert.Equal((WriteTime, WriteTime), (batch[0].Milliseconds, batch[0].Timestamp));
    }

    [Theory]
    [InlineData("""{"displayname":"J. Doe","firstname":"Jane","lastname":"Doe"}""", "J. Doe")]
    [InlineData("""{"displayname":null,"firstname":"Jane","lastname":"Doe"}""", "Jane Doe")]
    [InlineData("""{"firstname":"Jane"}""", "Jane")]
    [InlineData("""{"lastname":"Doe","firstname":""}""", "Doe")]
    [InlineData("""{"firstname":"  ","displayname":" ","lastname":"Doe"}""", "Doe")]
    [InlineData("""{"firstname":null,"lastname":7}""", null)]
    public void A_system_user_is_shown_by_the_best_of_its_names(string json, string? name)
    {
        using RecordBatch batch = new();
        new UserRecordWriter(Origin).Write(Encoding.UTF8.GetBytes(json), UserChange.Added, WriteTime, batch);
        using JsonDocument document = JsonDocument.Parse(batch.Json(0).ToArray());
        Assert.Equal(name, Text(document.RootElement.GetProperty("resource"), "name"));
    }

    [Fact]
    public void Blank_values_of_a_system_user_give_no_field_either()
    {
        const string json = """{"_id":"","username":" ","email":null,"organization":"  ","firstname":""}""";
        using RecordBatch batch = new();
        new UserRecordWriter(Origin).Write(Encoding.UTF8.GetBytes(json), UserChange.Added, WriteTime, batch);
        using JsonDocument document = JsonDocument.Parse(batch.Json(0).ToArray());
        Assert.Equal("""{"type":"user"}""", document.RootElement.GetProperty("user").GetRawText());
        Assert.Equal("""{"type":"systemuser"}""", document.RootElement.GetProperty("resource").GetRawText());
        Assert.False(document.RootElement.TryGetProperty("org_id", out _));
    }

    [Fact]
    public void A_system_users_records_have_an_id_each()
    {
        HashSet<RecordKey> keys = [];
        foreach (string json in (string[])["""{"_id":"1","a":1}""", """{"_id":"1","a":2}""", """{"_id":"2","a":1}"""])
            foreach (UserChange change in Enum.GetValues<UserChange>())
                for (long time = WriteTime; time < WriteTime + 3; time++)
                    Assert.True(keys.Add(Key(json, change, time)), $"{json} {change} {time}");
        Assert.Equal(36, keys.Count);
        Assert.Contains(Key("""{ "a":1, "_id":"1" }""", UserChange.Added, WriteTime), keys);

        static RecordKey Key(string json, UserChange change, long time)
        {
            using RecordBatch batch = new();
            new UserRecordWriter(Origin).Write(Encoding.UTF8.GetBytes(json), change, time, batch);
            return batch[0].Key;
        }
    }

    private static string OneLine(string text) =>
        text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static JsonElement Parse(string json, RecordOrigin? origin = null) =>
        JsonDocument.Parse(Write(json, origin)).RootElement;

    private static string Write(string json, RecordOrigin? origin = null, long time = WriteTime)
    {
        using RecordBatch batch = new();
        Write(new EventRecordWriter(origin ?? Origin) { WriteTime = time }, json, batch);
        return Encoding.UTF8.GetString(batch.Json(0));
    }

    private static void Write(EventRecordWriter writer, string json, RecordBatch batch) =>
        Write(writer, Encoding.UTF8.GetBytes(json), batch);

    private static void Write(EventRecordWriter writer, ReadOnlySpan<byte> json, RecordBatch batch)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        Assert.True(writer.TryScan(ref reader));
        writer.Write(json, batch);
    }
}
