import { describe, expect, test } from "vitest";
import { environment, injections } from "../../src/mapping/environment.ts";
import { refusal } from "../refusal.ts";
import { credential, field, GIT_SSH, GITHUB, pins } from "./samples.ts";

const WORK = credential("github_token:work", field("token", { env: ["GITHUB_TOKEN", "GH_TOKEN"] }));

describe("injections", () => {
  test.each([
    ["no credentials give no variables", [], { injections: [], warnings: [] }],
    [
      "a field may give several variables",
      [GITHUB],
      {
        injections: [
          { name: "GITHUB_TOKEN", credential: GITHUB, field: "token" },
          { name: "GH_TOKEN", credential: GITHUB, field: "token" },
        ],
        warnings: [],
      },
    ],
    [
      "a field without variables is only a file",
      [GIT_SSH],
      {
        injections: [
          { name: "GIT_AUTHOR_EMAIL", credential: GIT_SSH, field: "email" },
          { name: "GIT_COMMITTER_EMAIL", credential: GIT_SSH, field: "email" },
          { name: "GIT_AUTHOR_NAME", credential: GIT_SSH, field: "username" },
          { name: "GIT_COMMITTER_NAME", credential: GIT_SSH, field: "username" },
        ],
        warnings: [],
      },
    ],
    [
      "of two instances of one type the later in the agent's list wins, with a warning",
      [GITHUB, WORK],
      {
        injections: [
          { name: "GITHUB_TOKEN", credential: WORK, field: "token" },
          { name: "GH_TOKEN", credential: WORK, field: "token" },
        ],
        warnings: [
          "GITHUB_TOKEN comes from github_token:work; the value of github_token is only in its file",
          "GH_TOKEN comes from github_token:work; the value of github_token is only in its file",
        ],
      },
    ],
    [
      "in the other order the other one wins",
      [WORK, GITHUB],
      {
        injections: [
          { name: "GITHUB_TOKEN", credential: GITHUB, field: "token" },
          { name: "GH_TOKEN", credential: GITHUB, field: "token" },
        ],
        warnings: [
          "GITHUB_TOKEN comes from github_token; the value of github_token:work is only in its file",
          "GH_TOKEN comes from github_token; the value of github_token:work is only in its file",
        ],
      },
    ],
  ])("%s", (_sentence, given, expected) => expect(injections(given)).toEqual(expected));
});

const build = (literals: Readonly<Record<string, string>>, versions = {}) =>
  environment({
    literals,
    injections: injections([GITHUB]).injections,
    prefix: "al",
    pins: pins(versions),
  });

describe("environment", () => {
  test.each([
    [
      "literals come first, by name, then references to secrets at a fixed version",
      { LOG_LEVEL: "debug", EMPTY: "" },
      { "al--github_token--default--token": { token: "7" } },
      [
        { name: "EMPTY", value: "" },
        { name: "LOG_LEVEL", value: "debug" },
        reference("GITHUB_TOKEN", "7"),
        reference("GH_TOKEN", "7"),
      ],
    ],
    [
      "a version that does not exist yet is shown as new",
      {},
      {},
      [reference("GITHUB_TOKEN", "(new)"), reference("GH_TOKEN", "(new)")],
    ],
    [
      "names that only resemble reserved ones are free",
      { MY_PORT: "1", CLOUD_RUN_JOBS: "2", _prompt: "3", K_SERVICES: "4", X_GOOGLE: "5" },
      {},
      [
        { name: "CLOUD_RUN_JOBS", value: "2" },
        { name: "K_SERVICES", value: "4" },
        { name: "MY_PORT", value: "1" },
        { name: "X_GOOGLE", value: "5" },
        { name: "_prompt", value: "3" },
        reference("GITHUB_TOKEN", "(new)"),
        reference("GH_TOKEN", "(new)"),
      ],
    ],
  ])("%s", (_sentence, literals, versions, expected) =>
    expect(build(literals, versions)).toEqual(expected),
  );

  test.each([
    ["PORT", "Cloud Run sets it"],
    ["CLOUD_RUN_JOB", "Cloud Run sets it"],
    ["CLOUD_RUN_EXECUTION", "Cloud Run sets it"],
    ["CLOUD_RUN_TASK_INDEX", "Cloud Run sets it"],
    ["CLOUD_RUN_TASK_ATTEMPT", "Cloud Run sets it"],
    ["CLOUD_RUN_TASK_COUNT", "Cloud Run sets it"],
    ["K_SERVICE", "Cloud Run sets it"],
    ["K_REVISION", "Cloud Run sets it"],
    ["K_CONFIGURATION", "Cloud Run sets it"],
    ["X_GOOGLE_", "names that begin with X_GOOGLE_ are Google's own"],
    ["X_GOOGLE_ANYTHING", "names that begin with X_GOOGLE_ are Google's own"],
    ["PROMPT", "al sets it for each run"],
    ["GATEWAY_URL", "al sets it for each run"],
    ["SHUTDOWN_SECRET", "al sets it for each run"],
    ["AL_RUN_ID", "al sets it for each run"],
    ["GITHUB_TOKEN", "the credential github_token sets it"],
    ["GH_TOKEN", "the credential github_token sets it"],
    ["1ST", "a variable's name may hold letters, digits and underscores and begins with no digit"],
    [
      "MY-VAR",
      "a variable's name may hold letters, digits and underscores and begins with no digit",
    ],
    ["A\n", "a variable's name may hold letters, digits and underscores and begins with no digit"],
    [
      "__proto__=",
      "a variable's name may hold letters, digits and underscores and begins with no digit",
    ],
    ["", "a variable's name may hold letters, digits and underscores and begins with no digit"],
  ])("a literal may not be called %j: %s", async (name, why) =>
    expect(await refusal(() => build({ FINE: "1", [name]: "fake" }))).toBe(
      [
        "ConfigError, exit 78",
        `what: [cloudrun.env] ${name} cannot be set`,
        `why: ${why}`,
        `remedy: Remove ${name} from [cloudrun.env], or choose another name.`,
      ].join("\n"),
    ),
  );
});

describe("what Cloud Run's limits allow", () => {
  test("32,768 bytes in one variable", () =>
    expect(build({ LONG: "é".repeat(16_384) })[0]).toEqual({
      name: "LONG",
      value: "é".repeat(16_384),
    }));

  test("and no more", async () =>
    expect(await refusal(() => build({ LONG: `${"é".repeat(16_384)}a` }))).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: [cloudrun.env] LONG is 32769 bytes long
      why: Cloud Run takes at most 32768 bytes in one variable
      remedy: Shorten LONG, or put the text into the agent's image."
    `));

  // Two are the credential's, and room for four stays that al sets for a run.
  const literals = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`V${index}`, ""]));

  test("a literal without a NUL character", async () =>
    expect(await refusal(() => build({ MODE: "a\0b" }))).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: [cloudrun.env] MODE holds a NUL character
      why: no environment variable can hold one
      remedy: Remove it from MODE in the agent's config.toml."
    `));

  test("a name of 32,768 characters, and no longer one", async () => {
    const name = "N".repeat(32_768);
    expect(build({ [name]: "v" })[0]).toEqual({ name, value: "v" });
    expect(await refusal(() => build({ [`${name}N`]: "v" }))).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: [cloudrun.env] NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN… cannot be set
      why: Cloud Run takes at most 32768 characters in a variable's name
      remedy: Remove NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN… from [cloudrun.env], or choose another name."
    `);
  });

  test("a variable called __proto__", () =>
    expect(build(Object.fromEntries([["__proto__", "v"]]))[0]).toEqual({
      name: "__proto__",
      value: "v",
    }));

  test("1,000 variables", () => expect(build(literals(994))).toHaveLength(996));

  test("and no more of them", async () =>
    expect(await refusal(() => build(literals(995)))).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: The agent's container would have 1001 variables
      why: Cloud Run takes at most 1000
      remedy: Remove variables from [cloudrun.env]."
    `));
});

function reference(name: string, version: string) {
  const secret = "al--github_token--default--token";
  return { name, valueSource: { secretKeyRef: { secret, version } } };
}
