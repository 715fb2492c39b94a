import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { protobuf } from "google-gax";
import { REST_DEFINITIONS } from "./rest-definitions.ts";

/** One `google.api.http` rule of a method. */
export type HttpBinding = {
  readonly verb: string;
  readonly template: string;
  /** `*` for the whole request, a field's name, or nothing. */
  readonly body?: string;
};

/** One method of a Google API, as its published definition describes it. */
export type ApiMethod = {
  /** e.g. `google.cloud.run.v2.Jobs.RunJob`. */
  readonly fullName: string;
  readonly service: string;
  readonly name: string;
  /** e.g. `run.googleapis.com`, the audience of self-signed tokens. */
  readonly host: string;
  readonly requestType: protobuf.Type;
  readonly responseType: protobuf.Type;
  readonly isStream: boolean;
  /** Whether its messages are Google's own, byte for byte; else it is served over REST only. */
  readonly hasGrpc: boolean;
  readonly bindings: readonly HttpBinding[];
};

// Only what ships in the official clients is served: the definitions are Google's, not ours.
const SOURCES: readonly { client: string; namespace: string; host: string }[] = [
  { client: "run", namespace: "google.cloud.run.v2", host: "run.googleapis.com" },
  { client: "run", namespace: "google.longrunning", host: "run.googleapis.com" },
  {
    client: "secret-manager",
    namespace: "google.cloud.secretmanager.v1",
    host: "secretmanager.googleapis.com",
  },
  {
    client: "artifact-registry",
    namespace: "google.devtools.artifactregistry.v1",
    host: "artifactregistry.googleapis.com",
  },
  { client: "logging-api", namespace: "google.logging.v2", host: "logging.googleapis.com" },
];

const OPERATION = "/v2/{name=projects/*/locations/*/operations/*}";

// The mixin's own annotations say /v1/operations; Cloud Run serves them elsewhere and has no cancel
// (googleapis google/cloud/run/v2/run_v2.yaml, http.rules).
const OPERATIONS_OF_CLOUD_RUN: Readonly<Record<string, HttpBinding>> = {
  ListOperations: { verb: "GET", template: "/v2/{name=projects/*/locations/*}/operations" },
  GetOperation: { verb: "GET", template: OPERATION },
  DeleteOperation: { verb: "DELETE", template: OPERATION },
  WaitOperation: { verb: "POST", template: `${OPERATION}:wait`, body: "*" },
};

/** Reads every method of the emulated APIs from the definitions inside the official clients. */
export function loadApiMethods(): ApiMethod[] {
  const roots = new Map<string, protobuf.Root>();
  const official = SOURCES.flatMap(({ client, namespace, host }) => {
    const root = roots.get(client) ?? readDefinitions(client);
    roots.set(client, root);
    return methodsIn(root, { namespace, host, hasGrpc: true });
  });
  // The types that all of Google's APIs share (policies, operations) come with any client.
  const shared = roots.get("run") ?? readDefinitions("run");
  const images = roots.get("artifact-registry") ?? readDefinitions("artifact-registry");
  return [...official, operationsOfArtifactRegistry(images), ...restMethods(shared)];
}

/**
 * The one method of Artifact Registry that its client's definitions leave to a mixin
 * (googleapis google/devtools/artifactregistry/v1/artifactregistry_v1.yaml, http.rules).
 */
function operationsOfArtifactRegistry(root: protobuf.Root): ApiMethod {
  const service = "google.devtools.artifactregistry.v1.ArtifactRegistry";
  return {
    fullName: `${service}.GetOperation`,
    service,
    name: "GetOperation",
    host: "artifactregistry.googleapis.com",
    requestType: root.lookupType("google.longrunning.GetOperationRequest"),
    responseType: root.lookupType("google.longrunning.Operation"),
    isStream: false,
    hasGrpc: false,
    bindings: [{ verb: "GET", template: "/v1/{name=projects/*/locations/*/operations/*}" }],
  };
}

function restMethods(root: protobuf.Root): ApiMethod[] {
  // What Cloud Run's own definitions have no use for.
  root.addJSON(protobuf.common.get("google/protobuf/struct.proto")?.nested ?? {});
  for (const { namespace, proto } of REST_DEFINITIONS)
    protobuf.parse(`syntax = "proto3"; package ${namespace}; ${proto}`, root);
  root.resolveAll();
  return REST_DEFINITIONS.flatMap(({ namespace, host }) =>
    methodsIn(root, { namespace, host, hasGrpc: false }),
  );
}

function methodsIn(
  root: protobuf.Root,
  { namespace, ...api }: { namespace: string; host: string; hasGrpc: boolean },
): ApiMethod[] {
  const scope = root.lookup(namespace);
  if (!(scope instanceof protobuf.Namespace)) throw new Error(`${namespace} is not defined`);
  return scope.nestedArray
    .filter((item) => item instanceof protobuf.Service)
    .flatMap((service) => service.methodsArray.map((method) => describe(method, api)));
}

function readDefinitions(client: string): protobuf.Root {
  const file = createRequire(import.meta.url).resolve(
    `@google-cloud/${client}/build/protos/protos.json`,
  );
  const root = protobuf.Root.fromJSON(JSON.parse(readFileSync(file, "utf8")));
  root.resolveAll();
  return root;
}

function describe(method: protobuf.Method, api: Pick<ApiMethod, "host" | "hasGrpc">): ApiMethod {
  method.resolve();
  const service = (method.parent?.fullName ?? "").slice(1);
  const { resolvedRequestType: requestType, resolvedResponseType: responseType } = method;
  if (requestType === null || responseType === null)
    throw new Error(`${service}.${method.name} has no types`);
  return {
    fullName: `${service}.${method.name}`,
    service,
    name: method.name,
    ...api,
    requestType,
    responseType,
    isStream: method.requestStream === true,
    bindings: service === "google.longrunning.Operations" ? ownBinding(method) : rulesOf(method),
  };
}

const ownBinding = (method: protobuf.Method): HttpBinding[] => {
  const binding = OPERATIONS_OF_CLOUD_RUN[method.name];
  return binding === undefined ? [] : [binding];
};

type Rule = Record<string, unknown>;

const VERBS = ["get", "put", "post", "delete", "patch"];

function rulesOf(method: protobuf.Method): HttpBinding[] {
  const options: Rule[] = Array.isArray(method.parsedOptions) ? method.parsedOptions : [];
  const rule = options.find((option) => "(google.api.http)" in option)?.["(google.api.http)"];
  if (rule === undefined) return [];
  // One additional binding is an object, several are an array.
  const more = (rule as Rule).additional_bindings ?? [];
  return [rule as Rule, ...(Array.isArray(more) ? more : [more])].flatMap(toBinding);
}

function toBinding(rule: Rule): HttpBinding[] {
  const verb = VERBS.find((each) => each in rule);
  if (verb === undefined) return [];
  const body = typeof rule.body === "string" ? { body: rule.body } : {};
  return [{ verb: verb.toUpperCase(), template: String(rule[verb]), ...body }];
}
