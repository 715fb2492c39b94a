import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyGrants } from "../support/apply-grant.ts";
import {
  type CloudProject,
  type Doctor,
  type Fault,
  makeDoctor,
  REGISTRY,
} from "../support/cloud-project.ts";
import { SECRET_VALUES } from "../support/store.ts";

const COMMAND = ["doctor", "--runtime", "cloudrun", "--no-check-values"];

type Check = {
  readonly id: string;
  readonly subject: string;
  readonly state: "ok" | "missing" | "unknown";
  readonly why?: string;
  readonly remedy?: { readonly gcloud: string; readonly terraform?: string };
};
type Document = {
  readonly ok: boolean;
  readonly project: string | null;
  readonly principal: string | null;
  readonly checks: readonly Check[];
};

let doctor: Doctor;
beforeAll(async () => {
  doctor = await makeDoctor();
});
afterAll(() => doctor.close());

let made = 0;
/** A project of its own for each test, with one thing wrong. */
const project = (fault?: Fault): Promise<CloudProject> => {
  made += 1;
  return doctor.project(
    `t${String.fromCharCode(97 + Math.floor(made / 26), 97 + (made % 26))}`,
    fault,
  );
};

async function examine(at: CloudProject, options?: { skewMs?: number }, more: string[] = []) {
  const { code, stdout, stderr } = await doctor.al([...COMMAND, "--json", ...more], at, options);
  const document: Document = JSON.parse(stdout);
  return { code, document, stderr };
}

/** What is not as it should be: its state and id, with the names of this project's own resources replaced. */
const findings = ({ checks }: Document, { runner }: CloudProject): string[] =>
  checks
    .filter(({ state }) => state !== "ok")
    .map(({ state, id }) => `${state} ${id.replace(runner, "<runner>")}`);

/** The remedies of what is missing, with the same replacements. */
const remedies = ({ checks }: Document, at: CloudProject) =>
  checks
    .filter(({ state }) => state === "missing")
    .map(({ remedy }) => {
      const text = JSON.stringify(remedy)
        .replaceAll(at.runner, "<runner>")
        .replaceAll(at.controller, "<controller>")
        .replaceAll(at.controller.slice(0, at.controller.indexOf("@")), "<controller's id>")
        .replaceAll(`${at.runner.slice(4, 7)}--`, "<prefix>--")
        .replaceAll(at.runner.slice(0, at.runner.indexOf("@")), "<runner's id>")
        .replaceAll(`\\"${at.runner.slice(4, 7)}\\"`, "<prefix>");
      return JSON.parse(text);
    });

const RUN_PERMISSIONS = [
  ...["run.jobs.create", "run.jobs.get", "run.jobs.list", "run.jobs.run"],
  ...["run.jobs.runWithOverrides", "run.jobs.delete", "run.executions.get", "run.executions.list"],
  ...["run.executions.cancel", "run.tasks.list", "run.operations.get"],
];
const SECRET_PERMISSIONS = [
  ...["secrets.get", "secrets.update", "secrets.delete"],
  ...["versions.add", "versions.list", "versions.access", "versions.destroy"],
].map((name) => `secretmanager.${name}`);

const unknowns = (permissions: readonly string[]): string[] =>
  permissions.map((permission) => `unknown permission:${permission}`);
const ACT_AS = "permission:iam.serviceAccounts.actAs:<runner>";
const DOWNLOAD = "permission:artifactregistry.repositories.downloadArtifacts";
const UPLOAD = "permission:artifactregistry.repositories.uploadArtifacts";

const member = "--member=serviceAccount:<controller>";
const onProject = "gcloud projects add-iam-policy-binding demo-project";
const service = (host: string) => ({
  gcloud: `gcloud services enable ${host} --project=demo-project`,
  terraform: `terraform apply  # google_project_service.this["${host}"]`,
});

describe("a project that is ready", () => {
  test("has nothing missing and nothing unknown", async () => {
    const at = await project();
    const { code, document } = await examine(at);
    expect({ code, findings: findings(document, at) }).toEqual({ code: 0, findings: [] });
    expect(document).toMatchObject({
      ...{ ok: true, project: "demo-project", principal: at.controller },
    });
    expect(document.checks.map(({ id }) => id.replace(at.runner, "<runner>"))).toEqual([
      ...["sign-in", "clock", "project"],
      ...["run", "secretmanager", "logging", "iam", "artifactregistry"].map(
        (name) => `api:${name}.googleapis.com`,
      ),
      "region",
      ...[...RUN_PERMISSIONS, "logging.logEntries.list", "secretmanager.secrets.list"].map(
        (name) => `permission:${name}`,
      ),
      ...["secretmanager.secrets.create", ...SECRET_PERMISSIONS].map(
        (name) => `permission:${name}`,
      ),
      ...[ACT_AS, DOWNLOAD, UPLOAD],
      ...["account:<runner>", "secrets:dev", "repository", "image:dev"],
    ]);
  });

  test("is only read: doctor writes nothing", async () => {
    const at = await project();
    const before = await journal();
    await examine(at);
    const calls = (await journal()).slice(before.length);
    expect([...new Set(calls.map(({ method }) => method))].sort()).toEqual([
      "google.api.serviceusage.v1.ServiceUsage.BatchGetServices",
      "google.cloud.location.Locations.ListLocations",
      "google.cloud.resourcemanager.v3.Projects.GetIamPolicy",
      "google.cloud.resourcemanager.v3.Projects.GetProject",
      "google.cloud.resourcemanager.v3.Projects.TestIamPermissions",
      "google.cloud.secretmanager.v1.SecretManagerService.TestIamPermissions",
      "google.devtools.artifactregistry.v1.ArtifactRegistry.GetRepository",
      "google.devtools.artifactregistry.v1.ArtifactRegistry.GetTag",
      "google.devtools.artifactregistry.v1.ArtifactRegistry.TestIamPermissions",
      "google.iam.admin.v1.IAM.GetServiceAccount",
      "google.iam.admin.v1.IAM.TestIamPermissions",
    ]);
    expect(calls.map(({ status }) => status)).toEqual(calls.map(() => "OK"));
  });

  test("is told in a table for people, on stdout, with the credentials' listing on stderr", async () => {
    const at = await project();
    const { code, stdout, stderr } = await doctor.al(COMMAND, at);
    expect(code).toBe(0);
    expect(stdout.split("\n").slice(0, 5)).toEqual([
      `ok        sign-in as ${at.controller}`,
      "ok        this machine's clock",
      "ok        project demo-project (number 123456789012)",
      "ok        Cloud Run Admin API",
      "ok        Secret Manager API",
    ]);
    expect(stderr).toContain("ok       GitHub Personal Access Token (github_token) — agent dev");
    expect(stderr).toContain("Google Cloud: 37 checks, none missing.");
  });

  test("may be held against one agent only", async () => {
    const at = await project();
    const { code, document } = await examine(at, {}, ["--agent", "dev"]);
    expect({ code, findings: findings(document, at) }).toEqual({ code: 0, findings: [] });
  });
});

type Row = readonly [
  sentence: string,
  fault: Fault & { readonly skewMs?: number },
  found: readonly string[],
  remedies: readonly object[],
];

const lacksRight = (
  permission: string,
  { role, condition = "--condition=None", terraform }: Record<string, string>,
): Row => [
  `the caller lacks ${permission}`,
  { without: [permission] },
  [`missing permission:${permission}`],
  [{ gcloud: `${onProject} ${member} --role=${role} ${condition}`, terraform }],
];

const ofPrefix = `--condition="title=action-llama,expression=resource.name.startsWith('projects/123456789012/secrets/<prefix>--')"`;
/** al cannot know what the module was told; the account is not called as the module calls it by default. */
const ofController = 'where controller_account_id = "<controller\'s id>"';
const controller = (key: string) =>
  `terraform apply  # google_project_iam_member.controller["${key}"], ${ofController}`;
const secretsOfPrefix = `secret_prefix = <prefix>; terraform apply  # google_project_iam_member.controller_secrets["secrets_of_prefix"], ${ofController}`;

const newKey = (account: string) => ({
  gcloud: `gcloud iam service-accounts keys create key.json --iam-account=${account} && al creds add gcp_service_account --from-file key_json=key.json`,
  terraform:
    "create_key = true; terraform apply && terraform output -raw controller_key_json | al creds add gcp_service_account --stdin key_json",
});
const SHARED =
  'shared_runner = "<runner\'s id>"; agents = { dev = { credentials = ["github_token"] } }';
const createRepository = (id: string) =>
  `gcloud artifacts repositories create ${id} --repository-format=docker --location=us-central1 --project=demo-project`;
const MANY = Array.from({ length: 14 }, (_, index) => `github_token:n${index + 10}`);
/** A grant on secrets of these instances of github_token. */
const readerOf = (instances: readonly string[], title = "action-llama"): string => {
  const names = instances.map(
    (each) =>
      `resource.name.startsWith('projects/123456789012/secrets/<prefix>--github_token--${each}--')`,
  );
  return `${onProject} --member=serviceAccount:<runner> --role=roles/secretmanager.secretAccessor --condition="title=${title},expression=${names.join(" || ")}"`;
};

const BROKEN: readonly Row[] = [
  [
    "Google does not know the key: it was revoked",
    { unknownKey: true },
    ["missing sign-in"],
    [newKey("<controller>")],
  ],
  [
    "the key is another project's, and may do nothing here",
    { foreignKey: true },
    ["missing sign-in"],
    [
      {
        ...newKey("al-controller@demo-project.iam.gserviceaccount.com"),
        gcloud: `${newKey("al-controller@demo-project.iam.gserviceaccount.com").gcloud}  # if demo-two is meant: al gcp init --gcp-project demo-two`,
      },
    ],
  ],
  [
    "there are no application default credentials",
    { cloud: { auth: "adc", project: "demo-project" } },
    ["missing sign-in"],
    [
      {
        gcloud:
          "gcloud auth application-default login  # or use a stored key: al gcp init --auth key",
      },
    ],
  ],
  [
    "al may not act as the account that it should",
    { impersonatesRunner: "denied" },
    // Google's word on the time comes with answers that come later.
    ["missing sign-in", "unknown clock"],
    [
      {
        gcloud:
          'gcloud iam service-accounts add-iam-policy-binding <runner> --project=demo-project --member="serviceAccount:<controller>" --role=roles/iam.serviceAccountTokenCreator',
        terraform:
          'controller_account_id = "<runner\'s id>"; controller_impersonators = ["serviceAccount:<controller>"]; terraform apply  # google_service_account_iam_member.controller_impersonator["serviceAccount:<controller>"]',
      },
    ],
  ],
  [
    "the API by which al acts as another account is off",
    { impersonatesRunner: "allowed", off: ["iamcredentials.googleapis.com"] },
    ["unknown sign-in", "missing api:iamcredentials.googleapis.com", "unknown clock"],
    [
      {
        ...service("iamcredentials.googleapis.com"),
        gcloud: "gcloud services enable iamcredentials.googleapis.com --project=123456789012",
      },
    ],
  ],
  [
    "the clock is ten minutes ahead",
    { skewMs: 600_000 },
    ["missing clock"],
    [{ gcloud: "sudo timedatectl set-ntp true  # macOS: sudo sntp -sS time.google.com" }],
  ],
  [
    "the clock is ten minutes behind",
    { skewMs: -600_000 },
    ["missing clock"],
    [{ gcloud: "sudo timedatectl set-ntp true  # macOS: sudo sntp -sS time.google.com" }],
  ],
  ["the clock is two minutes ahead, which is worth a word only", { skewMs: 120_000 }, [], []],
  [
    "the project is not there",
    { cloud: { project: "demo-nowhere" } },
    ["missing project"],
    [
      {
        gcloud: "al gcp init --gcp-project demo-project",
        terraform:
          'project = "demo-nowhere"; terraform apply  # google_project_iam_member.controller["doctor"]',
      },
    ],
  ],
  [
    "Cloud Run is off",
    { off: ["run.googleapis.com"] },
    ["missing api:run.googleapis.com", "unknown region", ...unknowns(RUN_PERMISSIONS)],
    [service("run.googleapis.com")],
  ],
  [
    "Secret Manager is off",
    { off: ["secretmanager.googleapis.com"] },
    [
      "missing api:secretmanager.googleapis.com",
      ...unknowns(["secretmanager.secrets.list", "secretmanager.secrets.create"]),
      ...unknowns(SECRET_PERMISSIONS),
      "unknown secrets:dev",
    ],
    [service("secretmanager.googleapis.com")],
  ],
  [
    "Cloud Logging is off",
    { off: ["logging.googleapis.com"] },
    ["missing api:logging.googleapis.com", ...unknowns(["logging.logEntries.list"])],
    [service("logging.googleapis.com")],
  ],
  [
    "IAM is off",
    { off: ["iam.googleapis.com"] },
    ["missing api:iam.googleapis.com", `unknown ${ACT_AS}`, "unknown account:<runner>"],
    [service("iam.googleapis.com")],
  ],
  [
    "Artifact Registry is off",
    { off: ["artifactregistry.googleapis.com"] },
    [
      "missing api:artifactregistry.googleapis.com",
      ...[`unknown ${DOWNLOAD}`, `unknown ${UPLOAD}`, "unknown repository", "unknown image:dev"],
    ],
    [service("artifactregistry.googleapis.com")],
  ],
  [
    "Resource Manager is off, so that what is held on the project cannot be seen",
    { off: ["cloudresourcemanager.googleapis.com"] },
    [
      "missing api:cloudresourcemanager.googleapis.com",
      ...unknowns(RUN_PERMISSIONS),
      ...unknowns(["logging.logEntries.list", "secretmanager.secrets.list"]),
      ...unknowns(["secretmanager.secrets.create"]),
      "unknown secrets:dev",
    ],
    [service("cloudresourcemanager.googleapis.com")],
  ],
  [
    "Service Usage is off",
    { off: ["serviceusage.googleapis.com"] },
    [
      // Nothing calls it.
      "unknown api:logging.googleapis.com",
      "missing api:serviceusage.googleapis.com",
    ],
    [service("serviceusage.googleapis.com")],
  ],
  [
    "Cloud Run is off, and Service Usage may not be asked: Cloud Run says so itself",
    { off: ["run.googleapis.com"], without: ["serviceusage.services.get"] },
    [
      "missing api:run.googleapis.com",
      // Nothing tells whether it is on: it is not called.
      "unknown api:logging.googleapis.com",
      ...["unknown region", ...unknowns(RUN_PERMISSIONS)],
    ],
    [service("run.googleapis.com")],
  ],
  [
    "Cloud Run is not in the region",
    { cloud: { region: "europe-west77" } },
    ["missing region"],
    [
      {
        gcloud: "al gcp init --region europe-central2",
        terraform: 'region = "europe-central2"; terraform apply',
      },
    ],
  ],
  ...["run.jobs.runWithOverrides", "run.jobs.delete", "run.executions.list"].map((permission) =>
    lacksRight(permission, { role: "roles/run.developer", terraform: controller("run") }),
  ),
  lacksRight("logging.logEntries.list", {
    ...{ role: "roles/logging.viewer", terraform: controller("logs") },
  }),
  lacksRight("secretmanager.secrets.create", {
    ...{ role: "roles/secretmanager.admin", terraform: controller("secrets_in_project") },
  }),
  lacksRight("secretmanager.versions.access", {
    role: "roles/secretmanager.secretAccessor",
    ...{ condition: ofPrefix, terraform: secretsOfPrefix },
  }),
  lacksRight("secretmanager.versions.destroy", {
    role: "roles/secretmanager.secretVersionManager",
    ...{ condition: ofPrefix, terraform: secretsOfPrefix },
  }),
  [
    "the caller lacks actAs",
    { without: ["iam.serviceAccounts.actAs"] },
    [`missing ${ACT_AS}`],
    [
      {
        gcloud: `gcloud iam service-accounts add-iam-policy-binding <runner> --project=demo-project ${member} --role=roles/iam.serviceAccountUser`,
        terraform: `terraform apply  # google_service_account_iam_member.controller_acts_as_runner["shared"], ${ofController}`,
      },
    ],
  ],
  [
    "the caller may not push images",
    { without: ["artifactregistry.repositories.uploadArtifacts"] },
    [`missing ${UPLOAD}`],
    [
      {
        gcloud: `gcloud artifacts repositories add-iam-policy-binding agents --location=us-central1 --project=demo-project ${member} --role=roles/artifactregistry.writer`,
        terraform: `terraform apply  # google_artifact_registry_repository_iam_member.controller["roles/artifactregistry.writer"], ${ofController}`,
      },
    ],
  ],
  [
    "there is no probe secret, so that rights on names cannot be seen",
    { noProbe: true },
    unknowns(SECRET_PERMISSIONS),
    [],
  ],
  [
    "the runner was deleted",
    { noRunner: true },
    [`unknown ${ACT_AS}`, "missing account:<runner>", "unknown secrets:dev"],
    [
      {
        gcloud: "gcloud iam service-accounts create <runner's id> --project=demo-project",
        terraform: `${SHARED}; terraform apply  # google_service_account.runner["shared"]`,
      },
    ],
  ],
  [
    "the runner is disabled",
    { disabledRunner: true },
    ["missing account:<runner>"],
    [
      {
        gcloud: "gcloud iam service-accounts enable <runner> --project=demo-project",
        terraform: `${SHARED}; terraform apply  # google_service_account.runner["shared"]`,
      },
    ],
  ],
  [
    "the runner may not read its secrets",
    { noAccess: true },
    ["missing secrets:dev"],
    [
      {
        gcloud: readerOf(["default"]),
        terraform: `secret_prefix = <prefix>; ${SHARED}; terraform apply  # google_project_iam_member.runner["shared/1"]`,
      },
    ],
  ],
  [
    "the runner of an agent that has no image yet may not read its secrets",
    { noAccess: true, noCloudrun: true },
    ["missing secrets:dev"],
    [
      {
        gcloud: readerOf(["default"]),
        terraform: `secret_prefix = <prefix>; ${SHARED}; terraform apply  # google_project_iam_member.runner["shared/1"]`,
      },
    ],
  ],
  [
    "the runner may not read more credentials than one condition can name, none of which is stored here",
    { noAccess: true, credentials: MANY },
    ["missing secrets:dev"],
    [
      {
        gcloud: [
          readerOf(
            MANY.slice(0, 13).map((ref) => ref.slice(13)),
            "action-llama-1",
          ),
          readerOf(
            MANY.slice(13).map((ref) => ref.slice(13)),
            "action-llama-2",
          ),
        ].join(" && "),
        terraform: `secret_prefix = <prefix>; ${SHARED.replace('"github_token"', MANY.map((ref) => `"${ref}"`).join(", "))}; terraform apply  # google_project_iam_member.runner["shared/1"], google_project_iam_member.runner["shared/2"]`,
      },
    ],
  ],
  [
    "the repository is not there",
    { cloud: { artifact_registry: REGISTRY.replace("/agents", "/others") } },
    [`unknown ${DOWNLOAD}`, `unknown ${UPLOAD}`, "missing repository"],
    [
      {
        gcloud: createRepository("others"),
        terraform:
          'repository_id = "others"; terraform apply  # google_artifact_registry_repository.agents',
      },
    ],
  ],
  [
    "the repository of an agent's image is not there, and none is configured",
    { cloud: { artifact_registry: undefined }, image: REGISTRY.replace("/agents", "/nope/dev:1") },
    [`unknown ${DOWNLOAD}`, "missing repository", "unknown image:dev"],
    [
      {
        gcloud: createRepository("nope"),
        terraform:
          'repository_id = "nope"; terraform apply  # google_artifact_registry_repository.agents',
      },
    ],
  ],
  [
    "the repository of an agent's image is not there, but another is configured, which Terraform makes",
    { image: REGISTRY.replace("/agents", "/nope/dev:1") },
    [
      `unknown ${DOWNLOAD}:us-central1-docker.pkg.dev/demo-project/nope`,
      "missing repository:us-central1-docker.pkg.dev/demo-project/nope",
      "unknown image:dev",
    ],
    [{ gcloud: createRepository("nope") }],
  ],
  [
    "the image was never pushed",
    { image: `${REGISTRY}/team/reviewer:v2` },
    ["missing image:dev"],
    [
      {
        gcloud: `docker build --tag=${REGISTRY}/team/reviewer:v2 . && docker push ${REGISTRY}/team/reviewer:v2  # in the directory of the image's Dockerfile`,
      },
    ],
  ],
  [
    "the image's digest is not there",
    { image: `${REGISTRY}/dev@sha256:${"0".repeat(64)}` },
    ["missing image:dev"],
    [
      {
        gcloud: `sed -i.bak "s|sha256:${"0".repeat(64)}|$(gcloud artifacts docker images list ${REGISTRY}/dev --sort-by=~updateTime --limit=1 --format='value(version)')|" agents/dev/config.toml  # names the newest image that is there`,
      },
    ],
  ],
  [
    "the runner is App Engine's default account",
    { cloud: { service_account: "demo-project@appspot.gserviceaccount.com" } },
    [
      "unknown permission:iam.serviceAccounts.actAs:demo-project@appspot.gserviceaccount.com",
      "missing account:demo-project@appspot.gserviceaccount.com",
      "unknown secrets:dev",
    ],
    [
      {
        gcloud:
          "gcloud iam service-accounts create al-run-dev --project=demo-project && al gcp init --runners per-agent",
        terraform:
          'agents = { dev = { credentials = ["github_token"] } }; terraform apply  # google_service_account.runner',
      },
    ],
  ],
];

describe("a project with one thing wrong", () => {
  test.each(BROKEN)("%s", async (_sentence, { skewMs = 0, ...fault }, found, mended) => {
    const at = await project(fault);
    const { code, document } = await examine(at, { skewMs });
    const isMissing = found.some((finding) => finding.startsWith("missing"));
    expect({
      code,
      ok: document.ok,
      findings: findings(document, at),
      remedies: remedies(document, at),
    }).toEqual({ code: isMissing ? 77 : 0, ok: !isMissing, findings: found, remedies: mended });
  });
});

/** What Terraform has no part in: this machine, images, and repositories beside its own. */
const WITHOUT_TERRAFORM = [
  "there are no application default credentials",
  "the clock is ten minutes ahead",
  "the clock is ten minutes behind",
  "the repository of an agent's image is not there, but another is configured, which Terraform makes",
  "the image was never pushed",
  "the image's digest is not there",
];

test("what is missing has a command that mends it, and Terraform's form wherever Terraform has a part", () => {
  const all = BROKEN.flatMap(([sentence, _fault, _found, mended]) =>
    mended.map((remedy) => ({ sentence, ...(remedy as Check["remedy"]) })),
  );
  const programs = all.map(({ gcloud = "" }) => gcloud.split(" ")[0]);
  expect([...new Set(programs)].sort()).toEqual(["al", "docker", "gcloud", "sed", "sudo"]);
  expect(
    all.filter(({ terraform }) => terraform === undefined).map(({ sentence }) => sentence),
  ).toEqual(WITHOUT_TERRAFORM);
  const forms = all.flatMap(({ terraform }) => terraform ?? []);
  expect(forms.filter((form) => !/(^|; )terraform apply( |$)/.test(form))).toEqual([]);
});

describe("the command that is told mends it", () => {
  test.each<[sentence: string, fault: Fault]>([
    ["a permission on the project", { without: ["run.jobs.run"] }],
    ["a permission to read logs", { without: ["logging.logEntries.list"] }],
    ["a permission on secrets of the prefix", { without: ["secretmanager.versions.access"] }],
    ["a permission to add versions", { without: ["secretmanager.versions.add"] }],
    ["the right to start jobs as the runner", { without: ["iam.serviceAccounts.actAs"] }],
    ["the right to push images", { without: ["artifactregistry.repositories.uploadArtifacts"] }],
    ["the runner's right to its secrets", { noAccess: true }],
    ["a right of no image's runner", { noAccess: true, noCloudrun: true }],
    ["a right to more than one condition names", { noAccess: true, credentials: MANY }],
  ])("%s", async (_sentence, fault) => {
    const at = await project(fault);
    const { document } = await examine(at);
    const missing = document.checks.filter(({ state }) => state === "missing");
    expect(missing).toHaveLength(1);
    await applyGrants(missing[0]?.remedy?.gcloud ?? "", doctor.emulator);
    expect(findings((await examine(at)).document, at)).toEqual([]);
  });
});

describe("what cannot be found out", () => {
  const POLICIES = ["resourcemanager.projects.getIamPolicy", "secretmanager.secrets.getIamPolicy"];

  test("is unknown and no failure: policies that may not be read", async () => {
    const at = await project({ without: POLICIES });
    const { code, document } = await examine(at);
    expect({ code, ok: document.ok, findings: findings(document, at) }).toEqual({
      ...{ code: 0, ok: true, findings: ["unknown secrets:dev"] },
    });
    expect(document.checks.find(({ id }) => id === "secrets:dev")?.why).toBe(
      "Permission 'resourcemanager.projects.getIamPolicy' denied on resource 'projects/demo-project' (or resource may not exist).",
    );
  });

  test("nor does a caller without any right to look lack anything for a run", async () => {
    const at = await project({
      without: [
        ...[...POLICIES, "run.locations.list", "serviceusage.services.get"],
        ...["resourcemanager.projects.get", "iam.serviceAccounts.get"],
        ...["artifactregistry.repositories.get", "artifactregistry.tags.get"],
      ],
    });
    const { code, document } = await examine(at);
    expect({ code, findings: findings(document, at) }).toEqual({
      code: 0,
      findings: [
        // The other APIs were called and answered.
        ...["unknown api:run.googleapis.com", "unknown api:logging.googleapis.com"],
        "unknown region",
        ...["unknown account:<runner>", "unknown secrets:dev"],
        ...["unknown repository", "unknown image:dev"],
      ],
    });
  });

  test("a missing probe secret is told with the command that makes it", async () => {
    const at = await project({ noProbe: true });
    const { document } = await examine(at);
    const check = document.checks.find(({ id }) => id === "permission:secretmanager.versions.add");
    const prefix = at.runner.slice(4, 7);
    expect(check).toEqual({
      id: "permission:secretmanager.versions.add",
      subject: `secretmanager.versions.add on secrets ${prefix}--*`,
      state: "unknown",
      why: `it is not held on the whole project, and there is no secret ${prefix}--_probe to ask about`,
      remedy: {
        gcloud: `gcloud secrets create ${prefix}--_probe --project=demo-project --replication-policy=automatic --labels=al-probe=true`,
        terraform: `secret_prefix = "${prefix}"; terraform apply  # google_secret_manager_secret.probe`,
      },
    });
  });

  test("an image in another registry is not looked at", async () => {
    const at = await project({ image: "ghcr.io/someone/agent:latest" });
    const { code, document } = await examine(at);
    expect({ code, findings: findings(document, at) }).toEqual({
      ...{ code: 0, findings: ["unknown image:dev"] },
    });
  });
});

describe("what is allowed, and perhaps not meant", () => {
  test("agents of one account with different credentials are named", async () => {
    const at = await project();
    addAgent(at, "reviewer");
    const { document } = await examine(at);
    // The account may read what Terraform was told of, which is dev's credential alone.
    expect(findings(document, at)).toEqual(["missing secrets:reviewer"]);
    expect(document.checks.filter(({ id }) => id.startsWith("isolation:"))).toEqual([
      {
        id: `isolation:${at.runner}`,
        subject: `agents of ${at.runner}`,
        state: "ok",
        why: "dev, reviewer list different credentials, and each can read what the others may read",
        remedy: {
          gcloud:
            "gcloud iam service-accounts create al-run-dev --project=demo-project && gcloud iam service-accounts create al-run-reviewer --project=demo-project && al gcp init --runners per-agent",
          terraform:
            'agents = { dev = { credentials = ["github_token"] }, reviewer = { credentials = ["github_token:ro"] } }; terraform apply  # google_service_account.runner',
        },
      },
    ]);
  });
});

/** Another agent of the same project, which lists another credential. */
function addAgent({ path, store }: CloudProject, name: string): void {
  const from = join(path, "agents/dev");
  const to = join(path, "agents", name);
  cpSync(from, to, { recursive: true });
  const config = readFileSync(join(to, "config.toml"), "utf8");
  writeFileSync(join(to, "config.toml"), config.replace("github_token", "github_token:ro"));
  cpSync(join(store, "github_token/default"), join(store, "github_token/ro"), { recursive: true });
}

async function journal(): Promise<{ method: string; status: string }[]> {
  const answer = await fetch(`${doctor.emulator.url}/emulator/calls`);
  const { calls } = (await answer.json()) as { calls: { method: string; status: string }[] };
  return calls;
}

describe("what is wrong on this machine", () => {
  test.each([
    [
      "an unknown runtime",
      ["doctor", "--runtime", "kubernetes"],
      'There is no runtime "kubernetes"',
    ],
    ["an agent without a runtime", ["doctor", "--agent", "dev"], "No runtime was chosen"],
    ["an unknown agent", [...COMMAND, "--agent", "nobody"], 'There is no agent "nobody"'],
  ])("%s is a mistake of usage", async (_sentence, args, expected) => {
    const { code, stderr } = await doctor.al(args, await project());
    expect(code).toBe(64);
    expect(stderr).toContain(expected);
  });

  test.each<[string, Record<string, string>, string]>([
    [
      "the default compute account",
      { service_account: "123456789012-compute@developer.gserviceaccount.com" },
      "[cloud] service_account is the project's default compute account",
    ],
    [
      "an address that is no repository",
      { artifact_registry: "docker.io/library" },
      '[cloud] artifact_registry is "docker.io/library"',
    ],
    ["a region that is none", { region: "Frankfurt" }, 'is not a region such as "us-central1"'],
  ])("%s is wrong configuration", async (_sentence, cloud, expected) => {
    const { code, stderr } = await doctor.al(COMMAND, await project({ cloud }));
    expect(code).toBe(78);
    expect(stderr).toContain(expected);
  });

  test.each<[string, (file: string) => void, string]>([
    ["is not stored", (file) => rmSync(file), "The credential gcp_service_account is missing"],
    [
      "is no JSON",
      (file) => writeFileSync(file, '{"private_key": "-----BEGIN fake'),
      "it is not valid JSON",
    ],
  ])("a key that %s is the finding, and Google is not called", async (_what, spoil, why) => {
    const at = await project();
    spoil(join(at.store, "gcp_service_account/default/key_json"));
    const before = await journal();
    const result = await examine(at);
    expect(result.code).toBe(77);
    expect(result.document).toMatchObject({ ok: false, project: null, principal: null });
    expect(findings(result.document, at)).toEqual(["missing sign-in"]);
    expect(result.document.checks[0]?.why).toContain(why);
    expect(result.document.checks[0]?.remedy?.gcloud).toContain("al creds add gcp_service_account");
    expect(await journal()).toHaveLength(before.length);
  });

  test("a credential that is not stored is told beside a project that is ready", async () => {
    const at = await project();
    rmSync(join(at.store, "github_token"), { recursive: true });
    const { code, document, stderr } = await examine(at);
    expect({ code, ok: document.ok, findings: findings(document, at) }).toEqual({
      ...{ code: 77, ok: false, findings: [] },
    });
    expect(stderr).toContain("missing  GitHub Personal Access Token (github_token)");
  });

  test("an emulator that is gone is no finding", async () => {
    const { code, stderr } = await doctor.al(COMMAND, await project(), {
      emulatorUrl: "http://127.0.0.1:9",
    });
    expect(code).toBe(69);
    expect(stderr).toContain("The emulator at http://127.0.0.1:9 cannot be used");
  });
});

test("nothing secret is ever printed, whatever is wrong", async () => {
  const outputs: string[] = [];
  for (const fault of [
    {},
    { unknownKey: true },
    { off: ["iam.googleapis.com"] },
    { noAccess: true },
  ]) {
    const at = await project(fault);
    const key = readFileSync(join(at.store, "gcp_service_account/default/key_json"), "utf8");
    const { stdout, stderr } = await doctor.al([...COMMAND, "--json"], at);
    const told = stdout + stderr + JSON.stringify(await journal());
    const bodyOfKey: string = JSON.parse(key).private_key.split("\n")[1];
    const secrets = [SECRET_VALUES["github_token/default/token"], bodyOfKey, "eyJ", "Bearer"];
    outputs.push(...secrets.filter((secret) => told.includes(secret)));
  }
  expect(outputs).toEqual([]);
});
