import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findRequiredPermission } from "../../src/mapping/required-permissions.ts";
import { GRANTED } from "./support/granted.ts";
import { makeStage, RUNNER, type Stage } from "./support/stage.ts";
import { STEP_NAMES, type StepName, stepNamed } from "./support/steps.ts";
import { readUses, stepsThatUse } from "./support/uses.ts";

const uses = readUses();
const FIRST: StepName = "the first run, which makes secrets and job";
const REFUSED_RUN: StepName = "a run that Cloud Run refuses, whose job is deleted again";
const GC: StepName = "al gc, of jobs in two regions and a version";
const DOCTOR: StepName = "al doctor --runtime cloudrun";
const DELETED =
  "deleted  job europe-west1/al-it-<hash>, idle since <time>\n" +
  "deleted  job al-it-<hash>, idle since <time>\n";
const DENIED = { code: 77, stdout: "" };
const PROJECT = "project demo-project (number 123456789012)";

/** Doctor's findings; the last one is there with every right, too. */
const doctor = (code: number, ...found: string[]) => ({
  ...{ code, project: PROJECT, found: [...found, "unknown secrets:it"] },
});

type Failure = readonly [step: StepName, ends: object, doctor: ReturnType<typeof doctor>];

/** A run, or another step, that fails; and doctor says what is missing. */
function fails(permission: string, step: StepName, ends: object = DENIED): Failure {
  const on = findRequiredPermission(permission)?.on === "account" ? `:${RUNNER}` : "";
  return [step, ends, doctor(77, `missing permission:${permission}${on}`)];
}

/** Only doctor looks at it. */
const blinds = (found: ReturnType<typeof doctor>): Failure => [DOCTOR, found, found];

const ROWS: readonly (readonly [string, StepName, object?])[] = [
  ["iam.serviceAccounts.actAs", FIRST],
  // The run itself goes well; its lines are missing.
  ["logging.logEntries.list", FIRST, { code: 0, stdout: "" }],
  ["run.executions.cancel", "a run that is ended by Ctrl-C", { code: 77, stdout: "started\n" }],
  ["run.executions.get", FIRST],
  ["run.executions.list", "a run whose start was not answered", { code: 75 }],
  ["run.jobs.create", FIRST],
  ["run.jobs.delete", REFUSED_RUN, { code: 77, left: 1 }],
  ["run.jobs.get", REFUSED_RUN, { code: 77, left: 1 }],
  ["run.jobs.list", "al plan, before anything is there", { code: 77, actions: [] }],
  ["run.jobs.run", FIRST],
  ["run.jobs.runWithOverrides", FIRST],
  ["run.operations.get", FIRST],
  ["run.tasks.list", "a run whose agent fails", { code: 69, stdout: "" }],
  ["secretmanager.secrets.create", FIRST],
  ["secretmanager.secrets.delete", "al secrets rm"],
  [
    "secretmanager.secrets.get",
    "a run whose secret is not in the list yet",
    { ...DENIED, values: 0 },
  ],
  ["secretmanager.secrets.list", FIRST],
  ["secretmanager.secrets.update", FIRST],
  ["secretmanager.versions.access", "a run after a credential of one field was rotated"],
  ["secretmanager.versions.add", FIRST],
  // The jobs go all the same.
  ["secretmanager.versions.destroy", GC, { code: 77, stdout: DELETED }],
  ["secretmanager.versions.list", "a run from another machine with the same store"],
];

/** What fails first without one thing that Terraform grants; undefined: nothing does. */
const WITHOUT: Readonly<Record<string, Failure | undefined>> = {
  ...Object.fromEntries(ROWS.map(([item, step, ends]) => [item, fails(item, step, ends)])),
  "iam.serviceAccounts.get": blinds(doctor(0, `unknown account:${RUNNER}`)),
  // Its number is what conditions of grants are written with.
  "resourcemanager.projects.get": blinds({ ...doctor(0), project: "project demo-project" }),
  "run.locations.list": blinds(doctor(0, "unknown region")),
  // That Cloud Run's API is on is seen by its regions, which can be listed.
  "serviceusage.services.get": blinds(doctor(0, "unknown api:logging.googleapis.com")),
  // The next one holds all that it holds: docs/permissions.md says why it is there.
  "roles/artifactregistry.reader": undefined,
  "roles/artifactregistry.writer": blinds(
    doctor(77, "missing permission:artifactregistry.repositories.uploadArtifacts"),
  ),
};

let stage: Stage;
beforeAll(async () => {
  stage = await makeStage();
});
afterAll(() => stage?.close());

test("there is a row for each thing that Terraform grants to the controller", () =>
  expect(Object.keys(WITHOUT).sort()).toEqual([...GRANTED].sort()));

test("the steps are those of which it is kept what they use", () =>
  expect(Object.keys(uses)).toEqual(STEP_NAMES));

describe.each(Object.entries(WITHOUT))("without %s", (item, failure) => {
  test(`the first step to fail is: ${failure?.[0] ?? "none"}`, async () => {
    const failed = await firstFailure(item);
    expect([failed?.name, failed?.ended], failed?.said).toEqual([failure?.[0], failure?.[1]]);
  }, 60_000);

  test(`doctor finds ${failure?.[2].found[0] ?? "nothing"}`, async () => {
    const { ended, said } = await stage.perform(stepNamed(DOCTOR), item);
    expect(ended, said).toEqual(failure?.[2] ?? doctor(0));
  });
});

/** Performs the steps that use it, one by one, until one does not end as it should. */
async function firstFailure(item: string) {
  for (const name of stepsThatUse(item, uses)) {
    const step = stepNamed(name);
    const { ended, said } = await stage.perform(step, item);
    if (!isDeepStrictEqual(ended, step.ends)) return { name, ended, said };
  }
  return undefined;
}
