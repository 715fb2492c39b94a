import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Credential } from "../../src/credentials/credential.ts";
import { credentialVolume, type MountedVolume } from "../../src/mapping/volumes.ts";
import { refusal } from "../refusal.ts";
import { credential, field, GIT_SSH, GITHUB, pins } from "./samples.ts";

const PINS = pins({
  "al--github_token--default--token": { token: "3" },
  "al--git_ssh--botty--_files": { email: "1", id_rsa: "5", username: "4" },
});

describe("credentialVolume", () => {
  test.each<[sentence: string, given: Credential, expected: MountedVolume]>([
    [
      "one field: its own secret, in the instance's directory",
      GITHUB,
      {
        volume: {
          name: "cred-github-token-default-6a67bde91aaf98ad04f55f9cb70a1e6d",
          secret: {
            secret: "al--github_token--default--token",
            items: [{ path: "token", version: "3" }],
          },
        },
        mount: {
          name: "cred-github-token-default-6a67bde91aaf98ad04f55f9cb70a1e6d",
          mountPath: "/credentials/github_token/default",
        },
      },
    ],
    [
      "several fields: one directory secret, one of its versions a file",
      GIT_SSH,
      {
        volume: {
          name: "cred-git-ssh-botty-048532c32264965c04ecd34676a72e78",
          secret: {
            secret: "al--git_ssh--botty--_files",
            items: [
              { path: "email", version: "1" },
              { path: "id_rsa", version: "5" },
              { path: "username", version: "4" },
            ],
          },
        },
        mount: {
          name: "cred-git-ssh-botty-048532c32264965c04ecd34676a72e78",
          mountPath: "/credentials/git_ssh/botty",
        },
      },
    ],
    [
      "a version that does not exist yet is shown as new",
      credential("aws:MyOrg", field("token")),
      {
        volume: {
          name: "cred-aws-myorg-a3c5f9471c58a2c623bb57248dd762a2",
          secret: {
            secret: "al--aws--MyOrg--token",
            items: [{ path: "token", version: "(new)" }],
          },
        },
        mount: {
          name: "cred-aws-myorg-a3c5f9471c58a2c623bb57248dd762a2",
          mountPath: "/credentials/aws/MyOrg",
        },
      },
    ],
  ])("%s", (_sentence, given, expected) =>
    expect(credentialVolume(given, { prefix: "al", pins: PINS })).toEqual(expected),
  );

  test("an instance with a colon is refused, because Cloud Run cannot mount it", async () =>
    expect(
      await refusal(() =>
        credentialVolume(credential("git_ssh:a:b", field("id_rsa")), { prefix: "al", pins: PINS }),
      ),
    ).toMatchInlineSnapshot(`
      "DataError, exit 65
      what: The credential git_ssh:a:b cannot be mounted
      why: its directory would be /credentials/git_ssh/a:b, and Cloud Run refuses a colon in a mount path
      remedy: Store it under an instance name without a colon, and list that one in the agent's credentials."
    `));
});

const segment = fc
  .string({ minLength: 1, maxLength: 100, unit: "grapheme" })
  .filter((text) => !/[/:\\]/.test(text) && text.trim() === text);

const nameOf = (ref: { type: string; instance: string }): string | null | undefined =>
  credentialVolume({ ref, fields: [field("token")] }, { prefix: "al", pins: PINS }).volume.name;

describe("a volume's name", () => {
  test("is a DNS label, whatever the names are", () =>
    fc.assert(
      fc.property(segment, segment, (type, instance) => {
        expect(nameOf({ type, instance })).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
      }),
    ));

  test("differs for instances that read alike", () => {
    const names = ["MyOrg", "myorg", "my-org", "my_org", "my.org", "my org", "ключ", "имя"];
    expect(new Set(names.map((instance) => nameOf({ type: "aws", instance }))).size).toBe(
      names.length,
    );
  });

  test("differs where the first 32 bits of the hash are the same", () => {
    const names = ["AcmEoRGANiSaTIONteam", "aCmeORgAnIsAtiOnTeam"].map((instance) =>
      nameOf({ type: "github_webhook_secret", instance }),
    );
    expect(names).toEqual([
      "cred-github-webhook-secret-acm-73903f6042cfc074ae7d89ae5c24c751",
      "cred-github-webhook-secret-acm-73903f601f0c63f9acc610533461998a",
    ]);
  });

  test("differs where type and instance divide elsewhere", () =>
    expect(nameOf({ type: "a", instance: "b-c" })).not.toBe(
      nameOf({ type: "a-b", instance: "c" }),
    ));
});
