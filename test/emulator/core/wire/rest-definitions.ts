/**
 * APIs without an official client among the dependencies, as far as they are emulated and over REST only, so that
 * field numbers mean nothing. The test of the discovery documents holds paths and types to Google's.
 */
export const REST_DEFINITIONS: readonly { namespace: string; host: string; proto: string }[] = [
  {
    namespace: "google.cloud.resourcemanager.v3",
    host: "cloudresourcemanager.googleapis.com",
    proto: `
      message GetProjectRequest { string name = 1; }
      message Project {
        enum State { STATE_UNSPECIFIED = 0; ACTIVE = 1; DELETE_REQUESTED = 2; }
        string name = 1; string parent = 2; string project_id = 3; State state = 4; string display_name = 5;
        google.protobuf.Timestamp create_time = 6; google.protobuf.Timestamp update_time = 7;
        string etag = 8; map<string, string> labels = 9;
      }
      service Projects {
        rpc GetProject(GetProjectRequest) returns (Project) {
          option (google.api.http) = { get: "/v3/{name=projects/*}" };
        }
        rpc GetIamPolicy(google.iam.v1.GetIamPolicyRequest) returns (google.iam.v1.Policy) {
          option (google.api.http) = { post: "/v3/{resource=projects/*}:getIamPolicy" body: "*" };
        }
        rpc SetIamPolicy(google.iam.v1.SetIamPolicyRequest) returns (google.iam.v1.Policy) {
          option (google.api.http) = { post: "/v3/{resource=projects/*}:setIamPolicy" body: "*" };
        }
        rpc TestIamPermissions(google.iam.v1.TestIamPermissionsRequest)
            returns (google.iam.v1.TestIamPermissionsResponse) {
          option (google.api.http) = { post: "/v3/{resource=projects/*}:testIamPermissions" body: "*" };
        }
      }`,
  },
  {
    namespace: "google.api.serviceusage.v1",
    host: "serviceusage.googleapis.com",
    proto: `
      enum State { STATE_UNSPECIFIED = 0; DISABLED = 1; ENABLED = 2; }
      message ServiceConfig { string name = 1; string title = 2; }
      message Service { string name = 1; string parent = 2; ServiceConfig config = 3; State state = 4; }
      message GetServiceRequest { string name = 1; }
      message BatchGetServicesRequest { string parent = 1; repeated string names = 2; }
      message BatchGetServicesResponse { repeated Service services = 1; }
      message ListServicesRequest { string parent = 1; int32 page_size = 2; string page_token = 3; string filter = 4; }
      message ListServicesResponse { repeated Service services = 1; string next_page_token = 2; }
      message EnableServiceRequest { string name = 1; }
      message EnableServiceResponse { Service service = 1; }
      message BatchEnableServicesRequest { string parent = 1; repeated string service_ids = 2; }
      message BatchEnableServicesResponse { repeated Service services = 1; }
      message OperationMetadata { repeated string resource_names = 1; }
      service ServiceUsage {
        rpc EnableService(EnableServiceRequest) returns (google.longrunning.Operation) {
          option (google.api.http) = { post: "/v1/{name=*/*/services/*}:enable" body: "*" };
        }
        rpc BatchEnableServices(BatchEnableServicesRequest) returns (google.longrunning.Operation) {
          option (google.api.http) = { post: "/v1/{parent=*/*}/services:batchEnable" body: "*" };
        }
        rpc BatchGetServices(BatchGetServicesRequest) returns (BatchGetServicesResponse) {
          option (google.api.http) = { get: "/v1/{parent=*/*}/services:batchGet" };
        }
        rpc GetService(GetServiceRequest) returns (Service) {
          option (google.api.http) = { get: "/v1/{name=*/*/services/*}" };
        }
        rpc ListServices(ListServicesRequest) returns (ListServicesResponse) {
          option (google.api.http) = { get: "/v1/{parent=*/*}/services" };
        }
        rpc GetOperation(google.longrunning.GetOperationRequest) returns (google.longrunning.Operation) {
          option (google.api.http) = { get: "/v1/{name=operations/*}" };
        }
      }`,
  },
  {
    namespace: "google.iam.admin.v1",
    host: "iam.googleapis.com",
    proto: `
      message ServiceAccount {
        string name = 1; string project_id = 2; string unique_id = 4; string email = 5; string display_name = 6;
        bytes etag = 7; string oauth2_client_id = 9; bool disabled = 11;
      }
      message GetServiceAccountRequest { string name = 1; }
      message DisableServiceAccountRequest { string name = 1; }
      message EnableServiceAccountRequest { string name = 1; }
      message ListServiceAccountsRequest { string name = 1; int32 page_size = 2; string page_token = 3; }
      message ListServiceAccountsResponse { repeated ServiceAccount accounts = 1; string next_page_token = 2; }
      service IAM {
        rpc ListServiceAccounts(ListServiceAccountsRequest) returns (ListServiceAccountsResponse) {
          option (google.api.http) = { get: "/v1/{name=projects/*}/serviceAccounts" };
        }
        rpc GetServiceAccount(GetServiceAccountRequest) returns (ServiceAccount) {
          option (google.api.http) = { get: "/v1/{name=projects/*/serviceAccounts/*}" };
        }
        rpc DisableServiceAccount(DisableServiceAccountRequest) returns (google.protobuf.Empty) {
          option (google.api.http) = { post: "/v1/{name=projects/*/serviceAccounts/*}:disable" body: "*" };
        }
        rpc EnableServiceAccount(EnableServiceAccountRequest) returns (google.protobuf.Empty) {
          option (google.api.http) = { post: "/v1/{name=projects/*/serviceAccounts/*}:enable" body: "*" };
        }
        rpc GetIamPolicy(google.iam.v1.GetIamPolicyRequest) returns (google.iam.v1.Policy) {
          option (google.api.http) = { post: "/v1/{resource=projects/*/serviceAccounts/*}:getIamPolicy" };
        }
        rpc SetIamPolicy(google.iam.v1.SetIamPolicyRequest) returns (google.iam.v1.Policy) {
          option (google.api.http) = { post: "/v1/{resource=projects/*/serviceAccounts/*}:setIamPolicy" body: "*" };
        }
        rpc TestIamPermissions(google.iam.v1.TestIamPermissionsRequest)
            returns (google.iam.v1.TestIamPermissionsResponse) {
          option (google.api.http) = { post: "/v1/{resource=projects/*/serviceAccounts/*}:testIamPermissions" body: "*" };
        }
      }`,
  },
  {
    // Version 1 of Cloud Run, of which only this is left that version 2 lacks.
    namespace: "google.cloud.location",
    host: "run.googleapis.com",
    proto: `
      message Location { string name = 1; string location_id = 4; string display_name = 5; map<string, string> labels = 2; }
      message ListLocationsRequest { string name = 1; string filter = 2; int32 page_size = 3; string page_token = 4; }
      message ListLocationsResponse { repeated Location locations = 1; string next_page_token = 2; }
      service Locations {
        rpc ListLocations(ListLocationsRequest) returns (ListLocationsResponse) {
          option (google.api.http) = { get: "/v1/{name=projects/*}/locations" };
        }
      }`,
  },
  {
    namespace: "google.iam.credentials.v1",
    host: "iamcredentials.googleapis.com",
    proto: `
      message GenerateAccessTokenRequest {
        string name = 1; repeated string delegates = 2; repeated string scope = 4;
        google.protobuf.Duration lifetime = 7;
      }
      message GenerateAccessTokenResponse { string access_token = 1; google.protobuf.Timestamp expire_time = 3; }
      service IAMCredentials {
        rpc GenerateAccessToken(GenerateAccessTokenRequest) returns (GenerateAccessTokenResponse) {
          option (google.api.http) = { post: "/v1/{name=projects/*/serviceAccounts/*}:generateAccessToken" body: "*" };
        }
      }`,
  },
];
