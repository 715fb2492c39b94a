import { describe, expect, test } from "vitest";
import { GoogleError } from "../google-error.ts";
import { loadApiMethods } from "./api-definitions.ts";
import { replyToBytes, replyToJson, requestFromBytes, requestFromJson } from "./message-json.ts";
import { compilePathTemplate } from "./path-template.ts";
import { restRequest } from "./rest-request.ts";
import { restRoutes } from "./rest-routes.ts";
import { statusDetails } from "./status-details.ts";

const methods = loadApiMethods();
const byName = (name: string) => {
  const found = methods.find(({ fullName }) => fullName === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
const createJob = byName("google.cloud.run.v2.Jobs.CreateJob").requestType;
const addVersion = byName(
  "google.cloud.secretmanager.v1.SecretManagerService.AddSecretVersion",
).requestType;

describe("a path", () => {
  test.each([
    [
      "/v2/{name=projects/*/locations/*/jobs/*}:run",
      "/v2/projects/p/locations/l/jobs/j:run",
      { name: "projects/p/locations/l/jobs/j" },
    ],
    [
      "/v2/{name=projects/*/locations/*/jobs/*}",
      "/v2/projects/p/locations/l/jobs/j:run",
      undefined,
    ],
    [
      "/v2/{job.name=projects/*/locations/*/jobs/*}",
      "/v2/projects/p/locations/l/jobs/j",
      { "job.name": "projects/p/locations/l/jobs/j" },
    ],
    ["/v1/{parent=projects/*}/secrets", "/v1/projects/p/secrets/s", undefined],
    [
      "/v2/{log_name=projects/*/logs/*}",
      "/v2/projects/p/logs/run.googleapis.com%2Fstdout",
      { log_name: "projects/p/logs/run.googleapis.com/stdout" },
    ],
    ["/v2/{name=projects/*}", "/v2/projects/%zz", undefined],
    ["/v2/entries:list", "/v2/entries:list", {}],
    ["/v1/{name=operations/**}", "/v1/operations/a/b", { name: "operations/a/b" }],
  ])("template %s meets %s", (template, path, expected) => {
    const variables = compilePathTemplate(template)(path);
    expect(variables && Object.fromEntries(variables)).toEqual(expected);
  });

  test.each([
    ["POST", "/v2/projects/p/locations/l/jobs/j:run", "google.cloud.run.v2.Jobs.RunJob"],
    ["PATCH", "/v2/projects/p/locations/l/jobs/j", "google.cloud.run.v2.Jobs.UpdateJob"],
    [
      "GET",
      "/v2/projects/p/locations/l/operations",
      "google.longrunning.Operations.ListOperations",
    ],
    [
      "POST",
      "/v2/projects/p/locations/l/operations/o:wait",
      "google.longrunning.Operations.WaitOperation",
    ],
    ["POST", "/v2/projects/p/locations/l/operations/o:cancel", undefined],
    [
      "GET",
      "/v1/projects/p/secrets/s/versions/latest:access",
      "google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion",
    ],
    [
      "GET",
      "/v1/projects/p/locations/l/secrets/s",
      "google.cloud.secretmanager.v1.SecretManagerService.GetSecret",
    ],
    ["POST", "/v2/entries:list", "google.logging.v2.LoggingServiceV2.ListLogEntries"],
    ["GET", "/v3/anything", undefined],
  ])("%s %s means %s", (verb, path, expected) =>
    expect(restRoutes(methods)(verb, path)?.method.fullName).toBe(expected),
  );
});

describe("a REST request", () => {
  test("is put together from body, query and path", () => {
    const route = restRoutes(methods)("POST", "/v2/projects/p/locations/l/jobs");
    if (route === undefined) throw new Error("no route");
    const query = new URLSearchParams("jobId=j&validate_only=true&$alt=json;enum-encoding=int");
    const body = { launch_stage: "BETA", labels: {}, template: { template: { maxRetries: 0 } } };
    expect(requestFromJson(createJob, restRequest(createJob, { ...route, query, body }))).toEqual({
      parent: "projects/p/locations/l",
      jobId: "j",
      validateOnly: true,
      job: { launchStage: "BETA", template: { template: { maxRetries: 0 } } },
    });
  });

  test.each([
    [
      "an unknown name",
      { job: { x: 1 } },
      `Invalid JSON payload received. Unknown name "x" at 'job': Cannot find field.`,
    ],
    [
      "an unknown name at the top",
      { x: 1 },
      `Invalid JSON payload received. Unknown name "x": Cannot find field.`,
    ],
    [
      "an unknown name in a list",
      { job: { template: { template: { containers: [{ imag: "" }] } } } },
      `Invalid JSON payload received. Unknown name "imag" at 'job.template.template.containers[0]': Cannot find field.`,
    ],
    [
      "text for a number",
      { job: { template: { taskCount: "many" } } },
      "Invalid value at 'job.template.task_count' (TYPE_INT32)",
    ],
    [
      "a number too large",
      { job: { template: { taskCount: 3e9 } } },
      "Invalid value at 'job.template.task_count' (TYPE_INT32)",
    ],
    [
      "text for a boolean",
      { validateOnly: "true" },
      "Invalid value at 'validate_only' (TYPE_BOOL)",
    ],
    [
      "a list for a message",
      { job: [] },
      "Invalid value at 'job' (type.googleapis.com/google.cloud.run.v2.Job)",
    ],
    [
      "no duration",
      { job: { template: { template: { timeout: "5 min" } } } },
      "Invalid value at 'job.template.template.timeout' (type.googleapis.com/google.protobuf.Duration)",
    ],
    [
      "an unknown enum name",
      { job: { launchStage: "SOON" } },
      "Invalid value at 'job.launch_stage' (type.googleapis.com/google.api.LaunchStage)",
    ],
    [
      "two members of a oneof",
      { job: { template: { template: { volumes: [{ name: "v", secret: {}, emptyDir: {} }] } } } },
      "Invalid value at 'job.template.template.volumes[0]' (oneof), oneof field 'volume_type' is already set. Cannot set 'empty_dir'",
    ],
  ])("with %s is refused", (_sentence, json, message) =>
    expect(() => requestFromJson(createJob, json)).toThrow(
      expect.objectContaining({ status: "INVALID_ARGUMENT", message }),
    ),
  );

  test("that is refused does not repeat the value", () => {
    const json = { parent: "p", payload: { data: "s3cret value!" } };
    const refused = (): unknown => requestFromJson(addVersion, json);
    expect(refused).toThrow("Invalid value at 'payload.data' (TYPE_BYTES)");
    expect(refused).not.toThrow(/s3cret/);
  });
});

describe("a message", () => {
  const request = {
    parent: "p",
    job: {
      generation: "7",
      launchStage: "GA",
      labels: { a: "" },
      template: {
        template: {
          maxRetries: 0,
          timeout: "1.500s",
          containers: [{ env: [{ name: "A", value: "" }] }],
        },
      },
    },
  };

  test("is the same by gRPC and by REST", () => {
    const bytes = replyToBytes(createJob, request);
    expect(requestFromBytes(createJob, bytes)).toEqual(requestFromJson(createJob, request));
    expect(requestFromBytes(createJob, bytes)).toEqual(request);
  });

  test("comes with enums as numbers when they are asked for", () =>
    expect(replyToJson(createJob, request, { numericEnums: true }).job.launchStage).toBe(4));

  test("of garbage is refused", () =>
    expect(() => requestFromBytes(createJob, Buffer.from("garbage"))).toThrow(
      expect.objectContaining({ status: "INVALID_ARGUMENT" }),
    ));

  test("inside Any is checked as well", () => {
    const operation = byName("google.longrunning.Operations.GetOperation").responseType;
    const metadata = { "@type": "type.googleapis.com/google.cloud.run.v2.Job", name: "j" };
    expect(replyToJson(operation, { name: "o", metadata }, { numericEnums: false })).toEqual({
      name: "o",
      metadata,
    });
    expect(() => replyToBytes(operation, { metadata: { ...metadata, nam: 1 } })).toThrow(
      `Unknown name "nam" at 'metadata'`,
    );
  });
});

test("the details of an error travel in google.rpc.Status", () => {
  const error = new GoogleError("INVALID_ARGUMENT", "no", [
    {
      "@type": "type.googleapis.com/google.rpc.BadRequest",
      fieldViolations: [{ field: "a", description: "b" }],
    },
  ]);
  expect(statusDetails(error).toString("latin1")).toContain("google.rpc.BadRequest");
});
