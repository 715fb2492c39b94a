import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { rest } from "./testing/rest.ts";

// `npm test` builds first: the process is tested as it is shipped.
const MAIN = fileURLToPath(new URL("../../dist/test/emulator/main.js", import.meta.url));

const started: ChildProcess[] = [];
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

function run(...flags: string[]) {
  const child = spawn(process.execPath, [MAIN, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    said.stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said.stderr += chunk.toString();
  });
  const ended = once(child, "close").then(([code]) => ({ code, ...said }));
  const ready = async () => {
    const [line] = await once(createInterface(child.stdout), "line");
    return JSON.parse(line) as { url: string; project: string; keyFile: string };
  };
  return { child, ended, ready };
}

describe("the emulator's process", () => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "says one line when ready, and leaves nothing behind after %s",
    async (signal) => {
      const { child, ended, ready } = run("--executor", "host", "--relaxed");
      const emulator = await ready();
      expect(emulator).toEqual({
        url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        project: "demo-project",
        keyFile: expect.stringMatching(/^\/.*\.json$/),
      });
      const modes = [emulator.keyFile, dirname(emulator.keyFile)].map(
        async (path) => (await stat(path)).mode & 0o777,
      );
      expect(await Promise.all(modes)).toEqual([0o600, 0o700]);
      const { body } = await rest(`${emulator.url}/emulator/info`);
      expect(body).toEqual({
        project: "demo-project",
        projectNumber: "123456789012",
        grpc: { host: "localhost", port: Number(new URL(emulator.url).port) },
        ca: expect.stringContaining("BEGIN CERTIFICATE"),
        executor: "host",
        methods: expect.arrayContaining(["google.cloud.run.v2.Jobs.RunJob"]),
        options: {
          ...{ relaxed: true, iam: "enforce", quotas: false, latencyMs: 0, operationDelayMs: 0 },
          ...{ iamDelayMs: 0, listDelayMs: 0, logDelayMs: 0, logShuffleMs: 0 },
        },
      });
      child.kill(signal);
      expect(await ended).toEqual({
        code: 0,
        stdout: `${JSON.stringify(emulator)}\n`,
        stderr: expect.stringContaining("--executor host"),
      });
      expect(existsSync(dirname(emulator.keyFile))).toBe(false);
    },
  );

  test("takes its delays and its seed from flags", async () => {
    const directory = await mkdtemp(join(tmpdir(), "al-emulator-test-"));
    const seed = join(directory, "seed.json");
    await writeFile(seed, JSON.stringify({ project: { id: "demo-two", number: "2" } }));
    const { ready } = run(
      ...["--executor", "host", "--seed", seed],
      ...["--operation-delay", "5", "--log-delay", "6", "--log-shuffle", "7"],
      ...["--list-delay", "8", "--iam-delay", "9", "--latency", "10"],
      ...["--iam", "log", "--quotas", "off"],
    );
    const { url } = await ready();
    await rm(directory, { recursive: true });
    const { body } = await rest(`${url}/emulator/info`);
    expect(body.options).toEqual({
      ...{ relaxed: false, iam: "log", quotas: false, latencyMs: 10, operationDelayMs: 5 },
      ...{ iamDelayMs: 9, listDelayMs: 8, logDelayMs: 6, logShuffleMs: 7 },
    });
    expect((await rest(`${url}/v1/projects/demo-two/secrets`)).status).toBe(200);
  });

  // What flags mean is in flags.test.ts: a process a row would take long.
  test.each([
    ["an unknown flag", ["--nonsense"], /Unknown option '--nonsense'/],
    [
      "a seed that is not there",
      ["--seed", "/nonexistent.json"],
      /--seed \/nonexistent\.json: ENOENT/,
    ],
  ])("refuses %s", async (_what, flags, message) => {
    expect(await run(...flags).ended).toEqual({
      code: 64,
      stdout: "",
      stderr: expect.stringMatching(message),
    });
  });

  test("says that its port is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    expect(await run("--port", String(port), "--executor", "host").ended).toEqual({
      code: 69,
      stdout: "",
      stderr: expect.stringContaining(`port ${port} on 127.0.0.1 is in use`),
    });
    other.close();
  });

  test("explains itself", async () => {
    expect(await run("--help").ended).toEqual({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining("Usage: al-emulator"),
    });
  });
});
