import { describe, expect, test } from "vitest";
import { applyForCaller } from "../../src/mapping/module-controller.ts";

const RUNNER = "al-runner@demo-project.iam.gserviceaccount.com";
const place = (principal: string) => ({
  ...{ project: "demo-project", principal, alFlags: " -E prod" },
  everyAgent: [{ name: "dev", account: RUNNER, credentials: [] }],
});
const GRANT = 'google_project_iam_member.controller["run"]';
const actAs = (member: string): string =>
  `controller_impersonators = ["${member}"]; terraform apply && al gcp init -E prod --auth impersonate --impersonate al-controller@demo-project.iam.gserviceaccount.com  # google_service_account_iam_member.controller_impersonator["${member}"]`;

describe("Terraform gives a right to", () => {
  test.each<[sentence: string, principal: string, expected: string]>([
    [
      "its own controller",
      "al-controller@demo-project.iam.gserviceaccount.com",
      `terraform apply  # ${GRANT}`,
    ],
    [
      "an account of the project that may be its controller",
      "ctl@demo-project.iam.gserviceaccount.com",
      `terraform apply  # ${GRANT}, where controller_account_id = "ctl"`,
    ],
    ["a person, who acts as the controller", "ada@example.com", actAs("user:ada@example.com")],
    [
      "somebody who is not known by name",
      "the application default credentials",
      actAs("user:<your account>"),
    ],
    [
      "an account of another project",
      "ci@demo-two.iam.gserviceaccount.com",
      actAs("serviceAccount:ci@demo-two.iam.gserviceaccount.com"),
    ],
    [
      "a machine's default account",
      "1-compute@developer.gserviceaccount.com",
      actAs("serviceAccount:1-compute@developer.gserviceaccount.com"),
    ],
    ["an account that agents run as", RUNNER, actAs(`serviceAccount:${RUNNER}`)],
    [
      "somebody from outside",
      "principal://iam.googleapis.com/pool/subject/s",
      actAs("principal://iam.googleapis.com/pool/subject/s"),
    ],
  ])("%s", (_sentence, principal, expected) =>
    expect(applyForCaller(place(principal), GRANT)).toBe(expected),
  );
});
