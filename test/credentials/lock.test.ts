import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { lutimes, readdir, readlink, stat, symlink, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { withLock } from "../../src/credentials/lock.ts";
import { refusal } from "../refusal.ts";
import { jumpingClock } from "./jumping-clock.ts";
import { temporaryDirectory } from "./temporary-store.ts";

const newLock = async (): Promise<string> => join(await temporaryDirectory(), "custom/.x.lock");

/** A lock that somebody left or holds; a text is a plain file with it. */
async function lockOf(
  owner: { pid?: number; host?: string } | string,
  ageSeconds = 0,
): Promise<string> {
  const path = join(await temporaryDirectory(), ".x.lock");
  await (typeof owner === "string" ? writeFile(path, owner) : symlink(JSON.stringify(owner), path));
  const time = Date.now() / 1000 - ageSeconds;
  await lutimes(path, time, time);
  return path;
}

/** A process that does nothing, and is gone when the test is over. */
function idleProcess(): ChildProcess {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

async function deadPid(): Promise<number> {
  const child = idleProcess();
  child.kill("SIGKILL");
  await once(child, "exit");
  return child.pid ?? 0;
}

describe("a lock", () => {
  test("is a file of its owner's while the action runs, and its directory is made for it", async () => {
    const path = await newLock();
    const clock = jumpingClock();
    const held = await withLock(path, clock, async () => ({
      ...JSON.parse(await readlink(path)),
      directory: ((await stat(dirname(path))).mode & 0o777).toString(8),
    }));
    expect(held).toEqual({
      pid: process.pid,
      host: hostname(),
      token: expect.stringMatching(/^[0-9a-f]{12}$/),
      directory: "700",
    });
    expect(await readdir(dirname(path))).toEqual([]);
    expect(clock.slept()).toBe(0);
  });

  test("is gone when the action fails, and the failure is the action's", async () => {
    const path = await newLock();
    const action = () => Promise.reject(new Error("the action failed"));
    await expect(withLock(path, jumpingClock(), action)).rejects.toThrow("the action failed");
    expect(await readdir(dirname(path))).toEqual([]);
  });

  test("is not removed by one from whom it was taken", async () => {
    const path = await newLock();
    await withLock(path, jumpingClock(), async () => {
      await unlink(path);
      await symlink("somebody else's", path);
    });
    expect(await readlink(path)).toBe("somebody else's");
  });

  test("is held by one at a time, also when all find a dead owner's first", async () => {
    const path = await lockOf({ pid: await deadPid(), host: hostname() });
    let inside = 0;
    const seen: number[] = [];
    await Promise.all(
      Array.from({ length: 30 }, () =>
        withLock(path, { now: Date.now, sleep: () => turn() }, async () => {
          inside += 1;
          seen.push(inside);
          await turn();
          inside -= 1;
        }),
      ),
    );
    expect(seen).toEqual(Array.from({ length: 30 }, () => 1));
    expect(await readdir(dirname(path))).toEqual([]);
  });
});

describe("a lock that somebody left is broken at once", () => {
  const taken = async (path: string) => {
    const clock = jumpingClock();
    const result = await withLock(path, clock, async () => "done");
    return { result, slept: clock.slept(), left: await readdir(dirname(path)) };
  };
  const AT_ONCE = { result: "done", slept: 0, left: [] };

  test("when its owner was killed on this machine", async () =>
    expect(await taken(await lockOf({ pid: await deadPid(), host: hostname() }))).toEqual(AT_ONCE));

  test("when it is older than 30 seconds and from another machine", async () =>
    expect(await taken(await lockOf({ pid: 1, host: "elsewhere.example" }, 31))).toEqual(AT_ONCE));

  test("when it is older than 30 seconds, though a process has its owner's number", async () =>
    expect(await taken(await lockOf({ pid: process.pid, host: hostname() }, 31))).toEqual(AT_ONCE));

  test("when it is older than 30 seconds and nobody's", async () =>
    expect(await taken(await lockOf("", 31))).toEqual(AT_ONCE));

  test("when it is from the future, as after the machine's clock was set back", async () =>
    expect(await taken(await lockOf("", -3600))).toEqual(AT_ONCE));

  test("and so is the mark of one who was killed while breaking it", async () => {
    const path = await lockOf("", 31);
    await symlink("breaking", `${path}.broken`);
    await lutimes(`${path}.broken`, Date.now() / 1000 - 31, Date.now() / 1000 - 31);
    expect(await taken(path)).toEqual({ ...AT_ONCE, slept: expect.any(Number) });
  });
});

describe("a lock that somebody holds is waited for, and in the end not broken", () => {
  const refused = async (path: string) => {
    const clock = jumpingClock();
    const said = await refusal(
      () => withLock(path, clock, async () => "done"),
      (text) => text.replaceAll(dirname(path), "<store>"),
    );
    expect(clock.slept()).toBe(10_000);
    expect(await readdir(dirname(path))).toEqual([".x.lock"]);
    return said;
  };

  test("a living process of this machine", async () => {
    const pid = idleProcess().pid ?? 0;
    const said = await refused(await lockOf({ pid, host: hostname() }));
    expect(said.replace(String(pid), "<pid>").replace(hostname(), "<host>")).toMatchInlineSnapshot(`
      "TryAgainError, exit 75
      what: The credential behind <store>/.x.lock is being changed by process <pid> on <host>
      why: it has held the lock for more than 10 seconds
      remedy: Try again. If that process is gone for good: rm <store>/.x.lock"
    `);
  });

  test("a process of another machine, which nobody can look at from here", async () => {
    const said = await refused(await lockOf({ pid: await deadPid(), host: "elsewhere.example" }));
    expect(said).toContain("on elsewhere.example");
  });

  test("somebody who did not say who it is", async () =>
    expect((await refused(await lockOf(""))).split("\n").slice(0, 2)).toEqual([
      "TryAgainError, exit 75",
      "what: The credential behind <store>/.x.lock is being changed by another process",
    ]));
});

test("a lock that is given back while another waits goes to the other", async () => {
  const path = await newLock();
  const order: string[] = [];
  let giveBack = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    giveBack = resolve;
  });
  let taken = (): void => undefined;
  const firstHasIt = new Promise<void>((resolve) => {
    taken = resolve;
  });
  const first = withLock(path, jumpingClock(), async () => {
    order.push("first has it");
    taken();
    await held;
    order.push("first gives it back");
  });
  await firstHasIt;
  let waits = 0;
  const second = withLock(
    path,
    {
      now: () => Date.now(),
      async sleep() {
        waits += 1;
        if (waits === 3) giveBack();
        await turn();
      },
    },
    async () => {
      order.push("second has it");
    },
  );
  await Promise.all([first, second]);
  expect(order).toEqual(["first has it", "first gives it back", "second has it"]);
});
