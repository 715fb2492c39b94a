import { describe, expect, test } from "vitest";
import {
  CHECKED_TYPES,
  checkCredential,
} from "../../../src/credentials/checks/check-credential.ts";
import { Secret } from "../../../src/credentials/secret.ts";
import { CREDENTIAL_TYPES, findType } from "../../../src/credentials/types.ts";

const noFetch: typeof fetch = () => Promise.reject(new Error("a check of the form asks nobody"));

const check = (type: string, values: Readonly<Record<string, string>>) =>
  checkCredential(
    type,
    new Map(Object.entries(values).map(([field, value]) => [field, new Secret(value)])),
    { fetch: noFetch, timeoutMs: 20_000 },
  );

test("every built-in type has a check, and every check a type", () =>
  expect([...CHECKED_TYPES].sort()).toEqual(CREDENTIAL_TYPES.map(({ id }) => id).sort()));

test("of an unknown type nothing is checked", async () =>
  expect(await check("my_thing", { token: "fake" })).toEqual({
    outcome: "none",
    checked: "nothing: al does not know this type",
  }));

describe("types of which nothing can be told", () => {
  test.each([
    "google_key",
    "mistral_key",
    "custom_key",
    "mintlify_token",
    "x_twitter_user_oauth1",
    "github_webhook_secret",
    "sentry_client_secret",
    "mintlify_webhook_secret",
    "gateway_api_key",
  ])("%s", async (type) => {
    const names = findType(type)?.fields.map(({ name }) => name) ?? [];
    const values = Object.fromEntries(names.map((name) => [name, "fake"]));
    const checked = "nothing beyond that it is there";
    expect(await check(type, values)).toEqual({ outcome: "none", checked });
    for (const name of names) {
      expect(await check(type, { ...values, [name]: "" })).toEqual({
        outcome: "failed",
        checked,
        why: `the field ${name} is missing or empty`,
      });
    }
  });
});

const AWS = { access_key_id: "FAKEACCESSKEYID00000", secret_access_key: "fake".repeat(10) };
const DISCORD = { application_id: "1", public_key: "0aF9".repeat(16), bot_token: "fake" };

describe("types whose form can be told", () => {
  test.each<
    [type: string, good: Record<string, string>[], bad: [Record<string, string>, string][]]
  >([
    [
      "openai_key",
      [{ token: "sk-fake" }, { token: " sk-proj-fake \n" }],
      [[{ token: "fake" }, 'it does not begin with "sk-"']],
    ],
    ["groq_key", [{ token: "gsk_fake" }], [[{ token: "sk-" }, 'it does not begin with "gsk_"']]],
    ["xai_key", [{ token: "xai-fake" }], [[{ token: "xai" }, 'it does not begin with "xai-"']]],
    [
      "openrouter_key",
      [{ token: "sk-or-v1-fake" }],
      [[{ token: "sk-fake" }, 'it does not begin with "sk-or-"']],
    ],
    [
      "linear_webhook_secret",
      [{ secret: "12345678" }],
      [[{ secret: "1234567" }, "it is shorter than 8 characters"]],
    ],
    [
      "slack_signing_secret",
      [{ secret: "12345678" }],
      [[{ secret: "1234567" }, "it is shorter than 8 characters"]],
    ],
    [
      "aws",
      [AWS, { ...AWS, default_region: "eu-central-1" }],
      [
        [
          { ...AWS, access_key_id: "A".repeat(15) },
          "the access key id is not 16 to 128 letters and digits",
        ],
        [
          { ...AWS, access_key_id: "A".repeat(129) },
          "the access key id is not 16 to 128 letters and digits",
        ],
        [
          { ...AWS, access_key_id: "AAAAAAAA AAAAAAAA" },
          "the access key id is not 16 to 128 letters and digits",
        ],
        [
          { ...AWS, secret_access_key: "f".repeat(39) },
          "the secret access key is shorter than 40 characters",
        ],
      ],
    ],
    [
      "discord_bot",
      [DISCORD],
      [
        [{ ...DISCORD, public_key: "0".repeat(63) }, "the public key is not 64 hexadecimal digits"],
        [{ ...DISCORD, public_key: "0".repeat(65) }, "the public key is not 64 hexadecimal digits"],
        [{ ...DISCORD, public_key: "g".repeat(64) }, "the public key is not 64 hexadecimal digits"],
      ],
    ],
  ])("%s", async (type, good, bad) => {
    for (const values of good) expect((await check(type, values)).outcome).toBe("ok");
    for (const [values, why] of bad) {
      expect(await check(type, values)).toMatchObject({ outcome: "failed", why });
    }
  });
});

test("what was looked at is said", async () => {
  const forms = await Promise.all(
    ["openai_key", "aws", "discord_bot", "slack_signing_secret", "git_ssh", "vps_ssh"].map(
      async (type) => `${type}: ${(await check(type, {})).checked}`,
    ),
  );
  expect(forms.join("\n")).toMatchInlineSnapshot(`
    "openai_key: the form: it begins with "sk-"; the key itself was not tried
    aws: the form: an access key id of 16 to 128 characters and a secret of 40 or more
    discord_bot: the form: a public key of 64 hexadecimal digits
    slack_signing_secret: the form: 8 characters or more
    git_ssh: the form: a private key without a passphrase, and an author's name and e-mail of one line
    vps_ssh: the form: a private key without a passphrase"
  `);
});
