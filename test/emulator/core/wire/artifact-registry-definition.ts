const AT = "/v1/{name=projects/*/locations/*/repositories/*";

const get = (template: string): string => `{ option (google.api.http) = { get: "${template}" }; }`;
const drop = (template: string): string =>
  `{ option (google.api.http) = { delete: "${template}" }; }`;
const post = (template: string, body: string): string =>
  `{ option (google.api.http) = { post: "${template}" body: "${body}" }; }`;
const patch = (template: string, body: string): string =>
  `{ option (google.api.http) = { patch: "${template}" body: "${body}" }; }`;

const below = (collection: string, parent: string): string =>
  `/v1/{parent=projects/*/locations/*${parent}}/${collection}`;
const policyOf = (verb: string): string =>
  `/v1/{resource=projects/*/locations/*/repositories/*}:${verb}`;

const MESSAGES = `
  message Repository {
    enum Format {
      FORMAT_UNSPECIFIED = 0; DOCKER = 1; MAVEN = 2; NPM = 3; APT = 5; YUM = 6; GOOGET = 7; PYTHON = 8; KFP = 9;
      GO = 10; GENERIC = 11; RUBY = 12; CONDA = 13;
    }
    enum Mode {
      MODE_UNSPECIFIED = 0; STANDARD_REPOSITORY = 1; VIRTUAL_REPOSITORY = 2; REMOTE_REPOSITORY = 3;
      AOSS_REPOSITORY = 4; ASSURED_OSS_REPOSITORY = 5;
    }
    string name = 1; Format format = 2; string description = 3; map<string, string> labels = 4;
    google.protobuf.Timestamp create_time = 5; google.protobuf.Timestamp update_time = 6; string kms_key_name = 8;
    Mode mode = 10; map<string, CleanupPolicy> cleanup_policies = 12; int64 size_bytes = 13;
    bool cleanup_policy_dry_run = 18; DockerRepositoryConfig docker_config = 17;
    VulnerabilityScanningConfig vulnerability_scanning_config = 19; string registry_uri = 26;
  }
  message DockerRepositoryConfig { bool immutable_tags = 1; }
  message VulnerabilityScanningConfig {
    enum EnablementConfig { ENABLEMENT_CONFIG_UNSPECIFIED = 0; INHERITED = 1; DISABLED = 2; }
    enum EnablementState {
      ENABLEMENT_STATE_UNSPECIFIED = 0; SCANNING_UNSUPPORTED = 1; SCANNING_DISABLED = 2; SCANNING_ACTIVE = 3;
    }
    EnablementConfig enablement_config = 1; google.protobuf.Timestamp last_enable_time = 2;
    EnablementState enablement_state = 3; string enablement_state_reason = 4;
  }
  message CleanupPolicy {
    enum Action { ACTION_UNSPECIFIED = 0; DELETE = 1; KEEP = 2; }
    string id = 1; CleanupPolicyCondition condition = 2; Action action = 3;
    CleanupPolicyMostRecentVersions most_recent_versions = 4;
  }
  message CleanupPolicyCondition {
    enum TagState { TAG_STATE_UNSPECIFIED = 0; TAGGED = 1; UNTAGGED = 2; ANY = 3; }
    TagState tag_state = 1; repeated string tag_prefixes = 2; repeated string version_name_prefixes = 3;
    repeated string package_name_prefixes = 4; google.protobuf.Duration older_than = 5;
    google.protobuf.Duration newer_than = 6;
  }
  message CleanupPolicyMostRecentVersions { repeated string package_name_prefixes = 1; int32 keep_count = 2; }
  message DockerImage {
    string name = 1; string uri = 2; repeated string tags = 3; int64 image_size_bytes = 4;
    google.protobuf.Timestamp upload_time = 5; string media_type = 6; google.protobuf.Timestamp build_time = 7;
    google.protobuf.Timestamp update_time = 8; string artifact_type = 9; repeated ImageManifest image_manifests = 11;
  }
  message ImageManifest {
    string architecture = 1; string os = 2; string digest = 3; string media_type = 4; string os_version = 5;
    repeated string os_features = 6; string variant = 7;
  }
  message Package {
    string name = 1; string display_name = 2; google.protobuf.Timestamp create_time = 5;
    google.protobuf.Timestamp update_time = 6; map<string, string> annotations = 7;
  }
  message Tag { string name = 1; string version = 2; }
  enum VersionView { VERSION_VIEW_UNSPECIFIED = 0; BASIC = 1; FULL = 2; }
  message Version {
    string name = 1; string description = 3; google.protobuf.Timestamp create_time = 5;
    google.protobuf.Timestamp update_time = 6; repeated Tag related_tags = 7; google.protobuf.Struct metadata = 8;
    map<string, string> annotations = 9;
  }
  message OperationMetadata { }
`;

const REQUESTS = `
  message NameRequest { string name = 1; }
  message CreateRepositoryRequest { string parent = 1; string repository_id = 2; Repository repository = 3; }
  message UpdateRepositoryRequest { Repository repository = 1; google.protobuf.FieldMask update_mask = 2; }
  message ListRequest { string parent = 1; int32 page_size = 2; string page_token = 3; string order_by = 4; string filter = 5; }
  message ListDockerImagesRequest { string parent = 1; int32 page_size = 2; string page_token = 3; string order_by = 4; }
  message ListVersionsRequest {
    string parent = 1; int32 page_size = 2; string page_token = 3; VersionView view = 4; string order_by = 5; string filter = 6;
  }
  message ListTagsRequest { string parent = 1; string filter = 4; int32 page_size = 2; string page_token = 3; }
  message GetVersionRequest { string name = 1; VersionView view = 2; }
  message DeleteVersionRequest { string name = 1; bool force = 2; }
  message CreateTagRequest { string parent = 1; string tag_id = 2; Tag tag = 3; }
  message UpdateTagRequest { Tag tag = 1; google.protobuf.FieldMask update_mask = 2; }
  message ListRepositoriesResponse { repeated Repository repositories = 1; string next_page_token = 2; }
  message ListDockerImagesResponse { repeated DockerImage docker_images = 1; string next_page_token = 2; }
  message ListPackagesResponse { repeated Package packages = 1; string next_page_token = 2; }
  message ListVersionsResponse { repeated Version versions = 1; string next_page_token = 2; }
  message ListTagsResponse { repeated Tag tags = 1; string next_page_token = 2; }
`;

const OPERATION = "(google.longrunning.Operation)";
const POLICY = "(google.iam.v1.Policy)";

const METHODS = `
  rpc GetOperation(google.longrunning.GetOperationRequest) returns ${OPERATION}
    ${get("/v1/{name=projects/*/locations/*/operations/*}")}
  rpc CreateRepository(CreateRepositoryRequest) returns ${OPERATION} ${post(below("repositories", ""), "repository")}
  rpc GetRepository(NameRequest) returns (Repository) ${get(`${AT}}`)}
  rpc ListRepositories(ListRequest) returns (ListRepositoriesResponse) ${get(below("repositories", ""))}
  rpc UpdateRepository(UpdateRepositoryRequest) returns (Repository)
    ${patch("/v1/{repository.name=projects/*/locations/*/repositories/*}", "repository")}
  rpc DeleteRepository(NameRequest) returns ${OPERATION} ${drop(`${AT}}`)}
  rpc GetIamPolicy(google.iam.v1.GetIamPolicyRequest) returns ${POLICY} ${get(policyOf("getIamPolicy"))}
  rpc SetIamPolicy(google.iam.v1.SetIamPolicyRequest) returns ${POLICY} ${post(policyOf("setIamPolicy"), "*")}
  rpc TestIamPermissions(google.iam.v1.TestIamPermissionsRequest)
    returns (google.iam.v1.TestIamPermissionsResponse) ${post(policyOf("testIamPermissions"), "*")}
  rpc GetDockerImage(NameRequest) returns (DockerImage) ${get(`${AT}/dockerImages/*}`)}
  rpc ListDockerImages(ListDockerImagesRequest) returns (ListDockerImagesResponse)
    ${get(below("dockerImages", "/repositories/*"))}
  rpc GetPackage(NameRequest) returns (Package) ${get(`${AT}/packages/*}`)}
  rpc ListPackages(ListRequest) returns (ListPackagesResponse) ${get(below("packages", "/repositories/*"))}
  rpc DeletePackage(NameRequest) returns ${OPERATION} ${drop(`${AT}/packages/*}`)}
  rpc GetVersion(GetVersionRequest) returns (Version) ${get(`${AT}/packages/*/versions/*}`)}
  rpc ListVersions(ListVersionsRequest) returns (ListVersionsResponse)
    ${get(below("versions", "/repositories/*/packages/*"))}
  rpc DeleteVersion(DeleteVersionRequest) returns ${OPERATION} ${drop(`${AT}/packages/*/versions/*}`)}
  rpc GetTag(NameRequest) returns (Tag) ${get(`${AT}/packages/*/tags/*}`)}
  rpc ListTags(ListTagsRequest) returns (ListTagsResponse) ${get(below("tags", "/repositories/*/packages/*"))}
  rpc CreateTag(CreateTagRequest) returns (Tag) ${post(below("tags", "/repositories/*/packages/*"), "tag")}
  rpc UpdateTag(UpdateTagRequest) returns (Tag)
    ${patch("/v1/{tag.name=projects/*/locations/*/repositories/*/packages/*/tags/*}", "tag")}
  rpc DeleteTag(NameRequest) returns (google.protobuf.Empty) ${drop(`${AT}/packages/*/tags/*}`)}
`;

/** Artifact Registry v1 as far as Docker repositories go, in the form of REST_DEFINITIONS. */
export const ARTIFACT_REGISTRY = {
  namespace: "google.devtools.artifactregistry.v1",
  host: "artifactregistry.googleapis.com",
  proto: `${MESSAGES}${REQUESTS} service ArtifactRegistry { ${METHODS} }`,
};
