import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conditionHolds } from "../../src/mapping/iam-condition.ts";
import { conditionOf } from "../emulator/core/iam/condition.ts";

const RESOURCE = {
  name: "projects/42/secrets/al--github_token--default--token/versions/1",
  type: "secretmanager.googleapis.com/SecretVersion",
  service: "secretmanager.googleapis.com",
};

const BOT = 'resource.name.startsWith("projects/42/secrets/al--")';
const OTHER = "resource.name.startsWith('projects/42/secrets/zz--')";
const CLOCK = 'request.time < timestamp("2030-01-01T00:00:00Z")';

describe("a condition", () => {
  test.each<[string, boolean | undefined]>([
    [BOT, true],
    [OTHER, false],
    ['resource.name.endsWith("/versions/1")', true],
    ['resource.type == "secretmanager.googleapis.com/Secret"', false],
    ['resource.type != "secretmanager.googleapis.com/Secret"', true],
    ['resource.service == "secretmanager.googleapis.com"', true],
    [`${OTHER} || ${BOT}`, true],
    [`${OTHER} && ${BOT}`, false],
    [`!(${OTHER}) && ${BOT}`, true],
    [`! ${BOT}`, false],
    ["true", true],
    ["false || true", true],
    [String.raw`resource.name == "a\"b"`, false],
    // What al cannot judge.
    [CLOCK, undefined],
    [`${BOT} && ${CLOCK}`, undefined],
    ['resource.name.extract("secrets/{id}/") == "x"', undefined],
    ['resource.name.matches("al--.*")', undefined],
    ['api.getAttribute("x", "") == "y"', undefined],
    [`${BOT} ${BOT}`, undefined],
    ["resource.name", undefined],
    ['resource.owner == "x"', undefined],
    ["(true", undefined],
    ["", undefined],
  ])("%s: %s", (expression, expected) =>
    expect(conditionHolds(expression, RESOURCE)).toBe(expected),
  );

  const { leaf } = fc.letrec((tie) => ({
    leaf: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(BOT, OTHER, "true", "false", 'resource.service != "x"'),
      tie("leaf").map((inner) => `!(${inner})`),
      fc.tuple(tie("leaf"), tie("leaf")).map(([one, other]) => `(${one} && ${other})`),
      fc.tuple(tie("leaf"), tie("leaf")).map(([one, other]) => `(${one} || ${other})`),
    ),
  }));

  test("is judged as the emulator's IAM judges it", () =>
    fc.assert(
      fc.property(leaf, (given) => {
        const expression = String(given);
        expect(conditionHolds(expression, RESOURCE)).toBe(conditionOf(expression)(RESOURCE));
      }),
    ));
});
