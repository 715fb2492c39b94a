import { describe, expect, test } from "vitest";
import type { CredentialField } from "../../src/credentials/credential.ts";
import { Secret } from "../../src/credentials/secret.ts";
import { SecretMemory } from "../../src/credentials/secret-memory.ts";

const SALT = "fake-salt";

const field = (name: string, value: string): CredentialField => ({
  ...{ name, kind: "secret", env: [] },
  content: new Secret(value),
});

const TOKEN = field("token", "fake-token-a");
const ROTATED = field("token", "fake-token-b");
const OTHER = field("other", "fake-token-a");

type Remembers = (memory: SecretMemory) => void;

/** A memory after some work, and how often it asked to be saved. */
function after(work: Remembers): { memory: SecretMemory; touched: number } {
  let touched = 0;
  const memory = new SecretMemory(SALT, () => {
    touched += 1;
  });
  work(memory);
  return { memory, touched };
}

function claim(memory: SecretMemory, upTo: number): void {
  memory.upTo = upTo;
}

/** The same memory as the next process reads it. */
const reloaded = (memory: SecretMemory): SecretMemory =>
  new SecretMemory(SALT, () => undefined, JSON.parse(JSON.stringify(memory.toRecord())));

describe("the version in use for a value", () => {
  test.each<
    [sentence: string, work: Remembers, asked: CredentialField, expected: string | undefined]
  >([
    ["is none at first", () => undefined, TOKEN, undefined],
    ["is the pinned one", (memory) => memory.pin(TOKEN, "3"), TOKEN, "3"],
    ["is none for another value", (memory) => memory.pin(TOKEN, "3"), ROTATED, undefined],
    [
      "is none for another field of the same value",
      (memory) => memory.pin(TOKEN, "3"),
      OTHER,
      undefined,
    ],
    [
      "is the one that was pinned last",
      (memory) => {
        memory.pin(TOKEN, "3");
        memory.pin(ROTATED, "4");
      },
      ROTATED,
      "4",
    ],
    [
      "is none for the value before, whose version may be destroyed by now",
      (memory) => {
        memory.pin(TOKEN, "3");
        memory.pin(ROTATED, "4");
      },
      TOKEN,
      undefined,
    ],
    [
      "is none once the version was lost",
      (memory) => {
        memory.pin(TOKEN, "3");
        memory.lose("3");
      },
      TOKEN,
      undefined,
    ],
    [
      "is none once the secret is another",
      (memory) => {
        memory.belongsTo(1);
        memory.pin(TOKEN, "3");
        memory.belongsTo(2);
      },
      TOKEN,
      undefined,
    ],
    [
      "stays while the secret is the same",
      (memory) => {
        memory.belongsTo(1);
        memory.pin(TOKEN, "3");
        memory.belongsTo(1);
      },
      TOKEN,
      "3",
    ],
    [
      "is none where the version was only seen: nobody decided to use it",
      (memory) => memory.see("3", "token", TOKEN.content),
      TOKEN,
      undefined,
    ],
  ])("%s, and the next process knows the same", (_sentence, work, asked, expected) => {
    const { memory } = after(work);
    expect([memory.find(asked), reloaded(memory).find(asked)]).toEqual([expected, expected]);
  });
});

describe("versions that hold a value", () => {
  const SEEN: Remembers = (memory) => {
    memory.see("2", "token", TOKEN.content);
    memory.see("10", "", TOKEN.content);
    memory.see("9", "token", ROTATED.content);
    memory.see("11", "other", OTHER.content);
    memory.see("12", "", undefined);
  };

  test.each<[sentence: string, asked: CredentialField, expected: string[]]>([
    ["are those of that field or of nobody's, newest first, as numbers", TOKEN, ["10", "2"]],
    ["are those of the value", ROTATED, ["9"]],
    ["may be used by another field where nobody's", OTHER, ["11", "10"]],
    ["are none where none was seen", field("token", "fake-token-c"), []],
    [
      "are none for an empty text, which a version that cannot be read is not",
      field("token", ""),
      [],
    ],
  ])("%s", (_sentence, asked, expected) => {
    const { memory } = after(SEEN);
    expect([memory.versionsHolding(asked), reloaded(memory).versionsHolding(asked)]).toEqual([
      expected,
      expected,
    ]);
  });
});

describe("the file is written only for news", () => {
  test.each<[sentence: string, work: Remembers, touched: number]>([
    ["a pin", (memory) => memory.pin(TOKEN, "1"), 1],
    [
      "the same pin again is none",
      (memory) => {
        memory.pin(TOKEN, "1");
        memory.pin(TOKEN, "1");
      },
      1,
    ],
    ["the number up to which all is known", (memory) => claim(memory, 3), 1],
    ["the same number is none", (memory) => claim(memory, 0), 0],
    ["losing what was not known is none", (memory) => memory.lose("7"), 0],
    ["another secret", (memory) => memory.belongsTo(7), 1],
    ["the same secret is none", (memory) => memory.belongsTo(0), 0],
  ])("%s", (_sentence, work, touched) => expect(after(work).touched).toBe(touched));
});

test("a hundred versions are kept, and every pinned one", () => {
  const { memory } = after((made) => {
    made.pin(field("pinned", "fake-old"), "1");
    for (let number = 2; number <= 150; number += 1) {
      made.see(String(number), "token", new Secret(`fake-token-${number}`));
    }
  });
  const { versions } = memory.toRecord();
  expect(Object.keys(versions).map(Number)).toEqual([
    1,
    ...Array.from({ length: 100 }, (_, index) => 51 + index),
  ]);
});

test("no value is in the record, only fingerprints under the salt", () => {
  const { memory } = after((made) => made.pin(TOKEN, "1"));
  const other = new SecretMemory("another-salt", () => undefined);
  other.pin(TOKEN, "1");
  expect(JSON.stringify(memory.toRecord())).not.toContain("fake-token");
  expect(other.toRecord().versions).not.toEqual(memory.toRecord().versions);
});
