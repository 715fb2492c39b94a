import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cloudConfig, signInConfig } from "../../src/config/cloud-config.ts";
import { loadPlace } from "../../src/config/load-place.ts";
import { checkProject } from "../../src/config/project-check.ts";
import type { CloudTable } from "../../src/config/schema.ts";
import { type Files, temporaryProject } from "./temporary-project.ts";

const TARGET = "al-controller@demo-project.iam.gserviceaccount.com";
const RUNNER = "al-runner@demo-project.iam.gserviceaccount.com";
const CLOUD = `[cloud]\nregion = "us-central1"\nservice_account = "${RUNNER}"\n`;

/** Where a project with these files lies. */
async function projectOf(files: Files) {
  const below = Object.entries(files).map(([path, text]) => [`project/${path}`, text]);
  const home = await temporaryProject(Object.fromEntries(below));
  const environments = join(home, "environments");
  return { project: join(home, "project"), environment: undefined, environments };
}

describe("who signs in", () => {
  test.each<
    [
      sentence: string,
      table: Partial<CloudTable>,
      credential: string | undefined,
      impersonate: string | undefined,
    ]
  >([
    ["the stored key, when nothing is said", {}, "gcp_service_account", undefined],
    [
      "another stored key",
      { credential: "gcp_service_account:ci" },
      "gcp_service_account:ci",
      undefined,
    ],
    ["the application default credentials", { auth: "adc" }, undefined, undefined],
    ["those, as another account", { auth: "impersonate", impersonate: TARGET }, undefined, TARGET],
    [
      "a stored key that is named, as another account",
      { auth: "impersonate", impersonate: TARGET, credential: "gcp_service_account" },
      "gcp_service_account",
      TARGET,
    ],
  ])("%s", (_sentence, table, credential, impersonate) => {
    const whole = { region: "us-central1", service_account: RUNNER, ...table };
    expect(signInConfig(whole, "config.toml")).toEqual({ credential, impersonate });
    expect(cloudConfig(whole, { agent: "dev", file: "config.toml" })).toMatchObject({
      credential,
      impersonate,
    });
  });

  test.each([
    "al@demo-project.iam.gserviceaccount.com",
    "al@my-project.example.com.iam.gserviceaccount.com",
    "123456789012-compute@developer.gserviceaccount.com",
    "demo-project@appspot.gserviceaccount.com",
  ])("may act as %s", async (email) => {
    const text = `${CLOUD}auth = "impersonate"\nimpersonate = "${email}"`;
    const place = await loadPlace(await projectOf({ "config.toml": text }));
    expect(place).toMatchObject({ credential: undefined, impersonate: email });
  });

  test("is said by the layer above, whole", async () => {
    const place = await loadPlace(
      await projectOf({
        "config.toml": `${CLOUD}auth = "impersonate"\nimpersonate = "${TARGET}"`,
        ".env.toml": '[cloud]\nimpersonate = "al-mine@demo-project.iam.gserviceaccount.com"',
      }),
    );
    expect(place.impersonate).toBe("al-mine@demo-project.iam.gserviceaccount.com");
  });
});

describe("the credential that al doctor asks for", () => {
  test.each([
    ["is the stored key by default", "", "gcp_service_account"],
    ["is none with the application default credentials", 'auth = "adc"', undefined],
    [
      "is none when they act as another account",
      `auth = "impersonate"\nimpersonate = "${TARGET}"`,
      undefined,
    ],
    [
      "is the key that is named when it acts as another account",
      `auth = "impersonate"\nimpersonate = "${TARGET}"\ncredential = "gcp_service_account:ci"`,
      "gcp_service_account:ci",
    ],
  ])("%s", async (_sentence, auth, expected) => {
    const files = await projectOf({
      "config.toml": `${CLOUD}${auth}\n`,
      "agents/dev/SKILL.md": "Do it.\n",
      "agents/dev/config.toml": '[cloudrun]\nimage = "host.local/agent:latest"\n',
    });
    const { problems, notes, signIn } = await checkProject(files);
    expect({ problems, notes, signIn }).toEqual({ problems: [], notes: [], signIn: expected });
  });
});
