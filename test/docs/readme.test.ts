import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newMachine } from "../support/command-line.ts";
import { commandsShown, type Shown } from "../support/markdown.ts";

const ROOT = join(import.meta.dirname, "../..");

const PAGES: readonly string[] = [
  ...["README.md", "CHANGELOG.md", "terraform/README.md"],
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => join("docs", path))
    .sort(),
];

/** What commander says of words that it does not take; everything else al says itself. */
const NOT_TAKEN =
  /^error: (?:unknown|too many|missing required|required option|option '|command-argument).*$/m;

/** Why al does not take these words, on a machine where nothing is; undefined when it does. */
async function complaint({ words, kind }: Shown): Promise<string | undefined> {
  const { stderr } = await newMachine().al(words.slice(1));
  const [found] = NOT_TAKEN.exec(stderr) ?? [];
  const isLeftOut = kind === "mention" && found?.startsWith("error: missing required argument");
  return isLeftOut ? undefined : found;
}

const scripts: Record<string, string> = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
).scripts;

/** A script that npm is told to run and that the package does not have. */
function missingScript({ words }: Shown): string | undefined {
  const [, command = "", ...rest] = words;
  const name = command === "run" ? rest.find((word) => !word.startsWith("-")) : command;
  const isScript = command === "run" || command === "test";
  return isScript && scripts[name ?? ""] === undefined ? name : undefined;
}

describe("every command of al that a page shows is one that al takes", () => {
  test.each(PAGES.map((page) => [page]))("%s", async (page) => {
    const shown = commandsShown(readFileSync(join(ROOT, page), "utf8"), "al");
    const refused: string[] = [];
    for (const command of shown) {
      const found = await complaint(command);
      if (found !== undefined) refused.push(`${command.words.join(" ")}: ${found}`);
    }
    expect(refused).toEqual([]);
  });

  test.each<[words: string, kind: Shown["kind"], expected: string | undefined]>([
    ["al fly", "block", "error: unknown command 'fly'"],
    ["al creds fly", "mention", "error: unknown command 'fly'"],
    ["al gc --hard", "mention", "error: unknown option '--hard'"],
    ["al run dev do it", "block", expect.stringContaining("error: too many arguments for 'run'.")],
    ["al run", "block", "error: missing required argument 'agent'"],
    ["al run", "mention", undefined],
    ["al run dev --runtime", "block", "error: option '--runtime <name>' argument missing"],
    ["al gcp init --auth trust", "block", expect.stringContaining("error: option '--auth <kind>'")],
    ["al creds", "mention", undefined],
    ["al run dev - --runtime cloudrun", "block", undefined],
  ])("%s, in a %s: %s", async (line, kind, expected) => {
    expect(await complaint({ words: line.split(" "), kind })).toEqual(expected);
  });
});

describe("what a page shows is found", () => {
  const MARKDOWN = `Prose with \`al creds ls|rm --json\` and \`al
gc\`, but \`[cloud]\` and al itself are none.

    al new "my agents" && cd my-agents    # it's here; al fly
    printf %s "$TOKEN" | al creds add github_token --stdin token > out.txt
    npm run --silent emulator -- --port 9470

\`\`\`sh
al run <agent> - --runtime cloudrun < prompt.txt; al gc
\`\`\`
`;

  test("in code blocks, as a shell would read it, and in sentences", () => {
    expect(commandsShown(MARKDOWN, "al").map(({ words, kind }) => [kind, ...words])).toEqual([
      ["block", "al", "run", "<agent>", "-", "--runtime", "cloudrun"],
      ["block", "al", "gc"],
      ["block", "al", "new", "my agents"],
      ["block", "al", "creds", "add", "github_token", "--stdin", "token"],
      ["mention", "al", "creds", "ls", "--json"],
      ["mention", "al", "creds", "rm", "--json"],
      ["mention", "al", "gc"],
    ]);
  });

  test("in every page that shows how to use al", () => {
    const without = ["README.md", "terraform/README.md", "docs/emulator.md"].filter(
      (page) => commandsShown(readFileSync(join(ROOT, page), "utf8"), "al").length === 0,
    );
    expect(without).toEqual([]);
  });
});

test.each(PAGES.map((page) => [page]))("every npm script that %s names is there", (page) => {
  const shown = commandsShown(readFileSync(join(ROOT, page), "utf8"), "npm");
  expect(shown.map(missingScript).filter((name) => name !== undefined)).toEqual([]);
});
