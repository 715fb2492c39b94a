import { afterAll, describe, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { startAl } from "../support/al-process.ts";
import { foreignSecrets, makeForeignSecrets } from "../support/foreign.ts";
import { valuesOf } from "../support/rest.ts";
import { ofFile, show, shown } from "../support/sha.ts";
import { writeFields } from "../support/store.ts";
import { copyStore, makeWorld } from "../support/world.ts";

// A credential with several fields is rotated, and the process is killed between any two of the calls: before one that was sent takes effect, or
// after it did and before anybody heard of it.

const SERVICE = "google.cloud.secretmanager.v1.SecretManagerService";

const world = await makeWorld();
afterAll(() => world.close());

const START = { "custom/x/a": "fake-a", "custom/x/b": "fake-b", "custom/x/c": "fake-c" };

const PATH = world.project(
  agent(show(...Object.keys(START).map(ofFile)), 'credentials = ["custom:x"]'),
);

const sync = (store: string) =>
  world.al(["secrets", "sync", "it", "-p", PATH], { variables: { AL_CREDENTIALS_DIR: store } });

let stores = 0;

/** A new Google that holds the first values, so long ago that no list lags behind, and a store with the next one. */
async function prepare(): Promise<string> {
  await world.reset();
  await makeForeignSecrets(world);
  stores += 1;
  const store = copyStore(world, `killed-${stores}/credentials`);
  writeFields(store, START);
  const { code, stderr } = await sync(store);
  if (code !== 0) throw new Error(stderr);
  await world.control("/emulator/clock", { advanceMs: 3_600_000 });
  writeFields(store, { "custom/x/b": "fake-b-next" });
  return store;
}

type Call = { readonly method: string; readonly nth: number };

/** The calls of a rotation that nothing disturbs. */
async function callsOfRotation(): Promise<Call[]> {
  const store = await prepare();
  const since = (await world.calls()).length;
  await sync(store);
  const methods = (await world.calls(since))
    .filter(({ method }) => method.startsWith(SERVICE))
    .map(({ method }) => method.split(".").at(-1) ?? "");
  return methods.map((method, index) => ({
    method,
    nth: methods.slice(0, index + 1).filter((other) => other === method).length,
  }));
}

/** Starts a real sync and kills it while it waits for the answer to that call. */
async function killAt(
  store: string,
  { method, nth, when }: Call & { readonly when: string },
): Promise<void> {
  const since = (await world.calls()).length;
  const rule = { method: `${SERVICE}.${method}`, nth, when, action: { hangMs: 60_000 } };
  await world.control("/emulator/faults", { rules: [rule] });
  const al = startAl(["secrets", "sync", "it", "-p", PATH], {
    AL_CREDENTIALS_DIR: store,
    AL_GCP_EMULATOR: world.emulator.url,
  });
  const tooEarly = al.ended.then(({ stderr }) => {
    throw new Error(`it ended before call ${nth} of ${method}:\n${stderr}`);
  });
  await Promise.race([world.called(rule.method, { times: nth, since }), tooEarly]);
  tooEarly.catch(() => undefined);
  al.child.kill("SIGKILL");
  await al.ended;
  await world.control("/emulator/faults", { rules: [] });
}

const rows = (await callsOfRotation()).flatMap((call) =>
  ["before", "after"].map(
    (when) => [`${call.method} ${call.nth}, ${when} it took effect`, { ...call, when }] as const,
  ),
);

describe("kill -9 in the rotation of one of three fields: the next run repairs it, nothing is lost, nothing doubled, nothing of others changed", () => {
  test.each(rows)(
    "at %s",
    async (_sentence, call) => {
      const store = await prepare();
      const foreign = await foreignSecrets(world);
      await killAt(store, call);
      const { code, stdout, stderr } = await world.al(run(PATH), {
        variables: { AL_CREDENTIALS_DIR: store },
      });
      expect({ code, stdout }, stderr).toEqual({
        code: 0,
        stdout: shown("fake-a", "fake-b-next", "fake-c"),
      });
      expect({
        a: await valuesOf(world, "al--custom--x--a"),
        b: await valuesOf(world, "al--custom--x--b"),
        c: await valuesOf(world, "al--custom--x--c"),
        files: await valuesOf(world, "al--custom--x--_files"),
        foreign: await foreignSecrets(world),
      }).toEqual({
        a: ["fake-a"],
        b: ["fake-b", "fake-b-next"],
        c: ["fake-c"],
        files: ["fake-a", "fake-b", "fake-c", "fake-b-next"],
        foreign,
      });
      const settled = (await world.calls()).length;
      await sync(store);
      expect(await world.calls(settled)).toEqual([]);
    },
    60_000,
  );
});
