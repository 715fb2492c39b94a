import { describe, expect, test } from "vitest";
import type { CredentialRef } from "../../src/credentials/ref.ts";
import { type ModelAuth, requiredRefs } from "../../src/credentials/required-refs.ts";
import { refusal } from "../refusal.ts";

const required = (credentials: readonly string[], models: readonly ModelAuth[] = []) =>
  requiredRefs({ agent: "dev", credentials, models });

const model = (provider: string, authType?: string): ModelAuth => ({
  name: `my-${provider}`,
  provider,
  authType,
});

const ref = (type: string, instance = "default"): CredentialRef => ({ type, instance });

describe("requiredRefs", () => {
  test.each<
    [sentence: string, listed: string[], models: ModelAuth[], expected: readonly CredentialRef[]]
  >([
    ["nothing needs nothing", [], [], []],
    [
      "the agent's list, in its order",
      ["git_ssh:botty", "github_token"],
      [],
      [ref("git_ssh", "botty"), ref("github_token")],
    ],
    ["a model needs its provider's key", [], [model("anthropic")], [ref("anthropic_key")]],
    [
      "models come after the list, each provider once",
      ["github_token"],
      [model("openai"), model("anthropic", "oauth_token"), model("openai", "api_key")],
      [ref("github_token"), ref("openai_key"), ref("anthropic_key")],
    ],
    [
      "a key that is listed too stays where it is listed",
      ["anthropic_key", "github_token"],
      [model("anthropic")],
      [ref("anthropic_key"), ref("github_token")],
    ],
    [
      "a named instance of a key does not stand for the default one, which the SDK reads",
      ["anthropic_key:work"],
      [model("anthropic")],
      [ref("anthropic_key", "work"), ref("anthropic_key")],
    ],
    [
      "the same credential in other writings is one",
      ["github_token", " github_token : default ", "github_token:default"],
      [],
      [ref("github_token")],
    ],
    [
      "two instances of one type are two",
      ["github_token", "github_token:work"],
      [],
      [ref("github_token"), ref("github_token", "work")],
    ],
    ["unknown types are usable as files", ["my_thing:x"], [], [ref("my_thing", "x")]],
  ])("%s", (_sentence, listed, models, expected) =>
    expect(required(listed, models)).toEqual(expected),
  );

  test.each([
    "gateway_api_key",
    "vultr_api_key",
    "hetzner_api_key",
    "cloudflare_api_token",
    "vps_ssh",
    "vps_ssh:prod",
    "gcp_service_account",
  ])("%s never reaches an agent", async (listed) =>
    expect((await refusal(() => required([listed]))).split("\n").slice(0, 2)).toEqual([
      "ConfigError, exit 78",
      `what: Agent "dev" lists the credential "${listed}"`,
    ]),
  );

  test("webhook types may be listed", () =>
    expect(required(["discord_bot"])).toEqual([ref("discord_bot")]));

  test("an infrastructure type never reaches an agent", async () =>
    expect(
      await refusal(() => required(["github_token", "gcp_service_account:ci"])),
    ).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: Agent "dev" lists the credential "gcp_service_account:ci"
      why: gcp_service_account is an infrastructure credential: it is for al's own commands and is never given to an agent
      remedy: Remove "gcp_service_account:ci" from credentials in agents/dev/config.toml."
    `));

  test("pi auth has no place in a container", async () =>
    expect(
      await refusal(() => required([], [model("openai"), model("anthropic", "pi_auth")])),
    ).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: Model "my-anthropic" of agent "dev" uses authType "pi_auth"
      why: pi auth lives in ~/.pi on this machine, and a container has no access to it
      remedy: Set authType = "api_key" for [models.my-anthropic] in config.toml and store the key as anthropic_key."
    `));

  test("a malformed ref", async () =>
    expect(await refusal(() => required(["git_ssh:../../etc"]))).toMatchInlineSnapshot(`
      "DataError, exit 65
      what: "../../etc" cannot be a credential instance
      why: it has a slash
      remedy: Write a credential instance as one plain name, for example "default" or "my-org"."
    `));
});
