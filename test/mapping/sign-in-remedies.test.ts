import { expect, test } from "vitest";
import type { ReadinessPlace } from "../../src/mapping/readiness-facts.ts";
import { newKey, projectRemedy, strangerRemedy } from "../../src/mapping/sign-in-remedies.ts";

const CONTROLLER = "al-controller@demo-project.iam.gserviceaccount.com";
const STRANGER = "ci@demo-two.iam.gserviceaccount.com";
const place: ReadinessPlace = {
  ...{ project: "demo-project", region: "us-central1", secretPrefix: "al", principal: STRANGER },
  ...{ auth: "key", credential: "gcp_service_account:prod", sharedAccount: undefined },
  ...{ repository: undefined, agents: [], everyAgent: [], alFlags: " -E prod" },
};
const make = `gcloud iam service-accounts keys create key.json --iam-account=${CONTROLLER}`;
const output = "create_key = true; terraform apply && terraform output -raw controller_key_json";

test("a new key is stored where [cloud] says", () =>
  expect(newKey(place, CONTROLLER)).toEqual({
    gcloud: `${make} && al creds add gcp_service_account:prod --from-file key_json=key.json`,
    terraform: `${output} | al creds add gcp_service_account:prod --stdin key_json`,
  }));

test("where no stored key signs in, a new one is named to Google's libraries", () =>
  expect(newKey({ credential: undefined }, CONTROLLER)).toEqual({
    gcloud: `${make} && export GOOGLE_APPLICATION_CREDENTIALS="$PWD/key.json"`,
    terraform: `${output} > key.json`,
  }));

test("an account of another project takes a key of this one's controller", () =>
  expect(strangerRemedy(place)).toEqual({
    gcloud: `${make} && al creds add gcp_service_account:prod --from-file key_json=key.json  # if demo-two is meant: al gcp init -E prod --gcp-project demo-two`,
    terraform: `${output} | al creds add gcp_service_account:prod --stdin key_json`,
  }));

test.each(["adc", "impersonate"] as const)("without a stored key (%s) it acts as it", (auth) =>
  expect(strangerRemedy({ ...place, auth, credential: undefined })).toEqual({
    gcloud: `al gcp init -E prod --auth impersonate --impersonate ${CONTROLLER}  # if demo-two is meant: al gcp init -E prod --gcp-project demo-two`,
    terraform: `controller_impersonators = ["serviceAccount:${STRANGER}"]; terraform apply  # google_service_account_iam_member.controller_impersonator["serviceAccount:${STRANGER}"]`,
  }),
);

test.each([
  [STRANGER, "al gcp init -E prod --gcp-project demo-two"],
  [
    "ada@example.com",
    "gcloud projects list  # then: al gcp init -E prod --gcp-project <one of them>",
  ],
  [CONTROLLER, "gcloud projects list  # then: al gcp init -E prod --gcp-project <one of them>"],
])("%s, who does not see the project, looks for the one that was meant", (principal, gcloud) =>
  expect(projectRemedy({ ...place, principal }).gcloud).toBe(gcloud),
);
