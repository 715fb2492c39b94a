import { describe, expect, test } from "vitest";
import { PermissionError } from "../../src/errors.ts";
import {
  type CallFailure,
  CODE,
  explain,
  GoogleCallError,
  hasCode,
} from "../../src/gcp/google-call-error.ts";
import { PRINCIPAL, PROJECT, wordsOf } from "./fake-google.ts";

const JOB = "projects/demo-project/locations/us-central1/jobs/al-reviewer-0a1b2c3d";
const call = { goal: "run the job", subject: JOB, project: PROJECT, principal: PRINCIPAL };

const failure = (code: number, detail = "Google's text", reason?: string): CallFailure => ({
  code,
  detail,
  reason,
});

const EXISTS = `Check project and region in [cloud], and that this exists: ${JOB}`;
const SETTING =
  "Correct the setting that Google's text names, in [cloud] or the agent's config.toml.";
const OTHERS = "Another process changed the same thing. Run the command again.";
const NETWORK =
  "Check the network and https://status.cloud.google.com, then run the command again.";
const grant = (role: string): string =>
  `gcloud projects add-iam-policy-binding ${PROJECT} --member=serviceAccount:${PRINCIPAL} --role=${role} --condition=None`;

describe("a refusal", () => {
  test.each([
    ["CANCELLED", 1, 69, NETWORK],
    ["UNKNOWN", 2, 69, NETWORK],
    ["INVALID_ARGUMENT", 3, 65, SETTING],
    ["DEADLINE_EXCEEDED", 4, 69, NETWORK],
    ["NOT_FOUND", 5, 78, EXISTS],
    ["ALREADY_EXISTS", 6, 75, OTHERS],
    ["PERMISSION_DENIED", 7, 77, expect.any(String)],
    [
      "RESOURCE_EXHAUSTED",
      8,
      69,
      "Wait a minute and run the command again: a quota of the project is used up.",
    ],
    ["FAILED_PRECONDITION", 9, 78, EXISTS],
    ["ABORTED", 10, 75, OTHERS],
    ["OUT_OF_RANGE", 11, 65, SETTING],
    ["UNIMPLEMENTED", 12, 78, "Check [cloud] region: gcloud run regions list"],
    ["INTERNAL", 13, 69, NETWORK],
    ["UNAVAILABLE", 14, 69, NETWORK],
    ["DATA_LOSS", 15, 69, NETWORK],
    ["UNAUTHENTICATED", 16, 77, expect.any(String)],
    ["a code that nobody knows", 99, 69, NETWORK],
  ])("%s (%i) ends with status %i", (_name, code, exit, remedy) =>
    expect(wordsOf(explain(failure(code), call))).toEqual({
      name: "GoogleCallError",
      exit,
      code,
      what: `al could not run the job: ${JOB}`,
      why: "Google's text",
      remedy,
    }),
  );

  test("keeps Google's code, text and reason, and no cause that could hold a request", () => {
    const { code, detail, reason, cause } = explain(
      failure(CODE.notFound, "Google's text", "WHY"),
      call,
    );
    expect({ code, detail, reason, cause }).toEqual({
      ...{ code: 5, detail: "Google's text", reason: "WHY", cause: undefined },
    });
  });

  test("of the key says how to make another", () =>
    expect(
      explain(
        failure(CODE.unauthenticated, "Request had invalid authentication credentials."),
        call,
      ).remedy,
    ).toMatchInlineSnapshot(`
      "Check that this machine's clock is right. If it is, the key was revoked; make a new one and store it:
      gcloud iam service-accounts keys create key.json --iam-account=al-controller@demo-project.iam.gserviceaccount.com
      al creds add gcp_service_account"
    `));
});

const DISABLED =
  "Cloud Run Admin API has not been used in project demo-project before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/run.googleapis.com/overview?project=demo-project then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.";
const SECRETS_DISABLED = DISABLED.replace("Cloud Run Admin", "Secret Manager").replace(
  "run.googleapis",
  "secretmanager.googleapis",
);

describe("a denial", () => {
  const denied = (permission: string): CallFailure =>
    failure(
      7,
      `Permission '${permission}' denied on resource '${JOB}' (or resource may not exist).`,
    );

  test.each([
    [
      "an API that is off is a setting, by reason and text",
      failure(7, DISABLED, "SERVICE_DISABLED"),
      { exit: 78, remedy: "gcloud services enable run.googleapis.com --project=demo-project" },
    ],
    [
      "by the text alone",
      failure(7, SECRETS_DISABLED),
      {
        exit: 78,
        remedy: "gcloud services enable secretmanager.googleapis.com --project=demo-project",
      },
    ],
    [
      "by the reason alone, all that al needs are switched on",
      failure(7, "denied", "SERVICE_DISABLED"),
      {
        exit: 78,
        remedy:
          "gcloud services enable run.googleapis.com secretmanager.googleapis.com --project=demo-project",
      },
    ],
    [
      "acting as the agent's account is granted on that account only",
      failure(
        7,
        "Permission 'iam.serviceaccounts.actAs' denied on service account al-runner@demo-project.iam.gserviceaccount.com (or it may not exist).",
      ),
      {
        exit: 77,
        remedy: `gcloud iam service-accounts add-iam-policy-binding al-runner@demo-project.iam.gserviceaccount.com --project=demo-project --member=serviceAccount:${PRINCIPAL} --role=roles/iam.serviceAccountUser`,
      },
    ],
    ["running jobs", denied("run.jobs.run"), { exit: 77, remedy: grant("roles/run.developer") }],
    [
      "cancelling",
      denied("run.executions.cancel"),
      { exit: 77, remedy: grant("roles/run.developer") },
    ],
    [
      "reading secrets, in Secret Manager's words",
      failure(
        7,
        "Permission 'secretmanager.versions.access' denied for resource 'projects/demo-project/secrets/al--github_token--default--token/versions/1' (or it may not exist).",
      ),
      {
        exit: 77,
        remedy: grant("roles/secretmanager.secretAccessor").replace(
          "--condition=None",
          `--condition="title=action-llama,expression=resource.name.startsWith('projects/$(gcloud projects describe demo-project --format='value(projectNumber)')/secrets/al--')"`,
        ),
      },
    ],
    [
      "creating secrets, which is decided on the project",
      failure(
        7,
        "Permission 'secretmanager.secrets.create' denied for resource 'projects/demo-project' (or it may not exist).",
      ),
      { exit: 77, remedy: grant("roles/secretmanager.admin") },
    ],
    [
      "reading logs",
      denied("logging.logEntries.list"),
      { exit: 77, remedy: grant("roles/logging.viewer") },
    ],
    [
      "reading logs, in the words of Cloud Logging, which names no permission",
      failure(7, "Permission denied for all log views"),
      { exit: 77, remedy: grant("roles/logging.viewer") },
    ],
    [
      "pushing an image is granted on its repository",
      failure(
        7,
        "Permission 'artifactregistry.repositories.uploadArtifacts' denied on resource '//artifactregistry.googleapis.com/projects/demo-project/locations/us-central1/repositories/agents' (or it may not exist).",
      ),
      {
        exit: 77,
        remedy: `gcloud artifacts repositories add-iam-policy-binding agents --location=us-central1 --project=demo-project --member=serviceAccount:${PRINCIPAL} --role=roles/artifactregistry.writer`,
      },
    ],
  ])("%s", (_sentence, given, expected) => {
    const { exit, remedy } = explain(given, call);
    expect({ exit, remedy }).toEqual(expected);
  });

  test("says for what al needs the permission, after Google's own words", () => {
    const given = denied("run.jobs.runWithOverrides");
    expect(explain(given, call).why).toBe(
      `${given.detail}\nal needs run.jobs.runWithOverrides to give a run its prompt, its name and its timeout`,
    );
  });

  // Each of these is mended by something else, and a role that does not help must not be handed out.
  test.each([
    ["of a permission that none of al's roles holds", denied("artifactregistry.repositories.get")],
    ["of an image", failure(7, "User must have permission to read the image, gcr.io/p/i:latest.")],
  ])("%s does not advise a role of Cloud Run", (_sentence, given) => {
    const { exit, remedy } = explain(given, call);
    expect(exit).toBe(77);
    expect(remedy).not.toContain("roles/run.developer");
  });

  test.each([
    [
      "a project without billing",
      failure(
        7,
        "This API method requires billing to be enabled. Please enable billing on project #123456789012 by visiting https://console.developers.google.com/billing/enable?project=123456789012 then retry.",
        "BILLING_DISABLED",
      ),
    ],
    [
      "a project that does not exist",
      failure(7, "Permission denied on resource project demo-projcet.", "CONSUMER_INVALID"),
    ],
  ])("%s is a setting, which no role mends", (_sentence, given) => {
    const { exit, remedy } = explain(given, call);
    expect(exit).toBe(78);
    expect(remedy).not.toContain("add-iam-policy-binding");
  });

  test("of an etag that is no longer current is somebody else's change", () => {
    const text =
      "The etag provided in the request does not match the resource's current etag. Please retry the whole read-modify-write with exponential backoff.";
    const { exit, remedy } = explain(failure(CODE.failedPrecondition, text), call);
    expect({ exit, remedy }).toEqual({ exit: 75, remedy: OTHERS });
  });
});

describe("an organisation that allows some regions only", () => {
  const violated = (what: string): CallFailure =>
    failure(
      CODE.failedPrecondition,
      `Constraint constraints/gcp.resourceLocations violated for [orgpolicy:projects/123456789012] attempting to create ${what}.`,
    );

  test("is answered by naming them for secrets", () => {
    const secret = "projects/demo-project/secrets/al--a";
    const asked = { ...call, goal: "create the secret", subject: secret };
    const { exit, remedy } = explain(violated("a secret in [global]"), asked);
    expect({ exit, remedy }).toEqual({
      exit: 78,
      remedy:
        'Name regions that the organisation allows, in [cloud]: secret_locations = ["europe-west1"]',
    });
  });

  test("is answered by another region for jobs, which have no locations of secrets", () => {
    const { exit, remedy } = explain(violated("a job in [us-central1]"), call);
    expect(exit).toBe(78);
    expect(remedy).toContain("region");
    expect(remedy).not.toContain("secret_locations");
  });
});

describe("asking for a code", () => {
  const missing = explain(failure(CODE.notFound), call);
  const own = new PermissionError({ what: "w", remedy: "r" });
  test.each([
    ["the same code", missing, [CODE.notFound], true],
    ["one of several", missing, [CODE.aborted, CODE.notFound], true],
    ["another code", missing, [CODE.aborted], false],
    ["no code", missing, [], false],
    ["an error of ours has none", own, [CODE.permissionDenied], false],
    ["an error of Google's clients has none", { code: CODE.notFound }, [CODE.notFound], false],
    ["nothing has none", undefined, [CODE.unknown], false],
  ])("%s", (_sentence, error, codes, expected) => expect(hasCode(error, ...codes)).toBe(expected));

  test("is asked of the error's class", () => expect(missing).toBeInstanceOf(GoogleCallError));
});
