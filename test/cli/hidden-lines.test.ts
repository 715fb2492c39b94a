import { PassThrough, Writable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readHiddenLines, TypedLines } from "../../src/cli/hidden-lines.ts";
import { PromptCancelled } from "../../src/cli/prompt-cancelled.ts";

const read = (chunks: readonly string[]) => {
  const typed = new TypedLines();
  const states = chunks.map((chunk) => typed.add(chunk));
  return { state: states.at(-1), value: typed.value };
};

test.each([
  ["a line with a dot ends", ["one\rtwo\r.\r"], { state: "complete", value: "one\ntwo" }],
  ["Ctrl-D ends, also within a line", ["one\rtwo\u0004"], { state: "complete", value: "one\ntwo" }],
  ["a dot within a line is a dot", ["a.b\r"], { state: "open", value: "a.b" }],
  ["line ends of all systems are one", ["a\r\nb\nc\r.\r"], { state: "complete", value: "a\nb\nc" }],
  [
    "backspace takes the last character back",
    ["ab\u007fc\u0004"],
    { state: "complete", value: "ac" },
  ],
  [
    "marks of a paste are no text",
    ["\u001b[200~a\rb\u001b[201~\u0004"],
    { state: "complete", value: "a\nb" },
  ],
  ["Ctrl-C leaves", ["a\u0003"], { state: "cancelled", value: "a" }],
  ["blank lines around do not count", ["\r\ra\r\r.\r"], { state: "complete", value: "a" }],
])("%s", (_sentence, chunks, expected) => expect(read(chunks)).toEqual(expected));

test("however a text is cut into pieces, it is read the same", () => {
  const line = fc.string({ unit: fc.constantFrom("a", "b", "{", '"', " ", "é") });
  fc.assert(
    fc.property(fc.array(line), fc.nat({ max: 20 }), (lines, at) => {
      const keys = `${lines.join("\r")}\u0004`;
      expect(read([keys.slice(0, at), keys.slice(at)]).value).toBe(lines.join("\n").trim());
    }),
  );
});

test("of what is read only its size is shown", async () => {
  const input = new PassThrough();
  const shown: string[] = [];
  const output = new Writable({
    write(chunk, _encoding, done) {
      shown.push(String(chunk));
      done();
    },
  });
  const reading = readHiddenLines("Key", { input, output });
  const keys = Buffer.from("töp\rsecret\r.\r");
  for (const byte of keys) input.write(Buffer.of(byte));
  expect((await reading).reveal()).toBe("töp\nsecret");
  expect(shown.join("")).toMatchInlineSnapshot(`
    "Key
    Paste it; nothing is shown. End with a line that is a single dot, or with Ctrl-D.
    Read 2 lines, 10 characters.
    "
  `);
  const leaving = readHiddenLines("Key", { input, output });
  input.write("\u0003");
  await expect(leaving).rejects.toBeInstanceOf(PromptCancelled);
});
