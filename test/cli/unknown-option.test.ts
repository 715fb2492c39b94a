import { describe, expect, test } from "vitest";
import { newMachine } from "../support/command-line.ts";

const said = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await newMachine().al(args);
  expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
  return stderr;
};

test("an unknown option is named, with the way to begin a prompt with a dash", async () =>
  expect(await said("run", "dev", "--hard")).toMatchInlineSnapshot(`
    "error: unknown option '--hard'
      mend: al <command> --help lists the options. Before a prompt that begins with a dash, put -- behind all options.
    "
  `));

test("a misspelt option is named, with the one that was meant", async () =>
  expect(await said("run", "dev", "--dry-rnu")).toMatchInlineSnapshot(`
    "error: unknown option '--dry-rnu'
    (Did you mean --dry-run?)
    "
  `));

describe("what may be a secret is not repeated", () => {
  test.each<[sentence: string, args: string[], shown: string]>([
    ["a prompt that begins with a dash", ["run", "dev", "-ghp_fakeFake0001"], "-g…"],
    ["one that begins with two", ["run", "dev", "--ghp_fakeFake0001"], "--g…"],
    ["one of several lines", ["run", "dev", "- use\n'ghp_fakeFake0001'\nplease"], "- …"],
    ["one that begins with three", ["run", "dev", "---ghp_fakeFake0001"], "--…"],
    ["one that is all small letters", ["run", "dev", "--correcthorsebatterystaple"], "--c…"],
    ["an unknown option's value", ["run", "dev", "--token=ghp_fakeFake0001"], "--token"],
    ["an argument of another command", ["creds", "add", "-ghp_fakeFake0001"], "-g…"],
    ["an argument of none", ["-ghp_fakeFake0001"], "-g…"],
    ["a single letter", ["run", "dev", "-x"], "-x"],
  ])("%s", async (_sentence, args, shown) => {
    const text = await said(...args);
    expect(text.split("\n")[0]).toBe(`error: unknown option '${shown}'`);
    expect(text).not.toMatch(/fakeFake|horse/);
  });
});

test("behind -- a prompt may begin with a dash", async () => {
  const { code, stderr } = await newMachine().al([
    "run",
    "dev",
    "--runtime",
    "cloudrun",
    "--",
    "-x",
  ]);
  expect({ code, stderr }).toEqual({
    code: 64,
    stderr: expect.stringContaining('There is no agent "dev"'),
  });
});
