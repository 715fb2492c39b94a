import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentConfig, CloudConfig } from "../../src/config/config.ts";
import { formatRef, parseRef } from "../../src/credentials/ref.ts";
import { Secret } from "../../src/credentials/secret.ts";
import { fieldType } from "../../src/credentials/types.ts";
import { injections } from "../../src/mapping/environment.ts";
import { planJob } from "../../src/mapping/job-spec.ts";
import { planSecrets } from "../../src/mapping/secret-plan.ts";
import { type Emulator, startEmulator } from "../emulator/start.ts";
import { type GoogleClients, googleClients } from "../emulator/testing/google-clients.ts";
import { anyStore } from "../support/any-store.ts";
import { AGENT, CLOUD } from "./samples.ts";

// Every job that al plans is one that Cloud Run's own checks take, by the emulator, which knows nothing of al.

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

const anyAgent: fc.Arbitrary<AgentConfig> = fc.record({
  name: fc.string({ minLength: 1, maxLength: 80, unit: "grapheme" }),
  credentials: fc.constant([]),
  models: fc.constant([]),
  timeoutSeconds: fc.oneof(
    fc.constantFrom(1, 900, 86_400, 604_800),
    fc.integer({ min: 1, max: 604_800 }),
  ),
  container: fc.record({
    image: fc.constantFrom(
      "host.local/agent:latest",
      `us-central1-docker.pkg.dev/p/r/a@sha256:${"0".repeat(64)}`,
    ),
    command: fc.array(fc.string({ unit: "grapheme" }), { maxLength: 3 }),
    args: fc.array(fc.string({ unit: "grapheme" }), { maxLength: 3 }),
    memory: fc.constantFrom(undefined, "2g", "2048Mi", "4Gi"),
    cpus: fc.constantFrom(undefined, "1", "2", "1000m"),
    env: fc.dictionary(
      fc.stringMatching(/^OWN_[A-Za-z0-9_]{0,20}$/),
      fc.oneof(fc.string({ unit: "grapheme" }), fc.constant("f".repeat(32_768))),
      { maxKeys: 4 },
    ),
  }),
});

const anyCloud: fc.Arbitrary<CloudConfig> = fc.record({
  ...Object.fromEntries(Object.entries(CLOUD).map(([key, value]) => [key, fc.constant(value)])),
  secretPrefix: fc.constantFrom("al", "team-a", "x".repeat(40)),
  labels: fc.dictionary(
    fc
      .stringMatching(/^[a-z][a-z0-9_-]{0,62}$/)
      .filter((key) => !/^(managed-by|al-agent)$/.test(key)),
    fc.stringMatching(/^[a-z0-9_-]{0,63}$/),
    { maxKeys: 5 },
  ),
}) as fc.Arbitrary<CloudConfig>;

test("Cloud Run takes every job of every store, agent and configuration", () =>
  fc.assert(
    fc.asyncProperty(anyStore, anyAgent, anyCloud, async ({ refs, files }, agent, cloud) => {
      const credentials = refs.map((text) => {
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
      const pins = new Map(
        planSecrets(credentials, cloud.secretPrefix).map(({ id, items }) => [
          id,
          new Map(items.map(({ name }, index) => [name, String(index + 1)])),
        ]),
      );
      const { jobId, job } = planJob({
        ...{ agent, cloud, credentials, pins },
        injections: injections(credentials).injections,
      });
      const parent = "projects/demo-project/locations/us-central1";
      const [operation] = await google.jobs.createJob({ parent, jobId, job, validateOnly: true });
      expect(operation.error ?? null).toBeNull();
    }),
    { numRuns: 100 },
  ));

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
  const parent = "projects/demo-project/locations/us-central1";
  await expect(
    google.jobs.createJob({ parent, jobId, job, validateOnly: true }),
  ).rejects.toMatchObject({ code: 3 });
});
