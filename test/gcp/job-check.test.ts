import { describe, expect, test } from "vitest";
import { DeniedSecretError, explainJobCheck, MissingSecretError } from "../../src/gcp/job-check.ts";
import { wordsOf } from "./fake-google.ts";

const RUNNER = "al-runner@demo-project.iam.gserviceaccount.com";
const IMAGE = "us-central1-docker.pkg.dev/demo-project/agents/reviewer:latest";
const job = { serviceAccount: RUNNER, image: IMAGE, project: "demo-project" };

const check = (detail: string, code = 9) =>
  explainJobCheck({ code, detail, reason: undefined }, job);

const ENV = "spec.template.spec.containers[0].env[0].value_from.secret_key_ref.name";
const missing = (secret: string): string =>
  `${ENV}: Secret projects/123456789012/secrets/${secret}/versions/1 was not found`;
const destroyed = (secret: string): string =>
  `${ENV}: Secret Version [projects/123456789012/secrets/${secret}/versions/1] is in DESTROYED state.`;
const denied = (secret: string): string =>
  `${ENV}: Permission denied on secret: projects/123456789012/secrets/${secret}/versions/latest for Revision service account ${RUNNER}. The service account used must be granted the 'Secret Manager Secret Accessor' role (roles/secretmanager.secretAccessor) at the secret, project or higher level.`;
const grant = (secret: string): string =>
  `gcloud secrets add-iam-policy-binding ${secret} --project=demo-project --member=serviceAccount:${RUNNER} --role=roles/secretmanager.secretAccessor`;

const missingSecret = (secret: string, why: string) => ({
  name: "MissingSecretError",
  exit: 75,
  what: `The secret ${secret} is not there, or not there yet`,
  why,
  remedy: "Run the command again; the secret is then written anew.",
});
const noImage = (why: string) => ({
  name: "ConfigError",
  exit: 78,
  what: `Cloud Run cannot get the image ${IMAGE}`,
  why,
  remedy: expect.any(String),
});
const unreadable = (why: string) => ({
  name: "PermissionError",
  exit: 77,
  what: `Cloud Run may not read the image ${IMAGE}`,
  why,
  remedy: expect.stringContaining("roles/artifactregistry.reader"),
});
const other = (why: string) => ({
  name: "ConfigError",
  exit: 78,
  what: "Cloud Run refused the job",
  why,
  remedy: "Correct what Google's text names, in [cloud] or the agent's [cloudrun] section.",
});

const IN_VOLUME =
  "spec.template.spec.volumes[0].secret.items[0].key: Secret projects/123456789012/secrets/al--git_ssh--default--id_rsa/versions/1 was not found";
const IMAGE_MISSING = `Image '${IMAGE}' not found.`;
const IMAGE_AGENT = `Google Cloud Run Service Agent must have permission to read the image, ${IMAGE}.`;
const IMAGE_USER = `User must have permission to read the image, ${IMAGE}.`;
const NO_TOKEN = `Google Cloud Run Service Agent does not have permission to get access tokens for the service account ${RUNNER}.`;
const MEMORY =
  "template.template.containers[0].limits.memory: Invalid value specified for memory with gen2 execution environment. For 1.0 CPU, memory must be between 512Mi and 4Gi inclusive.";

describe("a job that Cloud Run's checks refused", () => {
  test.each([
    [
      "a secret of an env var is missing",
      9,
      missing("al--a"),
      missingSecret("al--a", missing("al--a")),
    ],
    ["as it was numbered in 2023", 13, missing("al--a"), missingSecret("al--a", missing("al--a"))],
    [
      "a secret of a volume is missing",
      9,
      IN_VOLUME,
      missingSecret("al--git_ssh--default--id_rsa", IN_VOLUME),
    ],
    [
      "several are missing: the first is named, the text names all",
      9,
      `${missing("al--a")}\n${missing("al--b")}`,
      missingSecret("al--a", `${missing("al--a")}\n${missing("al--b")}`),
    ],
    [
      "a version is destroyed",
      9,
      destroyed("al--a"),
      {
        name: "GoneVersionError",
        exit: 75,
        what: "Cloud Run cannot use a version of the secret al--a",
        why: destroyed("al--a"),
        remedy: "Run the command again; the secret is then compared anew.",
      },
    ],
    [
      "a secret is denied",
      9,
      denied("al--a"),
      {
        name: "DeniedSecretError",
        exit: 77,
        what: `The agent's service account ${RUNNER} may not read the secret al--a`,
        why: denied("al--a"),
        remedy: grant("al--a"),
      },
    ],
    ["the image is missing", 5, IMAGE_MISSING, noImage(IMAGE_MISSING)],
    ["Cloud Run's own account may not read the image", 7, IMAGE_AGENT, unreadable(IMAGE_AGENT)],
    ["the caller may not read the image", 7, IMAGE_USER, unreadable(IMAGE_USER)],
    ["no token can be had for the agent's account", 9, NO_TOKEN, other(NO_TOKEN)],
    [
      "the check could not be made",
      14,
      "Try again later",
      {
        name: "UnavailableError",
        exit: 69,
        what: "Cloud Run could not check the job",
        why: "Try again later",
        remedy: "Run the command again.",
      },
    ],
    ["a value is impossible", 3, MEMORY, other(MEMORY)],
    ["Google says nothing", 2, "", other("")],
  ])("%s", (_sentence, code, detail, expected) =>
    expect(wordsOf(check(detail, code))).toEqual(expected),
  );

  test("is told apart by class where a run can mend it itself", () => {
    expect(check(missing("al--a"))).toBeInstanceOf(MissingSecretError);
    expect(check(missing("al--a"))).toMatchObject({ secret: "al--a" });
    expect(check(denied("al--a"))).toBeInstanceOf(DeniedSecretError);
    expect(check(denied("al--a"))).toMatchObject({ secret: "al--a" });
    expect(check(IMAGE_MISSING)).not.toBeInstanceOf(MissingSecretError);
    expect(check(IMAGE_MISSING)).not.toBeInstanceOf(DeniedSecretError);
  });

  test("says the command that switches Secret Manager on", () => {
    const off = `${ENV}: Secret Manager API has not been used in project 123456789012 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/secretmanager.googleapis.com/overview?project=123456789012 then retry.`;
    const { exit, remedy } = check(off);
    expect({ exit, remedy }).toEqual({
      exit: 78,
      remedy: "gcloud services enable secretmanager.googleapis.com --project=demo-project",
    });
  });

  test("names the secret that is denied, not one that is missing beside it", () => {
    const error = check(`${missing("al--missing")}\n${denied("al--denied")}`);
    expect(error).toMatchObject({ exit: 77, secret: "al--denied" });
    expect(error.message).toContain("al--denied");
    expect(error.remedy).toContain(grant("al--denied"));
    expect(error.remedy).not.toContain("al--missing");
  });

  test("that is denied several secrets is told a command for each", () => {
    const { remedy } = check(`${denied("al--a")}\n${denied("al--b")}`);
    expect(remedy.split("\n")).toEqual([grant("al--a"), grant("al--b")]);
  });
});
