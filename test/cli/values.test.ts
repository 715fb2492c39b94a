import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { ofFile, ofVariable, sha, show, shown } from "../support/sha.ts";
import { newPrivateKey } from "../support/store.ts";
import { makeWorld, type World } from "../support/world.ts";

// Values of every kind, from the file in the store to the file and the variable in the job.

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

/** Writes the file byte by byte, as an editor or a script may have left it. */
function write(path: string, content: string | Uint8Array): void {
  const file = join(world.store, path);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, content, { mode: 0o600 });
}

const runAgent = (script: string, refs: readonly string[]) =>
  world.al(run(world.project(agent(script, `credentials = ${JSON.stringify(refs)}`))));

const KIB = 1024;
const pem = newPrivateKey();

describe("a token reaches the file and the variable", () => {
  const SHOW = show(ofFile("github_token/value/token"), ofVariable("GITHUB_TOKEN"));

  test.each<[sentence: string, stored: string | Uint8Array, expected: string]>([
    ["as it is", "fake-token-0000\n", "fake-token-0000"],
    ["without blanks and line ends around it", " \t\r\n fake-token-0000 \r\n\n", "fake-token-0000"],
    ["without the no-break spaces around it", "\u00a0fake-token-0000\u2003", "fake-token-0000"],
    ["without a byte order mark", "\uFEFFfake-token-0000\n", "fake-token-0000"],
    ["with a byte order mark inside", "fake\uFEFFtoken-0000\n", "fake\uFEFFtoken-0000"],
    ["with the blanks inside", "fake  token\t0000\n", "fake  token\t0000"],
    ["with several lines", "fake-1\nfake-2\n\nfake-3\n", "fake-1\nfake-2\n\nfake-3"],
    ["with DOS line ends inside", "fake-1\r\nfake-2\r\n", "fake-1\r\nfake-2"],
    ["as JSON", '{\n  "fake": ["\\n", "\\u0000", 1]\n}\n', '{\n  "fake": ["\\n", "\\u0000", 1]\n}'],
    ["as PEM", pem, pem.trim()],
    [
      "with letters of every script",
      "fäke-ключ-鍵-🔑-👩‍👩‍👧‍👦-e\u0301\n",
      "fäke-ключ-鍵-🔑-👩‍👩‍👧‍👦-e\u0301",
    ],
    [
      "with control characters",
      "fake-\u0001\u0007\u001b[31m\u007f-0000\n",
      "fake-\u0001\u0007\u001b[31m\u007f-0000",
    ],
    [
      "with what a shell would act on",
      "fake $(id) `id` $HOME '\"\\ *\n",
      "fake $(id) `id` $HOME '\"\\ *",
    ],
    [
      "with what looks like a reference of Kubernetes",
      "fake-$(GITHUB_TOKEN)-$$-0000\n",
      "fake-$(GITHUB_TOKEN)-$$-0000",
    ],
    ["of one character", "f", "f"],
    ["of 32 KiB", `${"f".repeat(32 * KIB)}\n`, "f".repeat(32 * KIB)],
    ["of 64 KiB", `${"f".repeat(64 * KIB)}\n`, "f".repeat(64 * KIB)],
    ["of 64 KiB in two-byte letters", "é".repeat(32 * KIB), "é".repeat(32 * KIB)],
  ])("%s", async (_sentence, stored, expected) => {
    write("github_token/value/token", stored);
    const { code, stdout, stderr } = await runAgent(SHOW, ["github_token:value"]);
    expect({ code, stdout }, short(stderr)).toEqual({ code: 0, stdout: shown(expected, expected) });
  });
});

describe("a key reaches the file with one newline at its end", () => {
  test.each<[sentence: string, stored: string, expected: string]>([
    ["as it was made", pem, pem],
    ["without the newline that it lacked", pem.trim(), pem],
    ["with more than one", `${pem}\n\n`, pem],
    [
      "with DOS line ends inside, which stay",
      pem.replaceAll("\n", "\r\n"),
      `${pem.trim().replaceAll("\n", "\r\n")}\n`,
    ],
  ])("%s", async (_sentence, stored, expected) => {
    write("git_ssh/value/id_rsa", stored);
    write("git_ssh/value/username", " Fake Name \n");
    write("git_ssh/value/email", "fake@example.com");
    const files = ["id_rsa", "username", "email"].map((name) => ofFile(`git_ssh/value/${name}`));
    const { code, stdout, stderr } = await runAgent(show(...files), ["git_ssh:value"]);
    expect({ code, stdout }, short(stderr)).toEqual({
      code: 0,
      stdout: shown(expected, "Fake Name", "fake@example.com"),
    });
  });
});

/** Long values must not fill the screen of whoever reads a failure. */
const short = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.slice(0, 200))
    .join("\n");

/** What al says, without what every command says. */
const said = (stderr: string): string[] =>
  short(stderr)
    .replaceAll(world.directory, "~")
    .split("\n")
    .filter((line) => /^(warning|error:| {2})/.test(line) && !line.includes("using the emulator"));

describe("an empty field", () => {
  test("makes no secret, no file and no variable, with one warning", async () => {
    write("git_ssh/empty/id_rsa", pem);
    write("git_ssh/empty/username", " \n\t\n");
    write("git_ssh/empty/email", "fake@example.com\n");
    const script = `cd /credentials/git_ssh/empty && echo $(ls) $(env | grep -c '^GIT_.*_NAME')`;
    const { code, stdout, stderr } = await runAgent(script, ["git_ssh:empty"]);
    const { secrets = [] } = await world.state();
    expect({
      code,
      stdout,
      said: said(stderr),
      secrets: (secrets as { name: string }[]).map(({ name }) => name.split("/").at(-1)).sort(),
    }).toEqual({
      code: 0,
      stdout: "email id_rsa 0\n",
      said: ["warning: git_ssh:empty: the field username is empty and is left out"],
      secrets: [
        "al--git_ssh--empty--_files",
        "al--git_ssh--empty--email",
        "al--git_ssh--empty--id_rsa",
      ],
    });
  });

  test("leaves one field, which is then mounted alone", async () => {
    write("custom/one/a", "fake-a");
    write("custom/one/b", "");
    const { code, stdout, stderr } = await runAgent(`echo $(ls /credentials/custom/one)`, [
      "custom:one",
    ]);
    expect({ code, stdout }, short(stderr)).toEqual({ code: 0, stdout: "a\n" });
  });

  test.each([
    ["the only one", { "github_token/hollow/token": "\n" }, "github_token:hollow"],
    [
      "all of several",
      { "aws/hollow/access_key_id": " ", "aws/hollow/secret_access_key": "" },
      "aws:hollow",
    ],
    [
      "of nothing but a byte order mark",
      { "github_token/bom/token": "\uFEFF\n" },
      "github_token:bom",
    ],
  ])("is as good as missing where it is %s", async (_sentence, fields, ref) => {
    for (const [path, text] of Object.entries(fields)) write(path, text);
    const { code, stderr } = await runAgent("true", [ref]);
    expect({ code, said: said(stderr), calls: (await world.calls()).length }).toEqual({
      code: 78,
      said: [
        `error: The credential ${ref} is missing`,
        `  why: nothing is stored in ~/credentials/${ref.replace(":", "/")}`,
        `  mend: al creds add ${ref}`,
      ],
      calls: 0,
    });
  });
});

describe("a value that no job can hold is refused, by its field's name, before anything is asked of Google", () => {
  test.each<[sentence: string, stored: string | Uint8Array, expected: string[]]>([
    [
      "one byte over 64 KiB",
      "f".repeat(64 * KIB + 1),
      [
        "error: The field token of github_token:value is 65537 bytes long",
        "  why: Secret Manager holds at most 65536 bytes in one version",
        "  mend: Store a shorter value, or let the agent fetch the long one itself.",
      ],
    ],
    [
      "bytes that are no text",
      Uint8Array.of(0x66, 0xff, 0xfe, 0x00, 0x0a),
      [
        "error: ~/credentials/github_token/value/token is not text",
        "  why: its bytes are not valid UTF-8",
        "  mend: Store binary values in an encoded form, such as base64.",
      ],
    ],
  ])("%s", async (_sentence, stored, expected) => {
    write("github_token/value/token", stored);
    const { code, stderr } = await runAgent("true", ["github_token:value"]);
    expect({ code, said: said(stderr), calls: (await world.calls()).length }).toEqual({
      code: 65,
      said: expected,
      calls: 0,
    });
  });

  test("is never printed, however long it is", async () => {
    write("github_token/value/token", "fake-long-token-".repeat(4 * KIB));
    const { stdout, stderr } = await runAgent("true", ["github_token:value"]);
    expect({ stdout, shown: /fake-long-token-fake|ZmFrZS1sb25nLXRva2Vu/.test(stderr) }).toEqual({
      stdout: "",
      shown: false,
    });
  });

  test("a NUL character, which no variable can hold", async () => {
    write("github_token/value/token", "fake\u0000token-0000");
    const { code, stderr } = await runAgent("true", ["github_token:value"]);
    const names = stderr.includes("token of github_token:value");
    expect({ code, calls: (await world.calls()).length, names }, short(stderr)).toEqual({
      code: 65,
      calls: 0,
      names: true,
    });
    expect(stderr).not.toContain("token-0000");
  });
});

test("a NUL character reaches a file", async () => {
  write("custom/nul/blob", "fake\u0000blob-0000");
  const { code, stdout, stderr } = await runAgent(show(ofFile("custom/nul/blob")), ["custom:nul"]);
  expect({ code, stdout }, short(stderr)).toEqual({
    code: 0,
    stdout: `${sha("fake\u0000blob-0000")}\n`,
  });
});
