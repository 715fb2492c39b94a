import { describe, expect, test } from "vitest";
import { DeniedSecretError, explainJobCheck, MissingSecretError } from "../../src/gcp/job-check.ts";
import { letRunnerRead } from "../../src/mapping/readiness-remedies.ts";
import { wordsOf } from "./fake-google.ts";

const RUNNER = "al-runner@demo-project.iam.gserviceaccount.com";
const IMAGE = "us-central1-docker.pkg.dev/demo-project/agents/reviewer:latest";
const CALLER = "al-controller@demo-project.iam.gserviceaccount.com";
const job = { serviceAccount: RUNNER, image: IMAGE, project: "demo-project", principal: CALLER };

const check = (detail: string, code = 9) =>
  explainJobCheck({ code, detail, reason: undefined }, job);

const ENV = "spec.template.spec.containers[0].env[0].value_from.secret_key_ref.name";
const missing = (secret: string): string =>
  `${ENV}: Secret projects/123456789012/secrets/${secret}/versions/1 was not found`;
const destroyed = (secret: string): string =>
  `${ENV}: Secret Version [projects/123456789012/secrets/${secret}/versions/1] is in DESTROYED state.`;
const denied = (secret: string): string =>
  `${ENV}: Permission denied on secret: projects/123456789012/secrets/${secret}/versions/latest for Revision service account ${RUNNER}. The service account used must be granted the 'Secret Manager Secret Accessor' role (roles/secretmanager.secretAccessor) at the secret, project or higher level.`;
const TOKEN = "al--github_token--default--token";
const SSH = ["id_rsa", "username", "_files"].map((field) => `al--git_ssh--botty--${field}`);
/** The one grant for credentials whose secrets' ids begin so, as al doctor words it. */
const grant = (...beginnings: readonly string[]): string =>
  `gcloud projects add-iam-policy-binding demo-project --member=serviceAccount:${RUNNER} --role=roles/secretmanager.secretAccessor --condition="title=action-llama,expression=${beginnings
    .map((each) => `resource.name.startsWith('projects/123456789012/secrets/${each}--')`)
    .join(" || ")}"`;
const TERRAFORM =
  "agents as al gcp init --print-terraform prints it; terraform apply  # google_project_iam_member.runner";

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
const unreadable = (who: string, member: string, why: string) => ({
  name: "PermissionError",
  exit: 77,
  what: `${who} may not read the image ${IMAGE}`,
  why,
  remedy: `gcloud artifacts repositories add-iam-policy-binding agents --location=us-central1 --project=demo-project --member=serviceAccount:${member} --role=roles/artifactregistry.reader`,
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
const PULLER = "service-123456789012@serverless-robot-prod.iam.gserviceaccount.com";
const IMAGE_NAMED = `Google Cloud Run Service Agent ${PULLER} must have permission to read the image, ${IMAGE}.`;
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
      denied(TOKEN),
      {
        name: "DeniedSecretError",
        exit: 77,
        what: `The agent's service account ${RUNNER} may not read the secret ${TOKEN}`,
        why: `${denied(TOKEN)} A grant takes minutes to count: if it was made just now, run the command again in a while.`,
        remedy: grant("al--github_token--default"),
        terraform:
          "agents as al gcp init --print-terraform prints it; terraform apply  # google_project_iam_member.runner",
      },
    ],
    ["the image is missing", 5, IMAGE_MISSING, noImage(IMAGE_MISSING)],
    [
      "Cloud Run's own account may not read the image",
      7,
      IMAGE_AGENT,
      unreadable(
        "Cloud Run",
        "service-$(gcloud projects describe demo-project --format='value(projectNumber)')@serverless-robot-prod.iam.gserviceaccount.com",
        IMAGE_AGENT,
      ),
    ],
    [
      "Google names Cloud Run's own account",
      7,
      IMAGE_NAMED,
      unreadable("Cloud Run", PULLER, IMAGE_NAMED),
    ],
    ["the caller may not read the image", 7, IMAGE_USER, unreadable("al", CALLER, IMAGE_USER)],
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
    expect(check(denied(TOKEN))).toBeInstanceOf(DeniedSecretError);
    expect(check(denied(TOKEN))).toMatchObject({ secret: TOKEN });
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
    const error = check(`${missing("al--missing")}\n${denied(TOKEN)}`);
    expect(error).toMatchObject({ exit: 77, secret: TOKEN });
    expect(error.message).toContain(TOKEN);
    expect(error.remedy).toBe(grant("al--github_token--default"));
  });

  test("that is denied several secrets is told one grant for their credentials, in both forms", () => {
    const { remedy, terraform } = check([TOKEN, ...SSH].map(denied).join("\n"));
    expect({ remedy, terraform }).toEqual({
      remedy: grant("al--github_token--default", "al--git_ssh--botty"),
      terraform: TERRAFORM,
    });
  });

  test("is told the words of al doctor", () => {
    const agent = {
      ...{ name: "dev", account: RUNNER, image: IMAGE, neighbours: [] },
      ...{ credentials: ["git_ssh:botty"], secretIds: SSH },
    };
    const place = {
      ...{ project: "demo-project", projectNumber: "123456789012", secretPrefix: "al" },
      ...{ agents: [agent], everyAgent: [agent], sharedAccount: RUNNER },
    } as unknown as Parameters<typeof letRunnerRead>[2];
    const doctor = letRunnerRead(agent, ["al--git_ssh--botty"], place);
    expect(check(SSH.map(denied).join("\n")).remedy).toBe(doctor.gcloud);
  });

  test("has no part in Terraform where its account is another project's", () => {
    const guest = "guest@elsewhere.iam.gserviceaccount.com";
    const failure = { code: 9, detail: denied(TOKEN), reason: undefined };
    const { remedy, terraform } = explainJobCheck(failure, { ...job, serviceAccount: guest });
    expect(remedy).toContain(`--member=serviceAccount:${guest} `);
    expect(terraform).toBeUndefined();
  });

  test("whose image is in another registry is not told of a repository", () => {
    const image = "ghcr.io/me/agent:1";
    const failure = { code: 7, detail: IMAGE_AGENT, reason: undefined };
    const { remedy } = explainJobCheck(failure, { ...job, image });
    expect(remedy).toMatch(/^Cloud Run reads only public images of other registries\./);
  });
});
