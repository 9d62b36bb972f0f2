using System.Text.Json.Serialization;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Filters;

namespace JumpCloudConnector.Storage;

/// <summary>How a connector and a log filter are written in the store; generated code, so that nothing is looked up by reflection at start.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Connector))]
[JsonSerializable(typeof(LogFilter))]
internal sealed partial class ConnectorJson : JsonSerializerContext;
