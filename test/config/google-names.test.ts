import { describe, expect, test } from "vitest";
import { projectId, region, serviceAccount } from "../../src/config/google-names.ts";

const NO_ID =
  "is not a project's id: 6 to 30 lower-case letters, digits and hyphens, a letter first, no hyphen last";
const NO_ACCOUNT = "is not a service account's e-mail address";

/** What a person is told; undefined where the text is taken. */
const complaint = (schema: typeof projectId, text: string): string | undefined =>
  schema
    .safeParse(text)
    .error?.issues.map(({ message }) => message)
    .join("\n");

describe("an id of a project", () => {
  test.each([
    ["my-project", undefined],
    ["abcdef", undefined],
    ["a12345678901234567890123456789", undefined],
    ["a--b--c", undefined],
    ["", NO_ID],
    ["short", NO_ID],
    ["a123456789012345678901234567890", NO_ID],
    ["My-project", NO_ID],
    ["my project", NO_ID],
    ["my_project", NO_ID],
    ["1-project", NO_ID],
    ["-project", NO_ID],
    ["project-", NO_ID],
    ["my-project\n", NO_ID],
    ["projects/my-project", NO_ID],
    ["123456789012", "is a project's number; its id is needed, as gcloud projects list shows it"],
    ["example.com:my-project", "is a project with a domain in its id, where al cannot run agents"],
  ])("%j: %s", (text, expected) => expect(complaint(projectId, text)).toBe(expected));
});

describe("an account that jobs run as, or that al acts as", () => {
  test.each([
    ["al-runner@my-project.iam.gserviceaccount.com", undefined],
    ["al-runner@my-project.example.com.iam.gserviceaccount.com", undefined],
    ["123456789012-compute@developer.gserviceaccount.com", undefined],
    ["my-project@appspot.gserviceaccount.com", undefined],
    ["my-project.example.com@appspot.gserviceaccount.com", undefined],
    ["foo@bar.com", NO_ACCOUNT],
    ["al-runner", NO_ACCOUNT],
    ["al-runner@iam.gserviceaccount.com", NO_ACCOUNT],
    ["al-runner@my-project.iam.gserviceaccount.com.evil.com", NO_ACCOUNT],
    ["serviceAccount:al-runner@my-project.iam.gserviceaccount.com", NO_ACCOUNT],
    ["", NO_ACCOUNT],
  ])("%j: %s", (text, expected) => expect(complaint(serviceAccount, text)).toBe(expected));
});

describe("a region", () => {
  test.each([
    ["us-central1", undefined],
    ["northamerica-northeast2", undefined],
    ["us-central1-a", 'is not a region such as "us-central1"'],
    ["us", 'is not a region such as "us-central1"'],
  ])("%j: %s", (text, expected) => expect(complaint(region, text)).toBe(expected));
});
