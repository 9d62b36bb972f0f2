using System.Text.Json.Serialization;
using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Storage;

/// <summary>How a connector is written in the store; generated code, so that nothing is looked up by reflection at start.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Connector))]
internal sealed partial class ConnectorJson : JsonSerializerContext;
