import { describe, expect, test } from "vitest";
import { CREDENTIAL_TYPES, presentedName } from "../../../src/credentials/types.ts";

const fieldsWhere = (
  rule: (field: (typeof CREDENTIAL_TYPES)[number]["fields"][number]) => boolean,
) =>
  CREDENTIAL_TYPES.flatMap(({ id, fields }) =>
    fields.filter(rule).map(({ name }) => `${id}/${name}`),
  );

describe("the fields", () => {
  test("that may be shown", () =>
    expect(fieldsWhere(({ kind }) => kind === "plain")).toEqual([
      "linear_oauth/client_id",
      "git_ssh/username",
      "git_ssh/email",
      "aws/access_key_id",
      "aws/default_region",
      "reddit_oauth/client_id",
      "reddit_oauth/username",
      "reddit_oauth/user_agent",
      "discord_bot/application_id",
      "discord_bot/public_key",
    ]));

  test("that are keys of SSH", () =>
    expect(fieldsWhere(({ kind }) => kind === "key")).toEqual([
      "git_ssh/id_rsa",
      "vps_ssh/id_rsa",
    ]));

  test("that an instance is whole without", () =>
    expect(fieldsWhere(({ optional = false }) => optional)).toEqual([
      "linear_oauth/refresh_token",
      "x_twitter_api/access_token",
      "x_twitter_api/access_token_secret",
      "aws/default_region",
    ]));
});

test("the extensions come last, each with its fields and variables", () =>
  expect(
    CREDENTIAL_TYPES.slice(32).map(({ id, extension, section, fields }) => ({
      id,
      extension,
      section,
      fields: fields.map(({ name, kind, env = [] }) => [name, kind, ...env].join(" ")),
    })),
  ).toEqual([
    {
      id: "x_twitter_user_oauth1",
      extension: true,
      section: "runtime",
      fields: [
        "access_token secret X_ACCESS_TOKEN",
        "access_token_secret secret X_ACCESS_TOKEN_SECRET",
      ],
    },
    {
      id: "x_twitter_user_oauth2",
      extension: true,
      section: "runtime",
      fields: [
        "client_id secret X_OAUTH2_CLIENT_ID",
        "client_secret secret X_OAUTH2_CLIENT_SECRET",
        "access_token secret X_OAUTH2_ACCESS_TOKEN",
        "refresh_token secret X_OAUTH2_REFRESH_TOKEN",
      ],
    },
  ]));

test.each(CREDENTIAL_TYPES.map((type) => [type.id, type] as const))(
  "%s can stand in a table, and no file of it means two fields",
  (_id, { fields, label, description, helpUrl = "https://", agentContext = "" }) => {
    const files = fields.flatMap(({ name, alternatives = [] }) => [name, ...alternatives]);
    expect([...new Set(files)]).toEqual(files);
    expect(helpUrl).toMatch(/^https:\/\/[^\s)|]*$/);
    expect([label, description, agentContext].filter((text) => /[\n|]/.test(text))).toEqual([]);
  },
);

// The author's name and e-mail are there for git, which needs no telling.
test("an agent is told the name of every variable that it has", () =>
  expect(
    CREDENTIAL_TYPES.filter(({ id }) => id !== "git_ssh").flatMap(({ fields, agentContext = "" }) =>
      fields.flatMap(({ env = [] }) => env.filter((name) => !agentContext.includes(name))),
    ),
  ).toEqual([]));

describe("presentedName", () => {
  test.each([
    ["an older name gives the page's", "cloudflare_api_token", "api_token", "token"],
    ["an older name of a key", "vps_ssh", "private_key", "id_rsa"],
    ["an older name of one of two", "x_twitter_api", "consumer_key", "api_key"],
    ["an older name of the other", "x_twitter_api", "consumer_secret", "api_secret"],
    ["the page's name stays", "cloudflare_api_token", "token", "token"],
    ["an older name means nothing to another type", "github_token", "api_token", "api_token"],
    ["a file that no type declares stays", "vps_ssh", "public_key", "public_key"],
    ["a file of an unknown type stays", "my_thing", "api_token", "api_token"],
  ])("%s", (_sentence, type, file, expected) => expect(presentedName(type, file)).toBe(expected));
});
