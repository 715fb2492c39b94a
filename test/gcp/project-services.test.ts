import { describe, expect, test } from "vitest";
import { CODE } from "../../src/gcp/google-call-error.ts";
import { type ProjectServices, projectServices } from "../../src/gcp/project-services.ts";
import { type Reply, refusal, restAnswering } from "./answering-fetch.ts";
import { outcomeOf, refused } from "./fake-google.ts";

const ACCOUNT = "al-runner@demo-project.iam.gserviceaccount.com";
const ACCOUNT_NAME = `projects/demo-project/serviceAccounts/${ACCOUNT}`;
const REPOSITORY = "projects/demo-project/locations/us-central1/repositories/agents";
const AR = "https://artifactregistry.googleapis.com/v1";
const SECRETS = "https://secretmanager.googleapis.com/v1/projects/demo-project/secrets";
const PROBE = "filter=name%3Aal--_probe&pageSize=1000";

type Work = (services: ProjectServices) => Promise<unknown>;
type Request = { readonly method?: "POST"; readonly url: string; readonly body?: object };
type Row = readonly [
  sentence: string,
  work: Work,
  replies: readonly Reply[],
  sent: readonly Request[],
  returned: unknown,
];

/** Artifact Registry has a client of its own. */
const noImages = () => Promise.reject(new Error("nobody asks for images here"));
const found = (body: object = {}): Reply => ({ body });
const absent = refusal(404, "NOT_FOUND");

const ROWS: readonly Row[] = [
  [
    "a project has a number beside its id",
    ({ projects }) => projects.getProject("demo-project"),
    [found({ name: "projects/123456789012", projectId: "demo-project", state: "ACTIVE" })],
    [{ url: "https://cloudresourcemanager.googleapis.com/v3/projects/demo-project" }],
    { id: "demo-project", number: "123456789012", isAlone: true },
  ],
  [
    "a project may lie in a folder",
    ({ projects }) => projects.getProject("demo-project"),
    [found({ name: "projects/1", projectId: "demo-project", parent: "folders/5" })],
    [{ url: "https://cloudresourcemanager.googleapis.com/v3/projects/demo-project" }],
    { id: "demo-project", number: "1", isAlone: false },
  ],
  [
    "APIs are asked about together, and answered in any order",
    ({ apis }) => apis.areOn("demo-project", ["run.googleapis.com", "iam.googleapis.com"]),
    [
      found({
        services: [
          { name: "projects/123456789012/services/iam.googleapis.com", state: "DISABLED" },
          { name: "projects/123456789012/services/run.googleapis.com", state: "ENABLED" },
        ],
      }),
    ],
    [
      {
        url: "https://serviceusage.googleapis.com/v1/projects/demo-project/services:batchGet?names=projects%2Fdemo-project%2Fservices%2Frun.googleapis.com&names=projects%2Fdemo-project%2Fservices%2Fiam.googleapis.com",
      },
    ],
    new Map([
      ["iam.googleapis.com", false],
      ["run.googleapis.com", true],
    ]),
  ],
  [
    "an account that is there is enabled unless Google says otherwise",
    ({ accounts }) => accounts.findAccount(ACCOUNT, "other-project"),
    [found({ email: ACCOUNT })],
    [{ url: `https://iam.googleapis.com/v1/${ACCOUNT_NAME}` }],
    { disabled: false },
  ],
  [
    "an account that is disabled",
    ({ accounts }) => accounts.findAccount(ACCOUNT, "demo-project"),
    [found({ email: ACCOUNT, disabled: true })],
    [{ url: `https://iam.googleapis.com/v1/${ACCOUNT_NAME}` }],
    { disabled: true },
  ],
  [
    "an account that is not there, of an address that names no project",
    ({ accounts }) => accounts.findAccount("x@developer.gserviceaccount.com", "demo-project"),
    [absent],
    [
      {
        url: "https://iam.googleapis.com/v1/projects/demo-project/serviceAccounts/x@developer.gserviceaccount.com",
      },
    ],
    undefined,
  ],
  [
    "regions come in pages",
    ({ regions }) => regions.listRegions("demo-project"),
    [
      found({ locations: [{ locationId: "us-central1" }], nextPageToken: "more" }),
      found({ locations: [{ locationId: "europe-west1" }] }),
    ],
    [
      { url: "https://run.googleapis.com/v1/projects/demo-project/locations" },
      { url: "https://run.googleapis.com/v1/projects/demo-project/locations?pageToken=more" },
    ],
    ["us-central1", "europe-west1"],
  ],
  [
    "a secret is found by its whole id, on any page",
    ({ secrets }) => secrets.hasSecret("demo-project", "al--_probe"),
    [
      found({ secrets: [{ name: "projects/1/secrets/x-al--_probe" }], nextPageToken: "more" }),
      found({ secrets: [{ name: "projects/1/secrets/al--_probe" }] }),
    ],
    [{ url: `${SECRETS}?${PROBE}` }, { url: `${SECRETS}?${PROBE}&pageToken=more` }],
    true,
  ],
  [
    "a secret that is not there",
    ({ secrets }) => secrets.hasSecret("demo-project", "al--_probe"),
    [found({ secrets: [{ name: "projects/1/secrets/al--_probed" }] })],
    [{ url: `${SECRETS}?${PROBE}` }],
    false,
  ],
];

describe("every question has its call and its answer", () => {
  test.each(ROWS)("%s", async (_sentence, work, replies, requests, returned) => {
    const { rest, sent } = restAnswering(replies);
    expect(await work(projectServices(rest, noImages))).toEqual(returned);
    expect(sent).toEqual(
      requests.map((request) => ({
        method: "GET",
        authorization: "Bearer fake-token",
        ...request,
      })),
    );
  });
});

describe("permissions and policies are asked of each resource's own API", () => {
  test.each([
    ["project", "projects/demo-project", "https://cloudresourcemanager.googleapis.com/v3", "POST"],
    ["account", ACCOUNT_NAME, "https://iam.googleapis.com/v1", "POST"],
    ["repository", REPOSITORY, AR, "GET"],
    ["secret", "projects/p/secrets/s", "https://secretmanager.googleapis.com/v1", "GET"],
  ] as const)("of a %s", async (kind, name, base, readsBy) => {
    const condition = { title: "t", expression: "true" };
    const binding = { role: "roles/viewer", members: ["user:a@b.c"] };
    const { rest, sent } = restAnswering([
      found({ permissions: ["a.b.c"] }),
      found({}),
      found({ version: 3, bindings: [binding, { ...binding, condition }] }),
      found({ etag: "ACAB" }),
    ]);
    const { policies } = projectServices(rest, noImages);
    expect(await policies.heldPermissions({ kind, name }, ["a.b.c", "d.e.f"])).toEqual(
      new Set(["a.b.c"]),
    );
    expect(await policies.heldPermissions({ kind, name }, ["a.b.c"])).toEqual(new Set());
    expect(await policies.findPolicy({ kind, name })).toEqual({
      bindings: [
        { ...binding, condition: undefined },
        { ...binding, condition: "true" },
      ],
    });
    expect(await policies.findPolicy({ kind, name })).toEqual({ bindings: [] });
    const url = `${base}/${name}:testIamPermissions`;
    const authorization = "Bearer fake-token";
    const read =
      readsBy === "GET"
        ? { method: "GET", url: `${base}/${name}:getIamPolicy?options.requestedPolicyVersion=3` }
        : {
            ...{ method: "POST", url: `${base}/${name}:getIamPolicy` },
            body: { options: { requestedPolicyVersion: 3 } },
          };
    expect(sent).toEqual([
      { method: "POST", url, authorization, body: { permissions: ["a.b.c", "d.e.f"] } },
      { method: "POST", url, authorization, body: { permissions: ["a.b.c"] } },
      { ...read, authorization },
      { ...read, authorization },
    ]);
  });

  test("what is not there has no policy", async () => {
    const { rest } = restAnswering([absent]);
    const resource = { kind: "secret", name: "projects/p/secrets/s" } as const;
    expect(await projectServices(rest, noImages).policies.findPolicy(resource)).toBeUndefined();
  });
});

const PROJECT = { kind: "project", name: "projects/demo-project" } as const;

describe("a denial is an error, never an absence", () => {
  test.each<[string, Work, string, string]>([
    ["a project", ({ projects }) => projects.getProject("p"), "read the project", "projects/p"],
    ["APIs", ({ apis }) => apis.areOn("p", ["x"]), "see which APIs are on", "projects/p"],
    [
      "an account",
      ({ accounts }) => accounts.findAccount(ACCOUNT, "p"),
      ...(["read the service account", ACCOUNT_NAME] as const),
    ],
    [
      "regions",
      ({ regions }) => regions.listRegions("p"),
      "list Cloud Run's regions",
      "projects/p",
    ],
    ["a secret", ({ secrets }) => secrets.hasSecret("p", "s"), "list the secrets", "projects/p"],
    [
      "permissions",
      ({ policies }) => policies.heldPermissions(PROJECT, []),
      ...(["see what the caller may do", PROJECT.name] as const),
    ],
    [
      "a policy",
      ({ policies }) => policies.findPolicy(PROJECT),
      ...(["read the policy", PROJECT.name] as const),
    ],
  ])("of %s", async (_what, work, goal, subject) => {
    const { rest } = restAnswering([refusal(403, "PERMISSION_DENIED")]);
    expect(await outcomeOf(work(projectServices(rest, noImages)))).toEqual(
      refused({ goal, subject, code: CODE.permissionDenied, why: "Google's text" }),
    );
  });
});
