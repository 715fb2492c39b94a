import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { newPrivateKey, writeFields } from "../support/store.ts";
import { type AlOptions, CLOUD_TOML, copyStore, makeWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const hello = agent("echo hello", 'credentials = ["github_token"]');

/** Prepares the world and says what to run; `say` is a part of the message, `mend` of the remedy. */
type Refusal = {
  readonly code: number;
  readonly say: string;
  readonly mend: string;
  readonly arrange: () => { args: string[]; options?: AlOptions };
};

const withStore = (name: string, change: (store: string) => void): AlOptions => {
  const store = copyStore(world, name);
  change(store);
  return { variables: { AL_CREDENTIALS_DIR: store } };
};

const key = (fields: object): string =>
  JSON.stringify({
    ...JSON.parse(readFileSync(world.emulator.keyFile, "utf8")),
    ...fields,
  });

const REFUSALS: readonly (readonly [string, Refusal])[] = [
  [
    "a credential that is not stored",
    {
      code: 78,
      say: "The credential linear_token is missing",
      mend: "al creds add linear_token",
      arrange: () => ({
        args: run(world.project(agent("true", 'credentials = ["linear_token"]'))),
      }),
    },
  ],
  [
    "an infrastructure type in an agent's list",
    {
      code: 78,
      say: "gcp_service_account is an infrastructure credential",
      mend: 'Remove "gcp_service_account"',
      arrange: () => ({
        args: run(world.project(agent("true", 'credentials = ["gcp_service_account"]'))),
      }),
    },
  ],
  [
    "a pi_auth model",
    {
      code: 78,
      say: 'Model "m" of agent "it" uses authType "pi_auth"',
      mend: 'authType = "api_key"',
      arrange: () => ({
        args: run(
          world.project(
            agent("true", 'models = ["m"]'),
            `${CLOUD_TOML}\n[models.m]\nprovider = "anthropic"\nauthType = "pi_auth"\n`,
          ),
        ),
      }),
    },
  ],
  [
    "a malformed key",
    {
      code: 65,
      say: "gcp_service_account is not a usable service-account key",
      mend: "gcloud iam service-accounts keys create",
      arrange: () => ({
        args: run(world.project(hello)),
        options: withStore("malformed", (store) =>
          writeFields(store, {
            "gcp_service_account/default/key_json": '{"type": "service_account", ',
          }),
        ),
      }),
    },
  ],
  [
    "a key that is not stored",
    {
      code: 78,
      say: "The credential gcp_service_account is missing",
      mend: "al creds add gcp_service_account",
      arrange: () => ({
        args: run(world.project(hello)),
        options: withStore("no-key", (store) =>
          rmSync(join(store, "gcp_service_account"), { recursive: true }),
        ),
      }),
    },
  ],
  [
    "a key of a kind that could fetch URLs or run programs",
    {
      code: 65,
      say: 'its "type" is "external_account"',
      mend: "al creds add gcp_service_account",
      arrange: () => ({
        args: run(world.project(hello)),
        options: withStore("external", (store) =>
          writeFields(store, {
            "gcp_service_account/default/key_json": key({ type: "external_account" }),
          }),
        ),
      }),
    },
  ],
  [
    "the key of a real project in emulator mode",
    {
      code: 78,
      say: 'names the project "acme-production" while AL_GCP_EMULATOR is set',
      mend: "Unset AL_GCP_EMULATOR",
      arrange: () => ({
        args: run(world.project(hello)),
        options: withStore("real", (store) =>
          writeFields(store, {
            "gcp_service_account/default/key_json": key({ project_id: "acme-production" }),
          }),
        ),
      }),
    },
  ],
  [
    "a real project in the configuration in emulator mode",
    {
      code: 78,
      say: '[cloud] project names the project "acme-production"',
      mend: "Unset AL_GCP_EMULATOR",
      arrange: () => ({
        args: run(world.project(hello, `${CLOUD_TOML}project = "acme-production"\n`)),
      }),
    },
  ],
  [
    "a key that Google does not know",
    {
      code: 77,
      say: "al could not list the secrets",
      mend: "gcloud iam service-accounts keys create",
      arrange: () => ({
        args: run(world.project(hello)),
        options: withStore("revoked", (store) =>
          writeFields(store, {
            "gcp_service_account/default/key_json": key({ private_key: newPrivateKey() }),
          }),
        ),
      }),
    },
  ],
  [
    "an unknown agent",
    {
      code: 64,
      say: 'There is no agent "nobody"',
      mend: "al run it --runtime cloudrun",
      arrange: () => ({
        args: ["run", "nobody", "--runtime", "cloudrun", "-p", world.project(hello)],
      }),
    },
  ],
  [
    "an agent's name that is a path",
    {
      code: 64,
      say: 'There is no agent "../it"',
      mend: "al run it --runtime cloudrun",
      arrange: () => ({
        args: ["run", "../it", "--runtime", "cloudrun", "-p", world.project(hello)],
      }),
    },
  ],
  [
    "an unknown runtime",
    {
      code: 64,
      say: 'There is no runtime "lambda"',
      mend: "--runtime cloudrun",
      arrange: () => ({ args: ["run", "it", "--runtime", "lambda", "-p", world.project(hello)] }),
    },
  ],
  [
    "an unknown option, with the one that was meant",
    {
      code: 64,
      say: "unknown option '--dry-rnu'",
      mend: "--dry-run",
      arrange: () => ({ args: [...run(world.project(hello)), "--dry-rnu"] }),
    },
  ],
  [
    "a missing region",
    {
      code: 78,
      say: "[cloud] region is missing",
      mend: 'region = "us-central1"',
      arrange: () => ({
        args: run(
          world.project(
            hello,
            '[cloud]\nservice_account = "r@demo-project.iam.gserviceaccount.com"\n',
          ),
        ),
      }),
    },
  ],
  [
    "a missing service account",
    {
      code: 78,
      say: "[cloud] service_account is missing",
      mend: "service_account = ",
      arrange: () => ({ args: run(world.project(hello, '[cloud]\nregion = "us-central1"\n')) }),
    },
  ],
  [
    "the project's default compute account",
    {
      code: 78,
      say: "[cloud] service_account is the project's default compute account",
      mend: "service_account = ",
      arrange: () => ({
        args: run(
          world.project(
            hello,
            '[cloud]\nregion = "us-central1"\nservice_account = "123456789012-compute@developer.gserviceaccount.com"\n',
          ),
        ),
      }),
    },
  ],
  [
    "an emulator that is not there",
    {
      code: 69,
      say: "The emulator at http://127.0.0.1:1 cannot be used",
      mend: "npm run emulator",
      arrange: () => ({
        args: run(world.project(hello)),
        options: { variables: { AL_GCP_EMULATOR: "http://127.0.0.1:1" } },
      }),
    },
  ],
  [
    "an emulator elsewhere on the network",
    {
      code: 65,
      say: 'AL_GCP_EMULATOR is "http://emulator.example:9470"',
      mend: "unset it",
      arrange: () => ({
        args: run(world.project(hello)),
        options: { variables: { AL_GCP_EMULATOR: "http://emulator.example:9470" } },
      }),
    },
  ],
  [
    "a secret that the agent's service account may not read",
    {
      code: 77,
      say: "may not read the secret stranger--github_token--default--token",
      mend: "gcloud projects add-iam-policy-binding demo-project --member=serviceAccount:al-runner@demo-project.iam.gserviceaccount.com --role=roles/secretmanager.secretAccessor --condition=\"title=action-llama,expression=resource.name.startsWith('projects/123456789012/secrets/stranger--github_token--default--')\"",
      arrange: () => ({
        args: run(world.project(hello, `${CLOUD_TOML}secret_prefix = "stranger"\n`)),
      }),
    },
  ],
  [
    "an image that is not there",
    {
      code: 78,
      say: "Cloud Run cannot get the image us-central1-docker.pkg.dev/demo-project/agents/it:1",
      mend: "Push the image",
      arrange: () => ({
        args: run(
          world.project(
            '[cloudrun]\nimage = "us-central1-docker.pkg.dev/demo-project/agents/it:1"\n',
          ),
        ),
      }),
    },
  ],
  [
    "memory that does not go with the CPUs",
    {
      code: 78,
      say: "Cloud Run allows from 512Mi to 4Gi with 1 CPU",
      mend: 'memory = "4Gi", or cpus = 2',
      arrange: () => ({ args: run(world.project(`${hello}memory = "8Gi"\ncpus = 1\n`)) }),
    },
  ],
  [
    "a prompt that does not fit",
    {
      code: 65,
      say: "The prompt is 32769 bytes long",
      mend: "Shorten the prompt",
      arrange: () => ({
        args: run(world.project(hello), "-"),
        options: { stdin: "x".repeat(32_769) },
      }),
    },
  ],
  [
    "a prompt that holds a credential's value",
    {
      code: 65,
      say: "The prompt contains the value of a credential",
      mend: "Take the value out",
      arrange: () => ({
        args: run(world.project(hello), "use ghp_fakeFakeFakeFakeFakeFakeFakeFake0001 now"),
      }),
    },
  ],
];

describe("refused with one message, its exit status, a remedy, and nothing half-made", () => {
  test.each(REFUSALS)("%s", async (_sentence, { code, say, mend, arrange }) => {
    const { args, options } = arrange();
    const result = await world.al(args, options);
    expect(result).toEqual({
      code,
      stdout: "",
      stderr: expect.stringContaining(say),
    });
    expect(result.stderr).toContain(mend);
    expect(result.stderr.match(/^error:/gm)).toHaveLength(1);
    expect(result.stderr).not.toMatch(/^\s+at .*[:(]\d+:\d+/m);
    const { jobs } = await world.state();
    // A deleted job is still listed for thirty days, with the time of its deletion.
    expect((jobs as { deleteTime?: string }[]).filter((job) => !job.deleteTime)).toEqual([]);
  });

  test("--json says the same in one document", async () => {
    const result = await world.al([...run(world.project(hello, "")), "--json"]);
    expect(JSON.parse(result.stdout)).toEqual({
      error: {
        what: expect.stringContaining("[cloud] region is missing"),
        remedy: expect.stringContaining('region = "us-central1"'),
      },
      exitCode: 78,
      exitSource: "al",
    });
  });
});

test("a key with rights on nothing is told which right is missing and how to grant it", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const email = "powerless@demo-project.iam.gserviceaccount.com";
  await world.control("/emulator/seed", { serviceAccounts: [{ email, publicKeyPem: publicKey }] });
  const options = withStore("powerless", (store) =>
    writeFields(store, {
      "gcp_service_account/default/key_json": key({
        client_email: email,
        private_key: privateKey,
        private_key_id: undefined,
      }),
    }),
  );
  const { code, stderr } = await world.al(run(world.project(hello)), options);
  expect(code).toBe(77);
  expect(stderr).toContain(
    `gcloud projects add-iam-policy-binding demo-project --member=serviceAccount:${email} --role=roles/secretmanager.viewer --condition=None`,
  );
});

test("secrets that were deleted behind its back are written again", async () => {
  const project = world.project(hello);
  await world.al(run(project));
  await world.control("/emulator/reset", {});
  const { code, stdout, stderr } = await world.al(run(project));
  expect({ code, stdout }).toEqual({ code: 0, stdout: "hello\n" });
  expect(stderr).toContain("comparing all secrets anew");
});

test("agents that share an account but not their credentials are warned, with the setting that separates them", async () => {
  const project = world.project(hello);
  const other = join(project, "agents/other");
  mkdirSync(other);
  writeFileSync(join(other, "SKILL.md"), "Other.\n");
  writeFileSync(join(other, "config.toml"), 'credentials = ["aws"]\n');
  const { code, stderr } = await world.al(run(project, "--dry-run"));
  expect({ code, warning: stderr.split("warning: ")[1] }).toEqual({
    code: 0,
    warning: `it runs as al-runner@demo-project.iam.gserviceaccount.com, as other does: each can read the other's credentials.
  To separate them, give each an account that may read only its own secrets. For the module in terraform/:
    agents = {
      it = { credentials = ["github_token"] }
      other = { credentials = ["aws"] }
    }
  al gcp init --runners per-agent --print-terraform prints the whole of it; without --print-terraform it writes
  the accounts into [cloud].
`,
  });
});
