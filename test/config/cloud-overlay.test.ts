import { describe, expect, test } from "vitest";
import { overlayFiles } from "../../src/config/cloud-overlay.ts";

const overlaid = (...clouds: readonly object[]): unknown =>
  overlayFiles(clouds.map((cloud) => ({ cloud }))).cloud;

describe("[cloud] of one file over that of another", () => {
  test.each([
    [
      "keeps what only the lower says",
      [{ region: "a" }, { project: "p" }],
      { region: "a", project: "p" },
    ],
    [
      "merges tables",
      [{ labels: { a: "1" } }, { labels: { b: "2" } }],
      { labels: { a: "1", b: "2" } },
    ],
    [
      "replaces accounts of agents by one for all",
      [{ service_accounts: { dev: "a" } }, { service_account: "b" }],
      { service_account: "b" },
    ],
    [
      "replaces one account for all by accounts of agents",
      [{ service_account: "b" }, { service_accounts: { dev: "a" } }],
      { service_accounts: { dev: "a" } },
    ],
    [
      "replaces accounts of agents as a whole",
      [{ service_accounts: { dev: "a", old: "b" } }, { service_accounts: { dev: "c" } }],
      { service_accounts: { dev: "c" } },
    ],
    [
      "replaces them in either spelling",
      [{ serviceAccounts: { dev: "a" } }, { serviceAccount: "b" }],
      { service_account: "b" },
    ],
    [
      "replaces whom al acts as and its credential together with auth",
      [{ auth: "impersonate", impersonate: "a", credential: "k" }, { auth: "adc" }],
      { auth: "adc" },
    ],
    [
      "drops a credential below when auth is named anew, even as it was",
      [{ auth: "key", credential: "k" }, { auth: "key" }],
      { auth: "key" },
    ],
    [
      "changes only the credential when it does not name auth",
      [{ auth: "key", credential: "k" }, { credential: "l" }],
      { auth: "key", credential: "l" },
    ],
    [
      "changes only whom al acts as when it does not name auth",
      [{ auth: "impersonate", impersonate: "a" }, { impersonate: "b" }],
      { auth: "impersonate", impersonate: "b" },
    ],
    [
      "goes through three layers",
      [{ service_account: "a" }, { service_accounts: { dev: "b" } }, { service_account: "c" }],
      { service_account: "c" },
    ],
  ])("%s", (_sentence, layers, expected) => expect(overlaid(...layers)).toEqual(expected));

  test("leaves the other sections to be merged as ever", () =>
    expect(
      overlayFiles([
        { auth: "x", cloud: { auth: "key" }, local: { timeout: 1 } },
        { cloud: 5, local: { image: "i" } },
        { cloud: { auth: "adc" } },
      ]),
    ).toEqual({ auth: "x", cloud: { auth: "adc" }, local: { timeout: 1, image: "i" } }));
});
