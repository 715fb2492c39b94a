import { afterAll, beforeAll, expect, test } from "vitest";
import { OWN_PERMISSIONS, permissionsOf } from "./support/granted.ts";
import { callsOf, type JournalLine, permissionsIn, refusalsIn } from "./support/journal.ts";
import { CONTROLLER, makeStage, type Performance, type Stage } from "./support/stage.ts";
import { STEP_NAMES, type StepName, stepNamed } from "./support/steps.ts";
import { USES_PATH } from "./support/uses.ts";

const { UNUSED } = await import(new URL("../../scripts/permissions-doc.mjs", import.meta.url).href);
const PREFIXED = /secretmanager\.(versions|secrets\.(get|update|delete))/;

let stage: Stage;
const performances = new Map<StepName, Performance>();
beforeAll(async () => {
  stage = await makeStage();
  for (const name of STEP_NAMES) performances.set(name, await stage.perform(stepNamed(name)));
}, 180_000);
afterAll(() => stage?.close());

/** What the controller called in all of this, or in one step. */
const callsIn = (...names: readonly StepName[]): readonly JournalLine[] =>
  (names.length === 0 ? STEP_NAMES : names).flatMap((name) =>
    callsOf(performances.get(name)?.calls ?? [], CONTROLLER),
  );

/** What doctor asks in vain: it says "unknown" of the runner's access. */
const REFUSED: { readonly [name in StepName]?: readonly string[] } = {
  "al doctor --runtime cloudrun": [
    "resourcemanager.projects.getIamPolicy by Projects.GetIamPolicy",
    "secretmanager.secrets.getIamPolicy by SecretManagerService.GetIamPolicy",
  ],
};

test.each(STEP_NAMES)("with exactly the rights that Terraform grants, %s works", (name) => {
  const performance = performances.get(name);
  expect(
    { ended: performance?.ended, refused: refusalsIn(callsIn(name)) },
    performance?.said,
  ).toEqual({ ended: stepNamed(name).ends, refused: REFUSED[name] ?? [] });
});

test("which permissions each step uses is kept; `npx vitest run test/terraform/least-privilege.test.ts -u` writes it anew", async () => {
  const uses = STEP_NAMES.map((name) => [name, permissionsIn(callsIn(name))]);
  await expect(`${JSON.stringify(Object.fromEntries(uses), null, 2)}\n`).toMatchFileSnapshot(
    USES_PATH,
  );
});

test("every permission of the module's own roles is used", () => {
  const used = permissionsIn(callsIn());
  expect(OWN_PERMISSIONS.filter((permission) => !used.includes(permission))).toEqual([]);
});

test("what Google's roles bring along unused is what docs/permissions.md justifies", () => {
  const used = permissionsIn(callsIn());
  const unused = permissionsOf("roles/artifactregistry.writer").filter(
    (permission) => !used.includes(permission),
  );
  const justified = UNUSED.flatMap(({ permissions }: { permissions: string[] }) => permissions);
  expect([...justified].sort()).toEqual([...unused].sort());
});

test("what the controller uses on secrets, it uses under the prefix", () => {
  const onSecrets = callsIn().filter(({ permissions }) =>
    permissions.some((each) => PREFIXED.test(each)),
  );
  expect(onSecrets).not.toEqual([]);
  expect(onSecrets.filter(({ resource }) => !resource.includes("/secrets/al--"))).toEqual([]);
});

test("lines come by the stream, and by lists too", () => {
  const methods = new Set(callsIn().map(({ method }) => method.split(".").at(-1)));
  expect([...methods].filter((method) => /LogEntries$/.test(method ?? "")).sort()).toEqual([
    "ListLogEntries",
    "TailLogEntries",
  ]);
});
