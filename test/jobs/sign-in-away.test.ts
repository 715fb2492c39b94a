import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { seedCallers, TARGET } from "../support/sign-in.ts";
import { CLOUD_TOML, makeWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
  await seedCallers(world);
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const GIVE_TOKEN = "google.iam.credentials.v1.IAMCredentials.GenerateAccessToken";
const RUN = "google.cloud.run.v2.Jobs.RunJob";
const AS_TARGET = `${CLOUD_TOML}auth = "impersonate"\nimpersonate = "${TARGET}"\n`;

/** Lets the tokens so far expire, and new ones be refused so many times. */
async function expire(status: string, times: number): Promise<void> {
  const rules = [{ method: GIVE_TOKEN, times, action: { status } }];
  await world.control("/emulator/faults", { rules });
  await world.control("/emulator/clock", { advanceMs: 3_700_000 });
}

async function runWith(expireAt: (text: string) => Promise<void> | undefined, timeout = 86_400) {
  const script = "echo started; sleep 1; echo ended; exit 3";
  const path = world.project(agent(script, `timeout = ${timeout}`), AS_TARGET);
  let expired: Promise<void> | undefined;
  const variables = { GOOGLE_APPLICATION_CREDENTIALS: world.emulator.keyFile };
  const { code, stdout, stderr } = await world.al(run(path), {
    variables,
    onOutput: (text) => {
      expired ??= expireAt(text);
    },
    // Signing in waits by the real time, of which a call waits half a minute.
    speed: 5,
  });
  await expired;
  const refused = (await world.calls()).filter(
    ({ method, status }) => method === GIVE_TOKEN && status !== "OK",
  );
  return { code, stdout, stderr, refused: refused.length };
}

const whenStarted = (status: string, times: number) => (text: string) =>
  text.includes("started") ? expire(status, times) : undefined;

describe("a token that cannot be renewed in the middle of a run", () => {
  test.each([
    ["for a moment", 3],
    ["for longer than one call waits", 12],
  ])("%s: the run ends with the agent's own code, and all its lines", async (_sentence, times) => {
    const { code, stdout, refused } = await runWith(whenStarted("UNAVAILABLE", times));
    expect({ code, stdout, refused }).toEqual({
      code: 3,
      stdout: "started\nended\n",
      refused: times,
    });
  });

  test("and never can be ends the watch at once", async () => {
    const { code, stderr, refused } = await runWith(whenStarted("PERMISSION_DENIED", 100));
    expect(code).toBe(77);
    expect(stderr).toContain(`may not act as ${TARGET}`);
    expect(refused).toBeLessThan(5);
  });
});

test("a token that cannot be renewed while a run is looked for does not end the search", async () => {
  const lost = { method: RUN, nth: 2, when: "after", action: { status: "UNAVAILABLE" } };
  await world.control("/emulator/faults", { rules: [lost] });
  const { code, refused } = await runWith((text) =>
    text.includes("looking for the run") ? expire("UNAVAILABLE", 12) : undefined,
  );
  const { executions = [] } = await world.state();
  expect({ code, refused, executions: (executions as unknown[]).length }).toEqual({
    ...{ code: 3, refused: 12, executions: 1 },
  });
});

describe("a token that cannot be had before the launch", () => {
  test("is waited for, and the run is started once", async () => {
    const { code, refused } = await runWith((text) =>
      text.includes("Launching") ? expire("UNAVAILABLE", 3) : undefined,
    );
    const started = (await world.calls()).filter(
      ({ method, status }) => method === RUN && status === "OK",
    );
    expect({ code, refused, started: started.length }).toEqual({ code: 3, refused: 3, started: 1 });
  });

  test("for long ends it: nothing was started, so nobody looks for a run", async () => {
    const { code, stderr } = await runWith((text) =>
      text.includes("Launching") ? expire("UNAVAILABLE", 1_000) : undefined,
    );
    const { executions } = await world.state();
    expect({ code, executions }).toEqual({ code: 69, executions: [] });
    expect(stderr).toContain("al could not sign in: iamcredentials.googleapis.com");
    expect(stderr).not.toContain("looking for the run");
  });
});
