import { describe, expect, test } from "vitest";
import {
  accountProject,
  type GrantPlace,
  grantCommand,
  memberOf,
} from "../../src/mapping/grant-command.ts";
import type { GrantedOn } from "../../src/mapping/required-permissions.ts";

const CALLER = "ctl@p.iam.gserviceaccount.com";
const RUNNER = "run@q.iam.gserviceaccount.com";
const place: GrantPlace = { project: "p", principal: CALLER };
const grant = `--member=serviceAccount:${CALLER} --role=roles/r`;

describe("a grant", () => {
  test.each<[string, GrantedOn, Partial<GrantPlace>, string | undefined]>([
    [
      "on the project is unconditional, and says so",
      "project",
      {},
      `gcloud projects add-iam-policy-binding p ${grant} --condition=None`,
    ],
    [
      "on secrets counts for names of the prefix, by the project's number",
      "secrets",
      { secretPrefix: "team-a", projectNumber: "42" },
      `gcloud projects add-iam-policy-binding p ${grant} --condition="title=action-llama,expression=resource.name.startsWith('projects/42/secrets/team-a--')"`,
    ],
    [
      "on secrets finds out the number where it is not known",
      "secrets",
      { secretPrefix: "al" },
      `gcloud projects add-iam-policy-binding p ${grant} --condition="title=action-llama,expression=resource.name.startsWith('projects/$(gcloud projects describe p --format='value(projectNumber)')/secrets/al--')"`,
    ],
    ["on secrets of a prefix that nobody knows is not advised", "secrets", {}, undefined],
    [
      "on an account is made in the account's own project",
      "account",
      { account: RUNNER },
      `gcloud iam service-accounts add-iam-policy-binding ${RUNNER} --project=q ${grant}`,
    ],
    ["on an account that nobody knows is not advised", "account", {}, undefined],
    [
      "on a repository is made where the repository is",
      "repository",
      { repository: "projects/q/locations/europe-west1/repositories/agents" },
      `gcloud artifacts repositories add-iam-policy-binding agents --location=europe-west1 --project=q ${grant}`,
    ],
    ["on a repository that nobody knows is not advised", "repository", {}, undefined],
  ])("%s", (_sentence, on, more, expected) =>
    expect(grantCommand({ on, role: "roles/r" }, { ...place, ...more })).toBe(expected),
  );
});

test.each([
  [CALLER, `serviceAccount:${CALLER}`],
  [
    "1-compute@developer.gserviceaccount.com",
    "serviceAccount:1-compute@developer.gserviceaccount.com",
  ],
  ["you@example.com", "user:you@example.com"],
  ["principal://iam.googleapis.com/p/subject/s", '"principal://iam.googleapis.com/p/subject/s"'],
  ["the application default credentials", '"user:<your account>"'],
])("%s is a member as %s", (email, expected) => expect(memberOf(email)).toBe(expected));

test.each([
  [RUNNER, "q"],
  ["1-compute@developer.gserviceaccount.com", undefined],
  ["you@example.com", undefined],
])("the address %s names the project %s", (email, expected) =>
  expect(accountProject(email)).toBe(expected),
);
