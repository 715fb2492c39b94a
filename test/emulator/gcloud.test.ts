import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "./start.ts";
import { rest } from "./testing/rest.ts";

// Starts Python for each command: seconds that only those who have gcloud pay.
const hasGcloud = spawnSync("sh", ["-c", "command -v gcloud"]).status === 0;
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin";
const PROJECT = "projects/demo-project";

describe.skipIf(!hasGcloud)("gcloud, with its endpoints overridden (needs gcloud)", () => {
  let emulator: Emulator;
  let directory: string;

  beforeAll(async () => {
    emulator = await startEmulator({ executor: "simulate", relaxed: true, log: () => undefined });
    directory = await mkdtemp(join(tmpdir(), "al-gcloud-"));
    await writeFile(join(directory, "token"), "owner");
    await writeFile(join(directory, "value"), "from gcloud");
    await makeSecret("al--given");
    await makeSecret("al--empty");
    const data = Buffer.from("given").toString("base64");
    await post(`/v1/${PROJECT}/secrets/al--given:addVersion`, { payload: { data } });
    const resource = { type: "global" };
    const entries = [{ logName: `${PROJECT}/logs/mine`, resource, textPayload: "a line" }];
    await post("/v2/entries:write", { entries });
  });
  afterAll(async () => {
    await emulator.close();
    await rm(directory, { recursive: true });
  });

  const post = (path: string, body: unknown) => rest(`${emulator.url}${path}`, { body });
  const makeSecret = (id: string) =>
    post(`/v1/${PROJECT}/secrets?secretId=${id}`, { replication: { automatic: {} } });
  const gcloud = async (...words: string[]): Promise<string> => {
    const env = {
      PATH,
      HOME: directory,
      CLOUDSDK_CONFIG: join(directory, "config"),
      CLOUDSDK_CORE_PROJECT: "demo-project",
      CLOUDSDK_CORE_DISABLE_PROMPTS: "1",
      CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: "1",
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: join(directory, "token"),
      CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER: `${emulator.url}/`,
      CLOUDSDK_API_ENDPOINT_OVERRIDES_LOGGING: `${emulator.url}/`,
    };
    const { stdout, stderr } = await promisify(execFile)("gcloud", words, { env });
    return `${stderr}${stdout}`.trim();
  };

  test.concurrent.each([
    ["secrets create al--new --replication-policy=automatic", "Created secret [al--new]."],
    [
      "secrets versions add al--empty --data-file=VALUE",
      "Created version [1] of the secret [al--empty].",
    ],
    ["secrets versions access latest --secret=al--given", "given"],
    ["secrets list --filter=name:al--given --format=value(name)", "al--given"],
    ["logging read logName:mine --format=value(textPayload)", "a line"],
  ])("%s", async (words, said) => {
    const real = words.replace("VALUE", join(directory, "value")).split(" ");
    expect(await gcloud(...real)).toContain(said);
  });
});
