import fc from "fast-check";
import { expect, test } from "vitest";
import { runnerAccountId } from "../../src/mapping/runner-account.ts";
import { readSetUp } from "../terraform/support/grants.ts";

const hostile = fc.string({ unit: "binary", minLength: 1, maxLength: 60 });

test("an agent's account has a legal id, whatever the agent is called", () =>
  fc.assert(
    fc.property(hostile, (agent) => {
      expect(runnerAccountId(agent)).toMatch(/^(?=.{6,30}$)[a-z][a-z0-9-]*[a-z0-9]$/);
    }),
  ));

test("different agents have different accounts", () =>
  fc.assert(
    fc.property(hostile, hostile, (one, other) => {
      fc.pre(one.normalize("NFC") !== other.normalize("NFC"));
      expect(runnerAccountId(one)).not.toBe(runnerAccountId(other));
    }),
  ));

test.each([
  ["a plain name", "dev", "al-run-dev"],
  ["the longest plain name", "a".repeat(23), `al-run-${"a".repeat(23)}`],
  ["one letter more", "a".repeat(24), expect.stringMatching(/^al-run-a{14}-[0-9a-f]{8}$/)],
  ["a name with capitals", "Dev", expect.stringMatching(/^al-run-dev-[0-9a-f]{8}$/)],
  ["a name of signs", "!?", expect.stringMatching(/^al-run-[0-9a-f]{8}$/)],
  ["a composed and a decomposed name", "é", runnerAccountId("e\u0301")],
])("%s", (_sentence, agent, id) => expect(runnerAccountId(agent)).toEqual(id));

test.each([
  ["per-agent", "named"],
  ["odd-names", ""],
] as const)("Terraform derives the same accounts: %s", (name, named) => {
  const accounts = Object.entries(readSetUp(name).serviceAccounts).flatMap(([key, email]) => {
    const agent = /^runner\/(.*)$/s.exec(key)?.[1];
    return agent === undefined || agent === named ? [] : [[agent, email.split("@")[0]] as const];
  });
  expect(accounts).not.toEqual([]);
  expect(accounts).toEqual(accounts.map(([agent]) => [agent, runnerAccountId(agent)]));
});
