import { readdirSync, readFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import { describe, expect, test } from "vitest";

/** Who may import whom. A row reads: "files under mapping/ may import these, and nothing else". */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": [],
  config: ["errors.ts", "node:", "smol-toml", "zod"],
  credentials: ["errors.ts", "node:"],
  gcp: [
    "errors.ts",
    "credentials/secret.ts",
    // The one list of what al needs, which explains a denial.
    "mapping/grant-command.ts",
    "mapping/job-remedies.ts",
    "mapping/required-permissions.ts",
    "node:",
    "google-auth-library",
    "google-gax",
    "@google-cloud",
    "@grpc/grpc-js",
  ],
  mapping: [
    "errors.ts",
    "node:crypto",
    "config/config.ts",
    "credentials/credential.ts",
    "credentials/ref.ts",
    "credentials/shell-word.ts",
    "gcp/types.ts",
    "gcp/resource-names.ts",
  ],
  images: ["errors.ts", "config/config.ts", "gcp", "node:", "p-limit"],
  jobs: [
    "errors.ts",
    "config/config.ts",
    "credentials/credential.ts",
    "credentials/secret-memory.ts",
    "credentials/sync-state.ts",
    "gcp",
    "mapping",
    "images",
    "node:crypto",
    "p-limit",
  ],
  cli: [
    "errors.ts",
    "config",
    "credentials",
    "gcp",
    "mapping",
    "images",
    "jobs",
    "node:",
    "commander",
    "@clack/prompts",
  ],
  "index.ts": ["errors.ts", "config", "credentials", "gcp", "mapping", "images", "jobs"],
};

/** The only files that may see a secret's value: to mask it, to store it on this machine, to upload it, to sign in with it. */
const MAY_REVEAL = [
  // A plain field's stored value is offered as the answer; the gateway's key is shown once, when it is made.
  "cli/ask-field.ts",
  "cli/commands/new.ts",
  "cli/render-doctor.ts",
  // A check hands the value to the service that it belongs to.
  "credentials/checks/check-credential.ts",
  "credentials/secret-mask.ts",
  "credentials/secret.ts",
  "credentials/write-instance.ts",
  "gcp/secret-manager.ts",
  "gcp/service-account-key.ts",
];

const sources = typescriptIn("src");
const emulator = typescriptIn("test/emulator");

test("there is something to look at", () => {
  expect(sources).toEqual(expect.arrayContaining(["cli/main.ts", "mapping/job-spec.ts"]));
  expect(emulator).toEqual(expect.arrayContaining(["main.ts", "run/jobs.ts"]));
});

test.each(sources)("src/%s imports only what its folder may", (file) => {
  const home = file.split("/")[0] ?? "";
  const allowed = [home, ...(MAY_IMPORT[home] ?? [])];
  const imported = importsOf(`src/${file}`).map((path) => path.replace(/^src\//, ""));
  expect(imported.filter((path) => !allowed.some((rule) => covers(rule, path)))).toEqual([]);
});

test.each(emulator)("test/emulator/%s imports nothing from src", (file) =>
  expect(
    importsOf(`test/emulator/${file}`).filter((path) => path === "src" || path.startsWith("src/")),
  ).toEqual([]),
);

describe("what only some places do", () => {
  test.each<[sentence: string, pattern: RegExp, expected: readonly string[]]>([
    ["reveal a secret", /\breveal\b/, MAY_REVEAL],
    ["end the process", /\bprocess\s*\.\s*exit\b(?!Code)/, ["cli/main.ts"]],
    ["read the environment", /\bprocess\s*\.\s*env\b/, ["cli/main.ts"]],
    ["write to the console", /\bconsole\s*\.\s*(log|error|warn|info|debug|dir|table|trace)\b/, []],
    ["begin a default export", /^export default\b/m, []],
  ])("%s", (_sentence, pattern, expected) =>
    expect(sources.filter((file) => pattern.test(code(`src/${file}`)))).toEqual(expected),
  );

  test("a failure is never swallowed by an empty catch", () =>
    expect(
      [
        ...sources.map((file) => `src/${file}`),
        ...emulator.map((file) => `test/emulator/${file}`),
      ].filter((file) =>
        /\bcatch\s*(\([^)]*\))?\s*\{\s*\}|\.catch\(\s*(\([^)]*\)|\w+)\s*=>\s*\{\s*\}\s*\)/.test(
          code(file),
        ),
      ),
    ).toEqual([]));
});

describe("the rules themselves", () => {
  test.each([
    ["mapping", "mapping/canonical.ts", true],
    ["mapping", "mapping-two/x.ts", false],
    ["node:", "node:fs/promises", true],
    ["node:crypto", "node:crypto", true],
    ["node:crypto", "node:fs", false],
    ["@google-cloud", "@google-cloud/run", true],
    ["zod", "zod-to-json", false],
    ["gcp/types.ts", "gcp/call.ts", false],
  ])("%s covers %s: %s", (rule, path, expected) => expect(covers(rule, path)).toBe(expected));
});

function covers(rule: string, path: string): boolean {
  return path === rule || path.startsWith(rule.endsWith(":") ? rule : `${rule}/`);
}

function typescriptIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|mts|mjs|js)$/.test(file))
    .sort();
}

/** The file without its comments, which may speak of anything. */
function code(file: string): string {
  return readFileSync(file, "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "");
}

/** Relative imports come back as paths from the root; packages keep their name. */
function importsOf(file: string): string[] {
  const found = code(file).matchAll(
    /(?:\bfrom\s+|\bimport\s+|\b(?:import|require)\s*\(\s*)["'`]([^"'`]+)["'`]/g,
  );
  return [...found].map(([, path = ""]) =>
    path.startsWith(".") ? posix.join(dirname(file), path) : path,
  );
}
