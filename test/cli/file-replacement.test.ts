import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { prepareReplacement, textOf } from "../../src/cli/file-replacement.ts";

function newDirectory(): string {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), "al-replacement-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const replace = async (file: string, text: string): Promise<void> =>
  (await prepareReplacement(file, text)).put();

test("a file is made with its directories, for its owner", async () => {
  const directory = newDirectory();
  await replace(join(directory, "a/b.toml"), "x");
  expect(readFileSync(join(directory, "a/b.toml"), "utf8")).toBe("x");
  expect(statSync(join(directory, "a")).mode & 0o777).toBe(0o700);
});

test("a file is replaced with its mode, and nothing is left beside it", async () => {
  const directory = newDirectory();
  writeFileSync(join(directory, "a"), "old");
  chmodSync(join(directory, "a"), 0o640);
  await replace(join(directory, "a"), "new");
  expect(readFileSync(join(directory, "a"), "utf8")).toBe("new");
  expect(statSync(join(directory, "a")).mode & 0o777).toBe(0o640);
  expect(readdirSync(directory)).toEqual(["a"]);
});

test("nothing is changed before it is put, or when it is discarded", async () => {
  const directory = newDirectory();
  writeFileSync(join(directory, "a"), "old");
  const replacement = await prepareReplacement(join(directory, "a"), "new");
  expect(await textOf(join(directory, "a"))).toBe("old");
  await replacement.discard();
  expect(await textOf(join(directory, "a"))).toBe("old");
  expect(readdirSync(directory)).toEqual(["a"]);
});

test.each([
  ["a link", "old"],
  ["a link to what is not there yet", undefined],
])("%s stays a link", async (_sentence, content) => {
  const directory = newDirectory();
  mkdirSync(join(directory, "dotfiles"));
  const target = join(directory, "dotfiles/config.toml");
  if (content !== undefined) writeFileSync(target, content);
  symlinkSync("dotfiles/config.toml", join(directory, "link"));
  await replace(join(directory, "link"), "new");
  expect(lstatSync(join(directory, "link")).isSymbolicLink()).toBe(true);
  expect(readFileSync(target, "utf8")).toBe("new");
});

test("a file that is not there has no text", async () =>
  expect(await textOf(join(newDirectory(), "gone"))).toBe(""));

test.each([
  [
    "a directory in the place of the file",
    (at: string) => mkdirSync(join(at, "file")),
    "file",
    "a directory is in the place of a file, or a file in the place of a directory",
  ],
  [
    "a file in the place of the directory",
    (at: string) => writeFileSync(join(at, "sub"), ""),
    "sub/file",
    "a directory is in the place of a file, or a file in the place of a directory",
  ],
  [
    "a link in a circle",
    (at: string) => symlinkSync("file", join(at, "file")),
    "file",
    expect.stringContaining("ELOOP"),
  ],
])("%s is refused, and left alone", async (_sentence, make, name, why) => {
  const directory = newDirectory();
  make(directory);
  const before = readdirSync(directory);
  await expect(replace(join(directory, name), "new")).rejects.toMatchObject({
    exit: 78,
    message: `${join(directory, name)} cannot be written`,
    why,
    remedy: expect.stringContaining("ls -l"),
  });
  expect(readdirSync(directory)).toEqual(before);
});

const isRoot = process.getuid?.() === 0;

test.skipIf(isRoot).each([
  ["a file", "file"],
  ["a directory", "."],
])("%s that is read-only is refused (not as root, who may do all)", async (_sentence, closed) => {
  const directory = newDirectory();
  writeFileSync(join(directory, "file"), "old");
  chmodSync(join(directory, closed), 0o555);
  onTestFinished(() => chmodSync(join(directory, closed), 0o755));
  await expect(replace(join(directory, "file"), "new")).rejects.toMatchObject({
    exit: 78,
    message: `${join(directory, "file")} cannot be written`,
    remedy: expect.stringContaining("chmod u+rw "),
  });
  expect(readFileSync(join(directory, "file"), "utf8")).toBe("old");
});
