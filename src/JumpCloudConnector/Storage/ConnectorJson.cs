using System.Text.Json.Serialization;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Forwarding;

namespace JumpCloudConnector.Storage;

/// <summary>How connectors, log filters, profiles and destinations are written in the store; generated code, so that nothing is looked up by reflection at start.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Connector))]
[JsonSerializable(typeof(LogFilter))]
[JsonSerializable(typeof(AnalyzerProfile))]
[JsonSerializable(typeof(SyslogDestination))]
internal sealed partial class ConnectorJson : JsonSerializerContext;
