import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../start.ts";
import { makeRepository, pushImage } from "../testing/push-image.ts";
import { tarOf } from "../testing/tar.ts";

const hasSkopeo = spawnSync("skopeo", ["--version"]).status === 0;
const run = promisify(execFile);

describe.skipIf(!hasSkopeo)("only where skopeo is installed: skopeo", () => {
  let emulator: Emulator;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "al-emulator-skopeo-"));
    emulator = await startEmulator({ relaxed: true, executor: "simulate", log: () => undefined });
    await makeRepository(emulator.url, "images");
  });
  afterAll(async () => {
    await emulator?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test("copies an image out, in again under another name, and finds it the same", async () => {
    const base = `${emulator.url}/v2/demo-project/images/a`;
    const digest = await pushImage(base, { layers: [tarOf([{ path: "a", bytes: "x" }])] });
    const remote = `docker://${emulator.url.replace("http://", "")}/demo-project/images`;
    const creds = "oauth2accesstoken:owner";
    const source = ["--src-tls-verify=false", "--src-creds", creds, `${remote}/a:latest`];
    await run("skopeo", ["copy", ...source, `dir:${directory}`]);
    const target = ["--dest-tls-verify=false", "--dest-creds", creds, `${remote}/b:v1`];
    await run("skopeo", ["copy", `dir:${directory}`, ...target]);
    const asked = ["--tls-verify=false", "--creds", creds, `${remote}/b:v1`];
    const { stdout } = await run("skopeo", ["inspect", ...asked]);
    expect(JSON.parse(stdout).Digest).toBe(digest);
  });
});
