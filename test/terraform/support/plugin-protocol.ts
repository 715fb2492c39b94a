import { protobuf } from "google-gax";

/**
 * The part of Terraform's plugin protocol, version 5, that planning needs
 * (https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol).
 */
const DEFINITION = `
syntax = "proto3";
package tfplugin5;

message DynamicValue { bytes msgpack = 1; bytes json = 2; }
message Diagnostic { int32 severity = 1; string summary = 2; string detail = 3; }

message Schema {
  message Attribute {
    string name = 1; bytes type = 2; string description = 3;
    bool required = 4; bool optional = 5; bool computed = 6; bool sensitive = 7;
  }
  message NestedBlock { string type_name = 1; Block block = 2; int32 nesting = 3; int64 min_items = 4; int64 max_items = 5; }
  message Block { int64 version = 1; repeated Attribute attributes = 2; repeated NestedBlock block_types = 3; }
  int64 version = 1;
  Block block = 2;
}

message Empty {}
message Schemas {
  Schema provider = 1;
  map<string, Schema> resource_schemas = 2;
  map<string, Schema> data_source_schemas = 3;
  repeated Diagnostic diagnostics = 4;
}
message Config { DynamicValue config = 1; }
message PreparedConfig { DynamicValue prepared_config = 1; repeated Diagnostic diagnostics = 2; }
message ConfigureRequest { string terraform_version = 1; DynamicValue config = 2; }
message TypedConfig { string type_name = 1; DynamicValue config = 2; }
message Diagnostics { repeated Diagnostic diagnostics = 1; }
message PlanRequest { string type_name = 1; DynamicValue prior_state = 2; DynamicValue proposed_new_state = 3; DynamicValue config = 4; }
message PlannedState { DynamicValue planned_state = 1; repeated Diagnostic diagnostics = 4; bool legacy_type_system = 5; }
message ReadState { DynamicValue state = 1; repeated Diagnostic diagnostics = 2; }

service Provider {
  rpc GetSchema(Empty) returns (Schemas);
  rpc PrepareProviderConfig(Config) returns (PreparedConfig);
  rpc Configure(ConfigureRequest) returns (Diagnostics);
  rpc ValidateResourceTypeConfig(TypedConfig) returns (Diagnostics);
  rpc ValidateDataSourceConfig(TypedConfig) returns (Diagnostics);
  rpc PlanResourceChange(PlanRequest) returns (PlannedState);
  rpc ReadDataSource(TypedConfig) returns (ReadState);
  rpc Stop(Empty) returns (Empty);
}`;

/** The messages and the service, with their fields in lower camel case. */
export const pluginProtocol = (): protobuf.Root => protobuf.parse(DEFINITION).root;
