import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SRC = fileURLToPath(new URL("../../src/", import.meta.url));

/** Packages that a file loads at once, by itself or through what it imports. Types and `import()` load nothing. */
function packagesOf(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const source = readFileSync(file, "utf8");
  const imports = [...source.matchAll(/^import (?!type )(?:[^;]*? from )?"([^"]+)";/gm)];
  return imports.flatMap(([, path = ""]) => {
    if (path.startsWith("node:")) return [];
    return path.startsWith(".") ? packagesOf(join(dirname(file), path), seen) : [path];
  });
}

test.each([
  ["cli/main.ts", ["commander"]],
  ["cli/commands/creds-ls.ts", []],
  ["cli/commands/creds-rm.ts", []],
  ["cli/commands/creds-types.ts", []],
  ["cli/commands/creds-add.ts", []],
])("%s starts with no more packages than it uses", (file, expected) => {
  expect([...new Set(packagesOf(join(SRC, file)))]).toEqual(expected);
});

test("this test sees packages", () => {
  expect(packagesOf(join(SRC, "cli/commands/doctor.ts"))).toContain("zod");
});
