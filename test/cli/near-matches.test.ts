import { expect, test } from "vitest";
import { nearMatches } from "../../src/cli/near-matches.ts";

const KNOWN = ["github_token", "github_webhook_secret", "git_ssh", "openai_key", "aws"];

test.each([
  ["a letter is missing", "githb_token", ["github_token"]],
  ["two letters changed places", "opneai_key", ["openai_key"]],
  ["only a part is written", "github", ["github_token", "github_webhook_secret"]],
  ["capitals do not count", "AWS", ["aws"]],
  ["nothing is like it", "zzzzzzzz", []],
  ["one letter is too little to go by", "g", []],
])("%s", (_sentence, name, expected) => expect(nearMatches(name, KNOWN)).toEqual(expected));
