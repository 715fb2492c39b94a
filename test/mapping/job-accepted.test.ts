import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkTable } from "../../src/config/check-table.ts";
import { cloudConfig } from "../../src/config/cloud-config.ts";
import { cloudSchema } from "../../src/config/schema.ts";
import type { Credential } from "../../src/credentials/credential.ts";
import { formatRef, parseRef } from "../../src/credentials/ref.ts";
import { Secret } from "../../src/credentials/secret.ts";
import { fieldType } from "../../src/credentials/types.ts";
import { ConfigError, DataError } from "../../src/errors.ts";
import { injections } from "../../src/mapping/environment.ts";
import { type JobPlan, planJob } from "../../src/mapping/job-spec.ts";
import { planSecrets } from "../../src/mapping/secret-plan.ts";
import { type Emulator, startEmulator } from "../emulator/start.ts";
import { type GoogleClients, googleClients } from "../emulator/testing/google-clients.ts";
import { type AnyAgent, anyAgent, anyCloud, ODD_NAMES } from "../support/any-settings.ts";
import { anyStore } from "../support/any-store.ts";
import type { Files } from "../support/sync-machine.ts";
import { AGENT, CLOUD } from "./samples.ts";

// Every job that al plans, and does not refuse to plan, is one that Cloud Run's own checks take, by the emulator, which knows nothing of al.

let emulator: Emulator;
let google: GoogleClients;
beforeAll(async () => {
  emulator = await startEmulator({ operationDelayMs: 0, executor: "simulate" });
  google = await googleClients(emulator);
});
afterAll(async () => {
  await google.close();
  await emulator.close();
});

type Case = {
  readonly store: { readonly refs: readonly string[]; readonly files: Files };
  readonly agent: AnyAgent;
  readonly cloud: Readonly<Record<string, unknown>>;
};

const storedAs = ({ refs, files }: Case["store"]): Credential[] =>
  refs.map((text) => {
    const ref = parseRef(text);
    const start = `${ref.type}/${ref.instance}/`;
    const names = Object.keys(files)
      .filter((path) => path.startsWith(start))
      .map((path) => path.slice(start.length));
    const fields = names.map((name) => ({
      ...{ env: [], ...fieldType(ref.type, name) },
      content: new Secret(`fake value of ${formatRef(ref)}`),
    }));
    return { ref, fields };
  });

/** The job, or undefined where al itself refuses, which it must do as the user's own error. */
function planned({ store, agent, cloud: table }: Case): JobPlan | undefined {
  const { name, timeoutSeconds, ...container } = agent;
  const credentials = storedAs(store);
  try {
    const place = { file: "config.toml", section: "cloud" };
    const cloud = cloudConfig(checkTable(cloudSchema, table, place), { agent: name, file: "" });
    const pins = new Map(
      planSecrets(credentials, cloud.secretPrefix).map(({ id, items }) => [
        id,
        new Map(items.map((item, index) => [item.name, String(index + 1)])),
      ]),
    );
    return planJob({
      ...{ credentials, cloud, pins, injections: injections(credentials).injections },
      agent: { name, timeoutSeconds, container, credentials: [], models: [] },
    });
  } catch (error) {
    if (error instanceof ConfigError || error instanceof DataError) return undefined;
    throw error;
  }
}

const parent = "projects/demo-project/locations/us-central1";

/** Whether al plans the job; then Cloud Run must take it. */
async function takes(given: Case): Promise<JobPlan | undefined> {
  const plan = planned(given);
  if (plan === undefined) return undefined;
  const { jobId, job } = plan;
  const [operation] = await google.jobs.createJob({ parent, jobId, job, validateOnly: true });
  expect(operation.error ?? null).toBeNull();
  return plan;
}

test("what al's own checks take, Cloud Run takes: every job of every store, agent and configuration", async () => {
  const seen = { taken: 0, refused: 0, network: 0, key: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.record({ store: anyStore, agent: anyAgent, cloud: anyCloud }),
      async (given) => {
        const plan = await takes(given);
        const task = plan?.job.template?.template;
        seen[plan === undefined ? "refused" : "taken"] += 1;
        if (task?.vpcAccess) seen.network += 1;
        if (task?.encryptionKey) seen.key += 1;
      },
    ),
    { numRuns: 150 },
  );
  // Of each kind enough that the sentence says something.
  expect(Object.entries(seen).filter(([, count]) => count < 10)).toEqual([]);
});

describe("and nothing else is taken by mistake", () => {
  const usual = {
    store: { refs: ["github_token"], files: { "github_token/default/token": "x" } },
    agent: {
      ...{ name: "dev", timeoutSeconds: 900, image: "host.local/agent:latest" },
      ...{ command: [], args: [], memory: undefined, cpus: undefined, env: {} },
    },
    cloud: { region: "us-central1", service_account: CLOUD.serviceAccount },
  };

  test.each(ODD_NAMES.map((name) => [name.slice(0, 20), name] as const))(
    "a variable called %j",
    async (_shown, name) => {
      const env = Object.fromEntries([[name, "v"]]);
      await takes({ ...usual, agent: { ...usual.agent, env } });
    },
  );

  test.each([60, 61, 62, 63, 64, 65])("%d labels", async (count) => {
    const labels = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`l${index}`, ""]),
    );
    const plan = await takes({ ...usual, cloud: { ...usual.cloud, labels } });
    expect(plan !== undefined).toBe(count <= 62);
  });
});

test("those checks do refuse: a job whose volume has no version is not taken", async () => {
  const { jobId, job } = planJob({
    ...{ agent: AGENT, cloud: CLOUD, injections: [], pins: new Map() },
    credentials: [
      {
        ref: parseRef("github_token"),
        fields: [
          { ...{ env: [], ...fieldType("github_token", "token") }, content: new Secret("fake") },
        ],
      },
    ],
  });
  await expect(
    google.jobs.createJob({ parent, jobId, job, validateOnly: true }),
  ).rejects.toMatchObject({ code: 3 });
});
