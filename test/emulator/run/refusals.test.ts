import { describe, expect, test } from "vitest";
import { GoogleError } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";
import { FakeCloudRun, fromSecret, JOB, LOCATION, template } from "./fake-cloud-run.ts";

const job = (task?: Json, container?: Json): Json => ({ template: template(task, container) });
const container = (fields: Json): Json => job({}, fields);
const env = (...variables: Json[]): Json => container({ env: variables });
const limits = (cpu: string, memory: string): Json =>
  container({ resources: { limits: { cpu, memory } } });
const items = (...list: Json[]): Json => ({ secret: "s", items: list });
const volume = (secret: Json): Json => job({ volumes: [{ name: "v", secret }] });
const mounts = (...paths: string[]): Json =>
  job(
    { volumes: [{ name: "v", secret: items({ path: "a", version: "1" }) }] },
    { volumeMounts: paths.map((mountPath) => ({ name: "v", mountPath })) },
  );
const many = (count: number): Json =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "v"]));

const network = (...networkInterfaces: Json[]): Json => job({ vpcAccess: { networkInterfaces } });
const connector = (name: string): Json => job({ vpcAccess: { connector: name } });
const CONNECTOR = "projects/demo-project/locations/us-central1/connectors/al";
const KEY = "projects/demo-project/locations/us-central1/keyRings/al/cryptoKeys/jobs";

const AT = "Violation in CreateJobRequest.job.template.template";
const RESERVED =
  "spec.template.spec.containers[0].env: The following reserved env names were provided:";
const UNTHROTTLED =
  "template.template.containers[0].limits.memory: Invalid value specified for memory. Total memory < 512 Mi";
const range = (cpu: number, least: string, most: string): string =>
  `template.template.containers[0].limits.memory: Invalid value specified for memory with gen2 execution environment. For ${cpu}.0 CPU, memory must be between ${least} and ${most} inclusive.`;

describe("CreateJob refuses, at once and with INVALID_ARGUMENT,", () => {
  test.each<[string, Json, string]>([
    ["no template", {}, `${AT}.containers: there must be 1 to 10 containers.`],
    ["no image", job({}, { image: undefined }), `${AT}.containers[0].image: must not be empty.`],
    ["an image with blanks", container({ image: "a b" }), `${AT}.containers[0].image`],
    [
      "eleven containers",
      job({ containers: Array(11).fill({ image: "host.local/a" }) }),
      `${AT}.containers: there must be`,
    ],
    [
      "a container name in capitals",
      container({ name: "Main" }),
      `${AT}.containers[0].name: must be a DNS label.`,
    ],
    [
      "a label in a reserved namespace",
      { ...job(), labels: { "run.googleapis.com/x": "y" } },
      "Violation in CreateJobRequest.job.labels: 'run.googleapis.com/x'",
    ],
    [
      "an annotation in a reserved namespace",
      { ...job(), annotations: { "serving.knative.dev/x": "y" } },
      "Violation in CreateJobRequest.job.annotations",
    ],
    [
      "a reserved annotation of the execution",
      { template: { ...template(), annotations: { "cloud.googleapis.com/x": "y" } } },
      "Violation in CreateJobRequest.job.template.annotations",
    ],
    [
      "a label key in capitals",
      { ...job(), labels: { Team: "a" } },
      "Violation in CreateJobRequest.job.labels: 'Team'",
    ],
    [
      "a label value with a slash",
      { ...job(), labels: { team: "a/b" } },
      "Violation in CreateJobRequest.job.labels: the value of 'team'",
    ],
    [
      "65 labels",
      { ...job(), labels: many(65) },
      "Violation in CreateJobRequest.job.labels: at most 64",
    ],
    ["11 retries", job({ maxRetries: 11 }), `${AT}.max_retries: must be between 0 and 10.`],
    ["negative retries", job({ maxRetries: -1 }), `${AT}.max_retries`],
    ["a timeout of 0", job({ timeout: "0s" }), `${AT}.timeout: must be between 1s and 604800s.`],
    ["a timeout over 168 hours", job({ timeout: "604801s" }), `${AT}.timeout`],
    [
      "a negative task count",
      { template: { ...template(), taskCount: -1 } },
      "Violation in CreateJobRequest.job.template.task_count",
    ],
    [
      "10,001 tasks",
      { template: { ...template(), taskCount: 10_001 } },
      "Violation in CreateJobRequest.job.template.task_count",
    ],
    [
      "more parallelism than tasks",
      { template: { ...template(), taskCount: 2, parallelism: 3 } },
      "Violation in CreateJobRequest.job.template.parallelism",
    ],
    [
      "a service account that is a user",
      job({ serviceAccount: "me@example.com" }),
      `${AT}.service_account`,
    ],
    [
      "a connector by its bare name",
      connector("al"),
      `${AT}.vpc_access.connector: must be projects/{project}/locations/{location}/connectors/{connector}.`,
    ],
    [
      "a connector and a network",
      job({ vpcAccess: { connector: CONNECTOR, networkInterfaces: [{ network: "n" }] } }),
      `${AT}.vpc_access: only one of connector and network_interfaces may be set.`,
    ],
    [
      "two network interfaces",
      network({ network: "a" }, { network: "b" }),
      `${AT}.vpc_access.network_interfaces: at most one network interface is supported.`,
    ],
    [
      "an interface without a network",
      network({ tags: ["t"] }),
      `${AT}.vpc_access.network_interfaces[0]: at least one of network or subnetwork must be specified.`,
    ],
    [
      "a network in capitals",
      network({ network: "Default" }),
      `${AT}.vpc_access.network_interfaces[0].network: is not the name of a network.`,
    ],
    [
      "a network in the place of a subnetwork",
      network({ subnetwork: "projects/host/global/networks/n" }),
      `${AT}.vpc_access.network_interfaces[0].subnetwork: is not the name of a subnetwork.`,
    ],
    [
      "a tag with an underscore",
      network({ network: "n", tags: ["ok", "not_ok"] }),
      `${AT}.vpc_access.network_interfaces[0].tags[1]: is not a network tag.`,
    ],
    [
      "a key's version in the place of a key",
      job({ encryptionKey: `${KEY}/cryptoKeyVersions/1` }),
      `${AT}.encryption_key: must be the full name of a Cloud KMS key.`,
    ],
    [
      "half a CPU",
      limits("500m", "512Mi"),
      `${AT}.containers[0].resources.limits.cpu: Invalid value specified for cpu.`,
    ],
    ["3 CPUs", limits("3", "4Gi"), `${AT}.containers[0].resources.limits.cpu`],
    ["256 MiB", limits("1", "256Mi"), UNTHROTTLED],
    ["500 megabytes, which are less than 512 MiB", limits("1", "500M"), UNTHROTTLED],
    ["5 GiB on 1 CPU", limits("1", "5Gi"), range(1, "512Mi", "4Gi")],
    ["9 GiB on 2 CPUs", limits("2000m", "9Gi"), range(2, "512Mi", "8Gi")],
    ["1 GiB on 4 CPUs", limits("4", "1Gi"), range(4, "2Gi", "16Gi")],
    ["25 GiB on 6 CPUs", limits("6", "25Gi"), range(6, "4Gi", "24Gi")],
    ["33 GiB on 8 CPUs", limits("8", "33Gi"), range(8, "4Gi", "32Gi")],
    [
      "memory that is not a quantity",
      limits("1", "lots"),
      `${AT}.containers[0].resources.limits.memory: is not a valid quantity.`,
    ],
    [
      "an unknown resource",
      container({ resources: { limits: { disk: "1Gi" } } }),
      `${AT}.containers[0].resources.limits: 'disk'`,
    ],
    [
      "a variable without a name",
      env({ value: "x" }),
      `${AT}.containers[0].env[0].name: must not be empty.`,
    ],
    [
      "a name with =",
      env({ name: "A=B", value: "x" }),
      `${AT}.containers[0].env[0].name: must not contain '='.`,
    ],
    [
      "a name over 32,768 characters",
      env({ name: "A".repeat(32_769) }),
      `${AT}.containers[0].env[0].name: must not exceed`,
    ],
    [
      "a name of Google's",
      env({ name: "X_GOOGLE_A", value: "x" }),
      `${AT}.containers[0].env[0].name: must not begin with X_GOOGLE_.`,
    ],
    [
      "PORT",
      env({ name: "PORT", value: "1" }),
      `${RESERVED} PORT. These values are automatically set by the system.`,
    ],
    [
      "variables the platform sets",
      env({ name: "CLOUD_RUN_JOB", value: "1" }, { name: "K_SERVICE", value: "1" }),
      `${RESERVED} CLOUD_RUN_JOB, K_SERVICE.`,
    ],
    [
      "a value of 32,769 bytes",
      env({ name: "A", value: "x".repeat(32_769) }),
      `${AT}.containers[0].env[0].value: must not exceed 32768 bytes.`,
    ],
    [
      "1001 variables",
      env(...Array.from({ length: 1001 }, (_, i) => ({ name: `A${i}` }))),
      `${AT}.containers[0].env: at most 1000`,
    ],
    [
      "value and secret at once",
      env({ ...fromSecret("A", "s", "1"), value: "x" }),
      `${AT}.containers[0].env[0]: only one of`,
    ],
    [
      "a secret beside a literal of one name",
      env(fromSecret("A", "s", "1"), { name: "A", value: "x" }),
      `${AT}.containers[0].env: 'A' is backed by a secret`,
    ],
    [
      "two secrets of one name",
      env(fromSecret("A", "s", "1"), fromSecret("A", "t", "1")),
      `${AT}.containers[0].env: 'A' is backed by a secret`,
    ],
    [
      "a secret without a version",
      env(fromSecret("A", "s")),
      `${AT}.containers[0].env[0].value_source.secret_key_ref.version: must not be empty.`,
    ],
    [
      "a version that is no number or alias",
      env(fromSecret("A", "s", "1.0")),
      `${AT}.containers[0].env[0].value_source.secret_key_ref.version`,
    ],
    [
      "a source without a secret",
      env({ name: "A", valueSource: {} }),
      `${AT}.containers[0].env[0].value_source.secret_key_ref.secret: must not be empty.`,
    ],
    [
      "a regional secret",
      env(fromSecret("A", "projects/p/locations/l/secrets/s", "1")),
      `${AT}.containers[0].env[0].value_source.secret_key_ref.secret: regional secrets are not supported.`,
    ],
    [
      "a secret id with a slash",
      env(fromSecret("A", "a/b", "1")),
      `${AT}.containers[0].env[0].value_source.secret_key_ref.secret`,
    ],
    [
      "a volume without a name",
      job({ volumes: [{ secret: items() }] }),
      `${AT}.volumes[0].name: must be a DNS label.`,
    ],
    [
      "two volumes of one name",
      job({ volumes: Array(2).fill({ name: "v", secret: { secret: "s" } }) }),
      `${AT}.volumes[1].name: 'v' is given twice.`,
    ],
    [
      "the reserved volume name",
      job({ volumes: [{ name: "cloudsql", secret: { secret: "s" } }] }),
      `${AT}.volumes[0].name: 'cloudsql' is reserved.`,
    ],
    [
      "a volume of no type",
      job({ volumes: [{ name: "v" }] }),
      `${AT}.volumes[0]: a volume type must be set.`,
    ],
    [
      "a volume of a regional secret",
      volume({ secret: "projects/p/locations/l/secrets/s" }),
      `${AT}.volumes[0].secret.secret: regional`,
    ],
    [
      "an item without a path",
      volume(items({ version: "1" })),
      `${AT}.volumes[0].secret.items[0].path: must not be empty.`,
    ],
    [
      "an item without a version",
      volume(items({ path: "a" })),
      `${AT}.volumes[0].secret.items[0].version: must not be empty.`,
    ],
    [
      "an absolute item",
      volume(items({ path: "/a", version: "1" })),
      `${AT}.volumes[0].secret.items[0].path: must be relative.`,
    ],
    [
      "an item that climbs",
      volume(items({ path: "a/../b", version: "1" })),
      `${AT}.volumes[0].secret.items[0].path: must not contain '..'.`,
    ],
    [
      "an item that starts with two dots",
      volume(items({ path: "..a", version: "1" })),
      `${AT}.volumes[0].secret.items[0].path: must not start with '..'.`,
    ],
    [
      "two items of one path",
      volume(items({ path: "a", version: "1" }, { path: "a", version: "2" })),
      `${AT}.volumes[0].secret.items: the path 'a' is given twice.`,
    ],
    [
      "a mode beyond 0777",
      volume(items({ path: "a", version: "1", mode: 512 })),
      `${AT}.volumes[0].secret.items[0].mode`,
    ],
    [
      "a default mode beyond 0777",
      volume({ secret: "s", defaultMode: 4095 }),
      `${AT}.volumes[0].secret.default_mode`,
    ],
    [
      "a mount of an unknown volume",
      container({ volumeMounts: [{ name: "w", mountPath: "/a" }] }),
      `${AT}.containers[0].volume_mounts[0].name: there is no volume named 'w'.`,
    ],
    [
      "two mounts on one path",
      mounts("/credentials/a", "/credentials/a/"),
      `${AT}.containers[0].volume_mounts[1].mount_path: Invalid value: "/credentials/a": must be unique`,
    ],
    [
      "a mount inside another",
      mounts("/credentials", "/credentials/a"),
      `${AT}.containers[0].volume_mounts[1].mount_path: nested mounts`,
    ],
    [
      "a mount around another",
      mounts("/credentials/a", "/credentials"),
      `${AT}.containers[0].volume_mounts[1].mount_path: nested mounts`,
    ],
    [
      "a mount below /proc",
      mounts("/proc/x"),
      `${AT}.containers[0].volume_mounts[0].mount_path: must not be in /dev, /proc or /sys.`,
    ],
    [
      "a mount on /dev",
      mounts("/dev"),
      `${AT}.containers[0].volume_mounts[0].mount_path: must not be in`,
    ],
    [
      "a mount on /sys",
      mounts("/sys"),
      `${AT}.containers[0].volume_mounts[0].mount_path: must not be in`,
    ],
    [
      "a relative mount",
      mounts("credentials"),
      `${AT}.containers[0].volume_mounts[0].mount_path: must be an absolute path.`,
    ],
    [
      "a mount with a colon",
      mounts("/credentials/a:b"),
      `${AT}.containers[0].volume_mounts[0].mount_path: must not contain ':'.`,
    ],
    [
      "a mount on the root",
      mounts("/"),
      `${AT}.containers[0].volume_mounts[0].mount_path: must not be the root.`,
    ],
    [
      "a mount that climbs",
      mounts("/a/../b"),
      `${AT}.containers[0].volume_mounts[0].mount_path: must not contain empty parts`,
    ],
  ])("%s", async (_sentence, given, expected) => {
    const cloud = new FakeCloudRun();
    const request = { parent: LOCATION, jobId: "agent", job: given };
    const refusal = await cloud.refusalOf("Jobs.CreateJob", request);
    expect(refusal.slice(0, "INVALID_ARGUMENT: ".length + expected.length)).toBe(
      `INVALID_ARGUMENT: ${expected}`,
    );
    expect(cloud.store.describe()).toEqual({ jobs: [], executions: [] });
  });
});

describe("a job id", () => {
  test.each([
    ["that begins with a digit is refused", "1a", false],
    ["that ends with a hyphen is refused", "a-", false],
    ["in capitals is refused", "Agent", false],
    ["that is empty is refused", "", false],
    ["of 64 characters is refused", "a".repeat(64), false],
    ["of 63 characters passes", "a".repeat(63), true],
    ["of one letter passes", "a", true],
  ])("%s", async (_sentence, jobId, passes) => {
    const request = { parent: LOCATION, jobId, job: job() };
    expect(await new FakeCloudRun().refusalOf("Jobs.CreateJob", request)).toBe(
      passes
        ? "OK"
        : "INVALID_ARGUMENT: Violation in CreateJobRequest.job_id: only lowercase, digits, and hyphens; must begin with letter, and cannot end with hyphen; must be less than 64 characters.",
    );
  });
});

describe("passes what Cloud Run passes:", () => {
  test.each<[string, Json]>([
    ["the smallest and largest memory of each CPU", limits("8", "32Gi")],
    ["6 CPUs", limits("6", "4Gi")],
    ["1.0 CPU in millis", limits("1000m", "4096Mi")],
    ["literals of one name", env({ name: "A", value: "1" }, { name: "A", value: "2" })],
    ["a value of 32,768 bytes", env({ name: "A", value: "x".repeat(32_768) })],
    ["neighbouring mounts", mounts("/credentials/a", "/credentials/ab")],
    ["10 retries and 168 hours", job({ maxRetries: 10, timeout: "604800s" })],
    [
      "several versions of one secret in one directory",
      volume(items({ path: "a", version: "1" }, { path: "b", version: "2" })),
    ],
    ["a foreign namespace", { ...job(), annotations: { "example.com/x": "y" } }],
    ["a connector", connector(CONNECTOR)],
    ["a network", network({ network: "default", tags: ["al", "a1"] })],
    ["a subnetwork alone", network({ subnetwork: "agents" })],
    [
      "a network of another project",
      network({
        network: "projects/host/global/networks/n",
        subnetwork: "projects/123456789012/regions/us-central1/subnetworks/s",
      }),
    ],
    ["a key", job({ encryptionKey: KEY })],
  ])("%s", async (_sentence, given) => {
    const request = { parent: LOCATION, jobId: "agent", job: given };
    expect(await new FakeCloudRun().refusalOf("Jobs.CreateJob", request)).toBe("OK");
  });
});

describe("says UNIMPLEMENTED rather than ignore", () => {
  test.each<[string, Json]>([
    ["Job.startExecutionToken", { ...job(), startExecutionToken: "x" }],
    ["Job.binaryAuthorization", { ...job(), binaryAuthorization: { useDefault: true } }],
    ["TaskTemplate.nodeSelector", job({ nodeSelector: { accelerator: "nvidia-l4" } })],
    ["Volume.emptyDir", job({ volumes: [{ name: "v", emptyDir: {} }] })],
    ["Container.ports", container({ ports: [{ containerPort: 1 }] })],
    ["GPUs", container({ resources: { limits: { "nvidia.com/gpu": "1" } } })],
    [
      "jobs with more than one container",
      job({ containers: Array(2).fill({ image: "host.local/a" }) }),
    ],
    [
      "VolumeMount.subPath",
      job(
        { volumes: [{ name: "v", secret: { secret: "s" } }] },
        { volumeMounts: [{ name: "v", mountPath: "/a", subPath: "b" }] },
      ),
    ],
  ])("%s", async (what, given) => {
    const request = { parent: LOCATION, jobId: "agent", job: given };
    expect(await new FakeCloudRun().refusalOf("Jobs.CreateJob", request)).toBe(
      `UNIMPLEMENTED: The emulator does not model ${what}.`,
    );
  });
});

describe("on a job that is Ready", () => {
  const overrides = (fields: Json): Json => ({ name: JOB, overrides: fields });
  const override = (fields: Json): Json => overrides({ containerOverrides: [fields] });
  const gone = (name: string): Json => ({ name: `${LOCATION}/jobs/${name}` });

  test.each<[string, string, Json, string]>([
    [
      "a second job of one id",
      "Jobs.CreateJob",
      { parent: LOCATION, jobId: "agent", job: job() },
      "ALREADY_EXISTS: Resource 'agent' already exists.",
    ],
    [
      "a service account that is not there",
      "Jobs.CreateJob",
      {
        parent: LOCATION,
        jobId: "b",
        job: job({ serviceAccount: "nobody@demo-project.iam.gserviceaccount.com" }),
      },
      "PERMISSION_DENIED: Permission 'iam.serviceaccounts.actAs' denied on service account nobody@demo-project.iam.gserviceaccount.com (or it may not exist).",
    ],
    [
      "a region that is not there",
      "Jobs.GetJob",
      { name: "projects/demo-project/locations/moon/jobs/a" },
      "UNIMPLEMENTED: Operation is not implemented, or supported, or enabled.",
    ],
    [
      "a project that is not there",
      "Jobs.GetJob",
      { name: "projects/other/locations/us-central1/jobs/a" },
      "PERMISSION_DENIED: Permission denied on resource project other",
    ],
    [
      "a name that is malformed",
      "Jobs.GetJob",
      { name: `${LOCATION}/services/a` },
      "INVALID_ARGUMENT: Invalid resource name",
    ],
    [
      "to get a missing job",
      "Jobs.GetJob",
      gone("no"),
      "NOT_FOUND: Resource 'no' of kind 'JOB' in region 'us-central1' in project 'demo-project' does not exist.",
    ],
    [
      "to run a missing job",
      "Jobs.RunJob",
      gone("no"),
      "NOT_FOUND: Resource 'no' of kind 'JOB' in region 'us-central1' in project 'demo-project' does not exist.",
    ],
    [
      "to delete a missing job",
      "Jobs.DeleteJob",
      gone("no"),
      "NOT_FOUND: Resource 'no' of kind 'JOB'",
    ],
    [
      "to delete under a stale etag",
      "Jobs.DeleteJob",
      { name: JOB, etag: '"x/y"' },
      "ABORTED: Conflict for resource 'agent': version '\"x/y\"' was specified but current version is '1767323045000000'.",
    ],
    [
      "to run under a stale etag",
      "Jobs.RunJob",
      { name: JOB, etag: '"x/y"' },
      "ABORTED: Conflict for resource 'agent'",
    ],
    [
      "to get a missing execution",
      "Executions.GetExecution",
      { name: `${JOB}/executions/no` },
      "NOT_FOUND: Resource 'no' of kind 'EXECUTION'",
    ],
    [
      "to cancel a missing execution",
      "Executions.CancelExecution",
      { name: `${JOB}/executions/no` },
      "NOT_FOUND: Resource 'no' of kind 'EXECUTION'",
    ],
    [
      "to get a missing task",
      "Tasks.GetTask",
      { name: `${JOB}/executions/no/tasks/no` },
      "NOT_FOUND: Resource 'no' of kind 'TASK'",
    ],
    [
      "an override of an unknown container",
      "Jobs.RunJob",
      override({ name: "other" }),
      "INVALID_ARGUMENT: Violation in RunJobRequest.overrides.container_overrides[0].name: the job has no container named 'other'.",
    ],
    [
      "args that are also to be cleared",
      "Jobs.RunJob",
      override({ args: ["a"], clearArgs: true }),
      "INVALID_ARGUMENT: Violation in RunJobRequest.overrides.container_overrides[0].args",
    ],
    [
      "a reserved variable",
      "Jobs.RunJob",
      override({ env: [{ name: "PORT", value: "1" }] }),
      `INVALID_ARGUMENT: ${RESERVED} PORT.`,
    ],
    [
      "a value that is too long",
      "Jobs.RunJob",
      override({ env: [{ name: "A", value: "x".repeat(32_769) }] }),
      "INVALID_ARGUMENT: Violation in RunJobRequest.overrides.container_overrides[0].env[0].value",
    ],
    [
      "a secret in an override",
      "Jobs.RunJob",
      override({ env: [fromSecret("A", "s", "1")] }),
      "INVALID_ARGUMENT: Violation in RunJobRequest.overrides.container_overrides[0].env: 'A' must be a literal.",
    ],
    [
      "a literal in place of a secret",
      "Jobs.RunJob",
      override({ env: [{ name: "TOKEN", value: "x" }] }),
      "INVALID_ARGUMENT: Violation in RunJobRequest.overrides.container_overrides[0].env: Cannot update environment variable [TOKEN]",
    ],
    [
      "a negative task count",
      "Jobs.RunJob",
      overrides({ taskCount: -1 }),
      "INVALID_ARGUMENT: Violation in RunJobRequest.overrides.task_count",
    ],
    [
      "a timeout that is too long",
      "Jobs.RunJob",
      overrides({ timeout: "604801s" }),
      "INVALID_ARGUMENT: Violation in RunJobRequest.overrides.timeout",
    ],
  ])("refuses %s", async (_sentence, method, request, expected) => {
    const cloud = new FakeCloudRun();
    cloud.addSecret("s", "hunter2");
    await cloud.createReady(env(fromSecret("TOKEN", "s", "1")));
    const before = cloud.store.describe();
    expect((await cloud.refusalOf(method, request)).slice(0, expected.length)).toBe(expected);
    expect(cloud.store.describe()).toEqual(before);
  });
});

test("a refusal lists its violations as google.rpc.BadRequest and never shows a value", async () => {
  const cloud = new FakeCloudRun();
  const given = env({ name: "PORT", value: "hunter2" }, { name: "", value: "hunter2" });
  const refusal = await cloud.create(given).catch((error: unknown) => error);
  if (!(refusal instanceof GoogleError)) throw new Error("not refused");
  expect(refusal.details).toEqual([
    {
      "@type": "type.googleapis.com/google.rpc.BadRequest",
      fieldViolations: [
        {
          field: "job.template.template.containers[0].env[1].name",
          description: "must not be empty.",
        },
        {
          field: "job.template.template.containers[0].env",
          description:
            "The following reserved env names were provided: PORT. These values are automatically set by the system.",
        },
      ],
    },
  ]);
  expect(refusal.message).not.toContain("hunter2");
});
