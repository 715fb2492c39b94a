import { describe, expect, test } from "vitest";
import { grantsOf, moduleRunners, separatedArgument } from "../../src/mapping/module-runners.ts";
import type { ProjectAgent } from "../../src/mapping/readiness-facts.ts";

const email = (id: string, project = "demo-project"): string =>
  `${id}@${project}.iam.gserviceaccount.com`;
const agent = (name: string, account: string | undefined): ProjectAgent => ({
  ...{ name, account, credentials: [`${name}_key`] },
});
const place = (everyAgent: readonly ProjectAgent[], sharedAccount?: string) => ({
  ...{ project: "demo-project", secretPrefix: "al", everyAgent, sharedAccount },
});
const SHARED = email("al-runner");

describe("the module is told of", () => {
  test.each<[sentence: string, Parameters<typeof place>, argument: string | undefined]>([
    [
      "one account for all",
      [[agent("a", SHARED), agent("b", SHARED)], SHARED],
      'shared_runner = "al-runner"; agents = { a = { credentials = ["a_key"] }, b = { credentials = ["b_key"] } }',
    ],
    [
      "an account for each, by names that it derives itself",
      [[agent("a", email("al-run-a")), agent("b", email("al-run-b"))]],
      'agents = { a = { credentials = ["a_key"] }, b = { credentials = ["b_key"] } }',
    ],
    [
      "an account of another name",
      [[agent("a", email("mine-for-a")), agent("b", email("al-run-b"))]],
      'agents = { a = { credentials = ["a_key"], account_id = "mine-for-a" }, b = { credentials = ["b_key"] } }',
    ],
    [
      "an agent that no account is named for yet",
      [[agent("a", email("al-run-a")), agent("b", undefined)]],
      'agents = { a = { credentials = ["a_key"] }, b = { credentials = ["b_key"] } }',
    ],
    [
      "the only agent's own account, though it is named as that of all",
      [[agent("a", email("al-run-a"))], email("al-run-a")],
      'agents = { a = { credentials = ["a_key"] } }',
    ],
    [
      "no account that some agents have together: it makes one each, or one for all",
      [[agent("a", SHARED), agent("b", SHARED), agent("c", email("al-run-c"))], SHARED],
      undefined,
    ],
    ["no account of another project", [[agent("a", email("al-run-a", "demo-two"))]], undefined],
    [
      "no account of Google's own",
      [[agent("a", "demo-project@appspot.gserviceaccount.com")]],
      undefined,
    ],
  ])("%s", (_sentence, given, expected) =>
    expect(moduleRunners(place(...given))?.argument).toBe(expected),
  );
});

test("accounts that are given up for agents' own are not named, and others stay", () =>
  expect(
    separatedArgument(
      place([agent("a", SHARED), agent("b", SHARED), agent("c", email("mine-for-c"))], SHARED),
    ),
  ).toBe(
    'agents = { a = { credentials = ["a_key"] }, b = { credentials = ["b_key"] }, c = { credentials = ["c_key"], account_id = "mine-for-c" } }',
  ));

describe("a grant is numbered as terraform/runners.tf numbers it", () => {
  const refs = Array.from({ length: 27 }, (_, index) => `k:n${index + 10}`);
  const runners = moduleRunners(
    place([{ name: "a", account: email("al-run-a"), credentials: [...refs].reverse() }]),
  );
  const runner = runners?.byAccount.get(email("al-run-a")) ?? { key: "", beginnings: [] };
  test.each<[wanted: readonly string[], expected: readonly string[]]>([
    [["al--k--n10--"], ["a/1"]],
    [["al--k--n22--"], ["a/1"]],
    [["al--k--n23--"], ["a/2"]],
    [
      ["al--k--n10--", "al--k--n36--"],
      ["a/1", "a/3"],
    ],
    [["al--k--n1--"], []],
  ])("%j", (wanted, expected) =>
    expect(grantsOf(runner, wanted)).toEqual(
      expected.map((key) => `google_project_iam_member.runner["${key}"]`),
    ),
  );
});

test("one account for all may read what any of them lists, each once", () =>
  expect([
    ...(moduleRunners(
      place(
        [
          { name: "a", account: SHARED, credentials: ["x", "k:1"] },
          { name: "b", account: SHARED, credentials: ["x"] },
        ],
        SHARED,
      ),
    )?.byAccount ?? []),
  ]).toEqual([[SHARED, { key: "shared", beginnings: ["al--k--1--", "al--x--default--"] }]]));
