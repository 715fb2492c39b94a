import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type TarEntry, tarOf } from "../testing/tar.ts";
import { pathInside } from "./inside.ts";
import { unpackLayer } from "./unpack-layer.ts";

let place: string;
let root: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "al-emulator-unpack-"));
  root = join(place, "root");
  mkdirSync(root);
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** Every path below, with what it is. */
function tree(directory: string, at = ""): Record<string, string> {
  return Object.assign(
    {},
    ...readdirSync(directory).map((name) => {
      const path = join(directory, name);
      const stat = lstatSync(path);
      const here = `${at}${name}`;
      if (stat.isDirectory()) return { [`${here}/`]: "", ...tree(path, `${here}/`) };
      return { [here]: stat.isSymbolicLink() ? "link" : readFileSync(path, "utf8") };
    }),
  );
}

const lay = (...layers: TarEntry[][]): void => {
  for (const layer of layers) unpackLayer(tarOf(layer), root);
};
const file = (path: string, bytes = "x"): TarEntry => ({ path, bytes });
const directory = (path: string): TarEntry => ({ path, type: "5" });
const link = (path: string, to: string): TarEntry => ({ path, type: "2", link: to });

describe("layers", () => {
  test.each<[string, TarEntry[][], Record<string, string>]>([
    [
      "lie over each other",
      [[file("a", "1"), file("b", "1")], [file("a", "2")]],
      { a: "2", b: "1" },
    ],
    [
      "make the directories that they leave out",
      [[file("./a/b/c")]],
      { "a/": "", "a/b/": "", "a/b/c": "x" },
    ],
    [
      "take away what they say",
      [[file("a/b"), file("a/c")], [file("a/.wh.b")]],
      { "a/": "", "a/c": "x" },
    ],
    ["take away whole directories", [[file("a/b/c")], [file("a/.wh.b")]], { "a/": "" }],
    [
      "hide what was below, but not what they bring themselves",
      [[file("a/old")], [file("a/new"), file("a/.wh..wh..opq"), file("a/newer")]],
      { "a/": "", "a/new": "x", "a/newer": "x" },
    ],
    ["replace a directory by a file", [[file("a/b")], [file("a")]], { a: "x" }],
    [
      "replace a file by a directory",
      [[file("a")], [directory("a"), file("a/b")]],
      { "a/": "", "a/b": "x" },
    ],
    [
      "keep a directory that comes again",
      [[file("a/b")], [directory("a")]],
      { "a/": "", "a/b": "x" },
    ],
    [
      "replace a link, not what it points to",
      [[file("a"), link("b", "a")], [file("b", "y")]],
      { a: "x", b: "y" },
    ],
    [
      "follow links to directories",
      [[file("usr/lib/a"), link("lib", "usr/lib")], [file("lib/b")]],
      { "usr/": "", "usr/lib/": "", "usr/lib/a": "x", "usr/lib/b": "x", lib: "link" },
    ],
    ["have hard links", [[file("a"), { path: "b", type: "1", link: "a" }]], { a: "x", b: "x" }],
    [
      "leave devices out",
      [
        [
          { path: "null", type: "3" },
          { path: "pipe", type: "6" },
        ],
      ],
      {},
    ],
  ])("%s", (_sentence, layers, expected) => {
    lay(...layers);
    expect(tree(root)).toEqual(expected);
  });

  test("keep modes, and the long names of pax and GNU", () => {
    const long = `${"d/".repeat(60)}file`;
    const record = (text: string): string => {
      // Three digits, a space and a newline.
      const length = text.length + 5;
      return `${length} ${text}\n`;
    };
    lay([
      { path: "run.sh", mode: 0o755, bytes: "#!" },
      { path: "PaxHeaders/x", type: "x" as "0", bytes: record(`path=${long}`) },
      file("short"),
      { path: "././@LongLink", type: "L" as "0", bytes: `${long}2\0` },
      file("short"),
    ]);
    expect(lstatSync(join(root, "run.sh")).mode & 0o777).toBe(0o755);
    expect([existsSync(join(root, long)), existsSync(join(root, `${long}2`))]).toEqual([
      true,
      true,
    ]);
  });
});

describe("nothing is written outside", () => {
  test.each<[string, TarEntry[]]>([
    ["through an absolute path", [file("/outside")]],
    ["through an absolute link", [link("a", "/"), file("a/outside")]],
    ["through a link upwards", [link("a", "../.."), file("a/outside")]],
    ["through a chain of links", [link("a", "b/.."), link("b", ".."), file("a/b/outside")]],
    ["through a whiteout behind a link", [link("a", ".."), file("a/.wh.kept")]],
    ["through an opaque mark behind a link", [link("a", ".."), file("a/.wh..wh..opq")]],
    ["through a directory behind a link", [link("a", "../kept"), directory("a/outside")]],
  ])("%s", (_sentence, layer) => {
    mkdirSync(join(place, "kept"));
    lay(layer);
    expect(readdirSync(place).sort()).toEqual(["kept", "root"]);
    expect(readdirSync(join(place, "kept"))).toEqual([]);
  });

  test.each<[string, TarEntry[], RegExp]>([
    ["a path upwards", [file("../outside")], /a path with "\.\."/],
    ["a path that goes up in between", [file("a/../../outside")], /a path with "\.\."/],
    ["a hard link upwards", [{ path: "a", type: "1", link: "../kept-file" }], /ENOENT/],
    ["links in a circle", [link("a", "b"), link("b", "a"), file("a/c")], /too many links/],
  ])("and refuses %s", (_sentence, layer, problem) => {
    expect(() => lay(layer)).toThrow(problem);
    expect(readdirSync(place)).toEqual(["root"]);
  });

  test.each<[string, Buffer, RegExp]>([
    ["no archive", Buffer.alloc(512, "x"), /no tar archive/],
    ["an archive that is cut off", tarOf([file("a", "y".repeat(600))]).subarray(0, 600), /cut off/],
  ])("and refuses %s", (_sentence, archive, problem) =>
    expect(() => unpackLayer(archive, root)).toThrow(problem),
  );
});

test.each([
  ["a/b", "a/b"],
  ["/../../a", "a"],
  ["up/a", "a"],
  ["abs/passwd", "etc/passwd"],
  ["missing/../a", "a"],
])("%s lies at %s", (path, expected) => {
  lay([link("up", "../../.."), link("abs", "/etc"), directory("etc")]);
  expect(pathInside(root, path, { followLast: true })).toBe(join(root, expected));
});
