import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../start.ts";
import { rest } from "../testing/rest.ts";

const CHROMIUM = "/usr/bin/chromium";
const LOCATION = "/v2/projects/demo-project/locations/us-central1";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ executor: "simulate", relaxed: true, log: () => undefined });
});
afterAll(() => emulator.close());

const post = (path: string, body: unknown) => rest(`${emulator.url}${path}`, { body });

test.each([
  ["/", "text/html; charset=utf-8"],
  ["/emulator/page.css", "text/css; charset=utf-8"],
  ["/emulator/page.mjs", "text/javascript; charset=utf-8"],
])("%s is served as %s, with nothing inline allowed", async (path, type) => {
  const response = await fetch(`${emulator.url}${path}`);
  expect([response.status, response.headers.get("content-type")]).toEqual([200, type]);
  const policy = response.headers.get("content-security-policy");
  expect(policy).toContain("default-src 'none'; script-src 'self'");
  expect(policy).not.toContain("unsafe");
  expect(await response.text()).not.toMatch(/\son\w+=|<script>|<style>|innerHTML/);
});

test("a foreign page does not get it", async () => {
  const response = await fetch(`${emulator.url}/`, { headers: { origin: "http://evil.example" } });
  expect(response.status).toBe(403);
});

test.skipIf(!existsSync(CHROMIUM))(
  "a browser shows jobs, outcomes, logs and calls, and markup in a log as text (needs chromium)",
  async () => {
    const lines = [{ text: '<img src=x onerror="document.title=1"> hello' }];
    const env = [{ name: "SIMULATE", value: JSON.stringify({ exitCode: 7, lines }) }];
    const containers = [{ image: "host.local/agent", command: ["x"], env }];
    const serviceAccount = "al-runner@demo-project.iam.gserviceaccount.com";
    const template = { template: { serviceAccount, maxRetries: 0, containers } };
    const made = await post(`${LOCATION}/jobs?jobId=al-shown`, { template });
    await post(`/v2/${made.body.name}:wait`, {});
    const run = await post(`${LOCATION}/jobs/al-shown:run`, {});
    await post(`/v2/${run.body.name}:wait`, {});
    const profile = await mkdtemp(join(tmpdir(), "al-page-"));
    const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000"];
    const { stdout: dom } = await promisify(execFile)(
      CHROMIUM,
      [...flags, `--user-data-dir=${profile}`, "--dump-dom", `${emulator.url}/`],
      { timeout: 60_000 },
    );
    await rm(profile, { recursive: true, force: true });
    expect(dom).toContain('<td class="bad">exit 7</td>');
    expect(dom).toContain("<td>al-shown</td>");
    expect(dom).toContain("&lt;img src=x");
    expect(dom).not.toContain("<img");
    expect(dom).toContain("<td>Jobs.RunJob</td>");
    expect(dom).toContain('<span id="status" class="good">live</span>');
  },
);
