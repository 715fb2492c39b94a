import fc from "fast-check";
import { expect, it } from "vitest";
import { LineSplitter } from "./line-splitter.ts";

function linesOf(chunks: readonly Buffer[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

it.each([
  ["", []],
  ["a", ["a"]],
  ["a\n", ["a"]],
  ["a\nb", ["a", "b"]],
  ["a\r\nb\n\n", ["a\r", "b", ""]],
])("cuts %j into %j", (text, lines) => {
  expect(linesOf([Buffer.from(text)])).toEqual(lines);
});

it("does not depend on where chunks end", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.nat(40)), (text, cuts) => {
      const bytes = Buffer.from(`${text}\nä€😀\n${text}`);
      const chunks = [...new Set([0, ...cuts, bytes.length])]
        .filter((cut) => cut <= bytes.length)
        .sort((a, b) => a - b)
        .map((cut, index, all) => bytes.subarray(cut, all[index + 1] ?? cut));
      expect(linesOf(chunks)).toEqual(linesOf([bytes]));
    }),
  );
});

it.each([1, 2, 3, 4])("cuts a line of more than 256 KiB, and no character (%i)", (shift) => {
  const text = "x".repeat(shift) + "😀".repeat(100_000);
  const lines = linesOf([Buffer.from(`${text}\nnext\n`)]);
  expect(lines.at(-1)).toBe("next");
  expect(lines.slice(0, -1).join("")).toBe(text);
  expect(lines.slice(0, -1).every((line) => Buffer.byteLength(line) <= 262_144)).toBe(true);
});
