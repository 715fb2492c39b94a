import { describe, expect, test } from "vitest";
import { PermissionError, UnavailableError } from "../../src/errors.ts";
import { CODE, explain } from "../../src/gcp/google-call-error.ts";
import type { PolicyResource } from "../../src/gcp/iam-policies.ts";
import type { ProjectServices } from "../../src/gcp/project-services.ts";
import { checkReadiness } from "../../src/jobs/check-readiness.ts";
import type { ReadinessPlace } from "../../src/mapping/readiness-facts.ts";
import { REQUIRED_PERMISSIONS } from "../../src/mapping/required-permissions.ts";

const RUNNER = "run@demo-project.iam.gserviceaccount.com";
const REPOSITORY = "projects/demo-project/locations/us-central1/repositories/agents";
const IMAGE = "us-central1-docker.pkg.dev/demo-project/agents/dev";
const PLACE: ReadinessPlace = {
  ...{ project: "demo-project", region: "us-central1", secretPrefix: "al" },
  ...{ principal: "ctl@demo-project.iam.gserviceaccount.com", auth: "key" },
  ...{ credential: "gcp_service_account", sharedAccount: RUNNER, alFlags: "" },
  everyAgent: [{ name: "dev", account: RUNNER, credentials: ["a"] }],
  repository: REPOSITORY,
  agents: [
    {
      ...{ name: "dev", account: RUNNER, image: IMAGE, credentials: ["a"], neighbours: [] },
      secretIds: ["al--a--default--x", "al--b--default--x"],
    },
  ],
};
const ALL = REQUIRED_PERMISSIONS.map(({ permission }) => permission);

/** A call that Google refused. */
const refusal = (code: number, reason?: string): Error =>
  explain(
    { code, detail: "Google's text", reason },
    { goal: "ask", subject: "it", project: "demo-project", principal: PLACE.principal },
  );

type Held = (resource: PolicyResource) => readonly string[] | Error;

/** Google as a caller with all rights meets it, but for what is given; `read` fills with the policies that were asked for. */
function services(
  given: { readonly held?: Held; readonly fails?: Error; readonly secretThere?: boolean } = {},
) {
  const read: string[] = [];
  const answer = async <T>(value: T): Promise<T> => {
    if (given.fails !== undefined) throw given.fails;
    return value;
  };
  const google: ProjectServices = {
    projects: { getProject: () => answer({ id: "demo-project", number: "42", isAlone: true }) },
    apis: { areOn: (_project, hosts) => answer(new Map(hosts.map((host) => [host, true]))) },
    accounts: { findAccount: () => answer({ disabled: false }) },
    images: { hasRepository: () => answer(true), hasImage: () => answer(true) },
    secrets: { hasSecret: () => answer(given.secretThere === true) },
    regions: { listRegions: () => answer(["us-central1"]) },
    policies: {
      async heldPermissions(resource) {
        const held = given.held?.(resource) ?? ALL;
        if (held instanceof Error) throw held;
        return new Set(held);
      },
      findPolicy({ name }) {
        read.push(name);
        const only = `resource.name.startsWith("projects/42/secrets/al--a--")`;
        return answer({
          bindings: [
            {
              role: "roles/secretmanager.secretAccessor",
              members: [`serviceAccount:${RUNNER}`],
              condition: name === "projects/demo-project" ? only : undefined,
            },
          ],
        });
      },
    },
    seen: { skewMs: 0, answered: new Map() },
  };
  return { google, read };
}

const findings = async (google: ProjectServices): Promise<string[]> =>
  (await checkReadiness(PLACE, google))
    .filter(({ state }) => state !== "ok")
    .map(({ state, id }) => `${state} ${id}`);

const on = (kind: PolicyResource["kind"], answer: readonly string[] | Error): Held => {
  return (resource) => (resource.kind === kind ? answer : resource.kind === "project" ? [] : ALL);
};

const unknownSecrets = REQUIRED_PERMISSIONS.filter((each) => each.on === "secrets").map(
  ({ permission }) => `unknown permission:${permission}`,
);
const onProject = REQUIRED_PERMISSIONS.filter((each) => each.on === "project").map(
  ({ permission }) => `missing permission:${permission}`,
);

describe("the first question", () => {
  test.each<[string, Error, readonly string[]]>([
    ["refused for its token", refusal(CODE.unauthenticated), ["missing sign-in"]],
    [
      "never sent, because there was no token",
      new PermissionError({ what: "The sign-in has run out", remedy: "sign in again" }),
      ["missing sign-in"],
    ],
    ["about a project that is not there", refusal(CODE.permissionDenied), ["missing project"]],
    ["about a project that was deleted", refusal(CODE.notFound), ["missing project"]],
  ])("%s is the only one", async (_sentence, error, expected) => {
    const { google, read } = services({ held: () => error });
    expect(await findings(google)).toEqual(expected);
    expect(read).toEqual([]);
  });

  test.each([
    ["Google does not answer", refusal(CODE.unavailable)],
    ["nobody can sign in now", new UnavailableError({ what: "w", remedy: "r" })],
  ])("is no finding when %s", async (_sentence, error) => {
    const { google } = services({ held: () => error });
    await expect(checkReadiness(PLACE, google)).rejects.toBe(error);
  });
});

describe("what is asked after it", () => {
  test("may fail, and is then unknown", async () => {
    const { google } = services({ fails: refusal(CODE.unavailable) });
    expect(await findings(google)).toEqual([
      ...["run", "secretmanager", "logging", "iam", "artifactregistry"].map(
        (name) => `unknown api:${name}.googleapis.com`,
      ),
      ...["unknown region", `unknown account:${RUNNER}`, "unknown secrets:dev"],
      ...["unknown repository", "unknown image:dev"],
    ]);
  });

  test("a secret's own policy is read only where the project's does not settle it", async () => {
    const { google, read } = services();
    expect(await findings(google)).toEqual([]);
    expect(read).toEqual([
      "projects/demo-project",
      "projects/demo-project/secrets/al--b--default--x",
    ]);
  });
});

describe("rights that are bound to names", () => {
  test.each<[string, Parameters<typeof services>[0], readonly string[]]>([
    ["are seen on the probe secret", { held: on("secret", ALL) }, onProject],
    [
      "are missing where the probe secret is there and nothing is held on it",
      { held: on("secret", []), secretThere: true },
      [...onProject, ...unknownSecrets.map((each) => each.replace("unknown", "missing"))],
    ],
    [
      "are unknown without a probe secret",
      { held: on("secret", []) },
      [...onProject, ...unknownSecrets],
    ],
    [
      "are unknown where the probe secret may not be asked about",
      { held: on("secret", refusal(CODE.permissionDenied)) },
      [...onProject, ...unknownSecrets],
    ],
  ])("%s", async (_sentence, given, expected) =>
    expect(await findings(services(given).google)).toEqual(expected),
  );
});

describe("who may not read a resource may learn from the test of permissions that it is not there", () => {
  test.each<[string, PolicyResource["kind"], readonly string[]]>([
    [
      "an account",
      "account",
      [
        `unknown permission:iam.serviceAccounts.actAs:${RUNNER}`,
        ...[`missing account:${RUNNER}`, "unknown secrets:dev"],
      ],
    ],
    [
      "a repository",
      "repository",
      [
        "unknown permission:artifactregistry.repositories.downloadArtifacts",
        "unknown permission:artifactregistry.repositories.uploadArtifacts",
        ...["missing repository", "unknown image:dev"],
      ],
    ],
  ])("%s", async (_what, kind, expected) => {
    const { google } = services({
      fails: refusal(CODE.permissionDenied),
      held: on(kind, refusal(CODE.notFound)),
    });
    const about = kind === "account" ? /account|actAs|secrets:dev/i : /repositor|image/;
    expect((await findings(google)).filter((finding) => about.test(finding))).toEqual(expected);
  });
});
