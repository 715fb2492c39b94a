import { expect, test } from "vitest";
import { isOurs } from "../../src/mapping/ownership.ts";

const NAMED_LIKE_OURS = { name: "projects/p/secrets/al--x--default--y", labels: {} };

test.each<[sentence: string, resource: Parameters<typeof isOurs>[0], expected: boolean]>([
  ["what carries our label is ours", { labels: { "managed-by": "action-llama", team: "a" } }, true],
  ["what somebody else manages is not", { labels: { "managed-by": "terraform" } }, false],
  ["the value must be the whole one", { labels: { "managed-by": "action-llama-2" } }, false],
  ["nor may it be written otherwise", { labels: { "managed-by": "Action-Llama" } }, false],
  ["another label proves nothing", { labels: { "al-agent": "dev" } }, false],
  ["no labels are no claim", { labels: {} }, false],
  ["null labels are no claim", { labels: null }, false],
  ["absent labels are no claim", {}, false],
  ["a name proves nothing", NAMED_LIKE_OURS, false],
])("%s", (_sentence, resource, expected) => expect(isOurs(resource)).toBe(expected));
