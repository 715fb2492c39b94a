import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Credential } from "../../src/credentials/credential.ts";
import { findCredential, readCredentials } from "../../src/credentials/read-credentials.ts";
import { type CredentialRef, parseRef } from "../../src/credentials/ref.ts";
import { AlError } from "../../src/errors.ts";
import { refusal } from "../refusal.ts";
import { storeFiles, temporaryStore } from "./temporary-store.ts";

/** A credential with its values in the open, to compare whole ones. */
const open = ({ ref, fields }: Credential) => ({
  ref,
  fields: fields.map(({ name, kind, env, content }) => ({
    name,
    kind,
    env,
    content: content.reveal(),
  })),
});

async function read(store: string, ...refs: readonly string[]) {
  const { credentials, warnings } = await readCredentials(store, refs.map(parseRef));
  return { credentials: credentials.map(open), warnings };
}

const KEY = "-----BEGIN FAKE KEY-----\nAAAA\nBBBB\n-----END FAKE KEY-----";

describe("a whole store", () => {
  test("becomes credentials with kinds, variables and content, in the order asked for", async () => {
    const store = await temporaryStore({
      "git_ssh/botty/id_rsa": `${KEY}\n`,
      "git_ssh/botty/username": "Botty\n",
      "git_ssh/botty/email": "botty@example.com\n",
      "git_ssh/default/id_rsa": "another",
      "github_token/default/token": "fake-token\n",
      "whatever/x/some.field": "fake-unknown\n",
    });
    expect(await read(store, "whatever:x", "github_token", "git_ssh:botty")).toEqual({
      credentials: [
        {
          ref: { type: "whatever", instance: "x" },
          fields: [{ name: "some.field", kind: "secret", env: [], content: "fake-unknown" }],
        },
        {
          ref: { type: "github_token", instance: "default" },
          fields: [
            {
              name: "token",
              kind: "secret",
              env: ["GITHUB_TOKEN", "GH_TOKEN"],
              content: "fake-token",
            },
          ],
        },
        {
          ref: { type: "git_ssh", instance: "botty" },
          fields: [
            {
              name: "email",
              kind: "plain",
              env: ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"],
              content: "botty@example.com",
            },
            { name: "id_rsa", kind: "key", env: [], content: `${KEY}\n` },
            {
              name: "username",
              kind: "plain",
              env: ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"],
              content: "Botty",
            },
          ],
        },
      ],
      warnings: [],
    });
  });

  test("that nothing is asked of gives nothing", async () =>
    expect(await read("/nonexistent/store")).toEqual({ credentials: [], warnings: [] }));

  test("may be reached through a symbolic link", async () => {
    const store = await temporaryStore({ "custom/default/token": "fake" });
    const link = join(dirname(store), "link");
    await symlink(store, link);
    expect((await read(link, "custom")).credentials).toEqual(
      (await read(store, "custom")).credentials,
    );
  });

  test("may have symbolic links as fields, as secret managers make them", async () => {
    const store = await temporaryStore({ "custom/default/token": "fake" });
    await writeFile(join(dirname(store), "elsewhere"), "fake-linked\n");
    await symlink(join(dirname(store), "elsewhere"), join(store, "custom/default/linked"));
    expect(
      (await read(store, "custom")).credentials[0]?.fields.map(({ content }) => content),
    ).toEqual(["fake-linked", "fake"]);
  });
});

describe("a field's content", () => {
  test.each([
    ["a line break at the end goes", "fake\n", "fake"],
    ["none is needed", "fake", "fake"],
    ["a line break of Windows goes", "fake\r\n", "fake"],
    ["blanks and tabs at both ends go", " \t fake \t \n\n", "fake"],
    ["empty lines before it go", "\n\r\n  fake", "fake"],
    ["a byte order mark goes", "\ufefffake", "fake"],
    ["blanks inside stay", "fa ke", "fa ke"],
    ["lines inside stay", "a\nb\n\nc\n", "a\nb\n\nc"],
    ["line breaks of Windows inside stay", "a\r\nb\r\n", "a\r\nb"],
    ["other scripts stay", "ключ鍵🔑\n", "ключ鍵🔑"],
    ["a NUL inside stays", "a\0b", "a\0b"],
    ["quotes and dollars are nothing special", `"$HOME"\n`, `"$HOME"`],
  ])("%s", async (_sentence, stored, expected) => {
    const store = await temporaryStore({ "custom/default/token": stored });
    expect((await read(store, "custom")).credentials[0]?.fields).toEqual([
      { name: "token", kind: "secret", env: [], content: expected },
    ]);
  });

  test.each([
    ["without a line break", KEY],
    ["with one", `${KEY}\n`],
    ["with several", `${KEY}\n\n\n`],
    ["with one of Windows", `${KEY}\r\n`],
    ["with blanks around it", `\n  ${KEY}  \n`],
  ])("a key stored %s ends with exactly one", async (_sentence, stored) => {
    const store = await temporaryStore({ "git_ssh/default/id_rsa": stored });
    expect((await read(store, "git_ssh")).credentials[0]?.fields).toEqual([
      { name: "id_rsa", kind: "key", env: [], content: `${KEY}\n` },
    ]);
  });

  test("only where the type says key: an id_rsa elsewhere is an ordinary secret", async () => {
    const store = await temporaryStore({ "custom/default/id_rsa": `${KEY}\n` });
    expect((await read(store, "custom")).credentials[0]?.fields).toEqual([
      { name: "id_rsa", kind: "secret", env: [], content: KEY },
    ]);
  });

  test("is the trimmed text, whatever was written", async () => {
    const store = await temporaryStore({});
    const text = fc
      .string({ unit: "binary", maxLength: 200 })
      .filter((value) => value.trim() !== "");
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom("", "\n", "\r\n", " \n"), async (value, end) => {
        await storeFiles(store, { "custom/default/token": value + end });
        const [credential] = (await readCredentials(store, [parseRef("custom")])).credentials;
        expect(credential?.fields.map(({ content }) => content.reveal())).toEqual([value.trim()]);
      }),
    );
  });
});

describe("what is left out", () => {
  test("dotfiles, what editors leave behind, and directories are not fields", async () => {
    const store = await temporaryStore({
      "custom/default/token": "fake",
      "custom/default/.token.swp": "fake-swap",
      "custom/default/.DS_Store": "fake",
      "custom/default/token~": "fake-backup",
      "custom/default/#token#": "fake-autosave",
      "custom/default/nested/token": "fake-nested",
      "custom/default/..data/token": "fake-mounted",
    });
    expect(await read(store, "custom")).toEqual({
      credentials: [
        {
          ref: { type: "custom", instance: "default" },
          fields: [{ name: "token", kind: "secret", env: [], content: "fake" }],
        },
      ],
      warnings: [],
    });
  });

  test("an empty field, with one warning", async () => {
    const store = await temporaryStore({
      "aws:x/y": "",
      "aws/default/access_key_id": "FAKEKEYID\n",
      "aws/default/secret_access_key": "fake-secret\n",
      "aws/default/default_region": " \n\t\r\n",
      "aws/default/extra": "",
    });
    const { credentials, warnings } = await read(store, "aws");
    expect(credentials[0]?.fields.map(({ name }) => name)).toEqual([
      "access_key_id",
      "secret_access_key",
    ]);
    expect(warnings).toEqual([
      "aws: the field default_region is empty and is left out",
      "aws: the field extra is empty and is left out",
    ]);
  });

  test("an empty key stays empty: a line break alone is no key", async () => {
    const store = await temporaryStore({
      "git_ssh/default/id_rsa": "\n",
      "git_ssh/default/username": "Botty",
    });
    expect(await read(store, "git_ssh")).toEqual({
      credentials: [
        {
          ref: { type: "git_ssh", instance: "default" },
          fields: [
            {
              name: "username",
              kind: "plain",
              env: ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"],
              content: "Botty",
            },
          ],
        },
      ],
      warnings: [
        "git_ssh: the field id_rsa is empty and is left out",
        "git_ssh: the field email is not stored",
      ],
    });
  });
});

describe("what is missing or cannot be read", () => {
  const refused = async (store: string, ...refs: readonly string[]) =>
    refusal(
      () => read(store, ...refs),
      (text) => text.replaceAll(dirname(store), "<home>"),
    );

  test("an instance", async () => {
    const store = await temporaryStore({ "git_ssh/default/id_rsa": KEY });
    expect(await refused(store, "git_ssh", "git_ssh:botty")).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: The credential git_ssh:botty is missing
      why: nothing is stored in <home>/credentials/git_ssh/botty
      remedy: al creds add git_ssh:botty"
    `);
  });

  test("several instances are named at once", async () => {
    const store = await temporaryStore({});
    expect(await refused(store, "github_token", "git_ssh:botty")).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: Credentials are missing: github_token, git_ssh:botty
      why: nothing is stored in <home>/credentials/github_token/default or <home>/credentials/git_ssh/botty
      remedy: al creds add github_token
      al creds add git_ssh:botty"
    `);
  });

  test("an instance of a type that al does not know, which is written by hand", async () => {
    const store = await temporaryStore({});
    expect(await refused(store, "nope:a b")).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: The credential nope:a b is missing
      why: nothing is stored in <home>/credentials/nope/a b
      remedy: (umask 077; mkdir -p '<home>/credentials/nope/a b' && printf %s "$VALUE" > '<home>/credentials/nope/a b/token')   # one file for each field; al does not know this type's"
    `);
  });

  test("an instance whose name means something to a shell", async () => {
    const store = await temporaryStore({});
    expect(
      (await refused(store, "github_token:$(x) y", "git_ssh:it's")).split("\n").slice(-2),
    ).toEqual(["remedy: al creds add 'github_token:$(x) y'", "al creds add 'git_ssh:it'\\''s'"]);
  });

  test("what the remedy says for an unknown type does store it", async () => {
    const store = await temporaryStore({});
    const text = await refusal(() => read(store, "nope:a b"));
    const remedy = text.slice(text.indexOf("remedy: ") + "remedy: ".length);
    execFileSync("/bin/sh", ["-c", remedy], { env: { ...process.env, VALUE: "fake" } });
    const { credentials } = await read(store, "nope:a b");
    expect(credentials).toMatchObject([
      { ref: { type: "nope", instance: "a b" }, fields: [{ name: "token" }] },
    ]);
  });

  test("the whole store", async () => {
    const store = join(await temporaryStore({}), "credentials");
    expect(await refused(store, "github_token")).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: The credential github_token is missing
      why: nothing is stored in <home>/credentials/github_token/default
      remedy: al creds add github_token"
    `);
  });

  test("an instance with only empty fields", async () => {
    const store = await temporaryStore({ "github_token/default/token": "\n" });
    expect((await refused(store, "github_token")).split("\n").slice(0, 2)).toEqual([
      "ConfigError, exit 78",
      "what: The credential github_token is missing",
    ]);
  });

  test("a file in the place of the instance", async () => {
    const store = await temporaryStore({ "github_token/default": "fake" });
    expect((await refused(store, "github_token")).split("\n").slice(0, 2)).toEqual([
      "ConfigError, exit 78",
      "what: The credential github_token is missing",
    ]);
  });

  test("bytes that are no text", async () => {
    const store = await temporaryStore({
      "custom/default/token": Buffer.from([0x66, 0x61, 0x6b, 0x65, 0xff, 0xfe]),
    });
    expect(await refused(store, "custom")).toMatchInlineSnapshot(`
      "DataError, exit 65
      what: <home>/credentials/custom/default/token is not text
      why: its bytes are not valid UTF-8
      remedy: Store binary values in an encoded form, such as base64."
    `);
  });

  test("UTF-16, as some editors of Windows write", async () => {
    const store = await temporaryStore({
      "custom/default/token": Buffer.concat([
        Buffer.from([0xff, 0xfe]),
        Buffer.from("fake", "utf16le"),
      ]),
    });
    expect((await refused(store, "custom")).split("\n")[0]).toBe("DataError, exit 65");
  });

  test("a field that leads nowhere", async () => {
    const store = await temporaryStore({ "custom/default/token": "fake" });
    await symlink("loop", join(store, "custom/default/loop"));
    expect(await refused(store, "custom")).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/credentials/custom/default/loop cannot be read
      why: ELOOP: too many symbolic links encountered, open '<home>/credentials/custom/default/loop'
      remedy: Make it readable for you: chmod u+rwX <home>/credentials/custom/default/loop"
    `);
  });

  test("an error about a value does not quote the value", async () => {
    const store = await temporaryStore({
      "custom/default/token": Buffer.concat([
        Buffer.from("fake-value-012345"),
        Buffer.from([0xff]),
      ]),
    });
    expect((await refused(store, "custom")).includes("fake-value")).toBe(false);
  });
});

describe("findCredential", () => {
  test("gives a stored instance", async () => {
    const store = await temporaryStore({ "custom/x/token": "fake\n" });
    const found = await findCredential(store, { type: "custom", instance: "x" });
    expect(found && open(found)).toEqual({
      ref: { type: "custom", instance: "x" },
      fields: [{ name: "token", kind: "secret", env: [], content: "fake" }],
    });
  });

  test.each([
    ["is not there", {}],
    ["has only empty fields", { "custom/x/token": " " }],
    ["has only dotfiles", { "custom/x/.token": "fake" }],
  ])("gives nothing where the instance %s", async (_sentence, files) => {
    const store = await temporaryStore(files);
    expect(await findCredential(store, { type: "custom", instance: "x" })).toBeUndefined();
  });
});

describe("nothing outside the store is ever read", () => {
  /** A store beside which lie fields that look like a credential's from wherever a path might lead. */
  async function surrounded(): Promise<string> {
    const store = await temporaryStore({ "custom/default/token": "fake" });
    const home = dirname(store);
    for (const directory of [home, join(home, "x"), join(home, "x", "y"), store]) {
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, "outside"), "fake-outside");
    }
    return store;
  }

  /** Every value that reading gives, or the error's name. */
  async function values(store: string, refOf: () => CredentialRef): Promise<readonly string[]> {
    try {
      const { credentials } = await readCredentials(store, [refOf()]);
      return credentials.flatMap(({ fields }) => fields.map(({ content }) => content.reveal()));
    } catch (error) {
      if (!(error instanceof AlError)) throw error;
      return [];
    }
  }

  const HOSTILE = [
    ["..", "x"],
    ["..", ".."],
    [".", ".."],
    [".", "."],
    ["custom", ".."],
    ["custom", "../.."],
    ["custom", "../../x"],
    ["../x", "y"],
    ["x/..", ".."],
    ["", ""],
    ["", ".."],
  ] as const;

  test.each(HOSTILE)("by the ref %j:%j as text", async (type, instance) => {
    const store = await surrounded();
    expect(await values(store, () => parseRef(`${type}:${instance}`))).not.toContain(
      "fake-outside",
    );
  });

  test.each(HOSTILE)("by the ref %j, %j as a value", async (type, instance) => {
    const store = await surrounded();
    expect(await values(store, () => ({ type, instance }))).not.toContain("fake-outside");
  });

  test("by any text", async () => {
    const store = await surrounded();
    const part = fc.constantFrom(
      "..",
      ".",
      "/",
      "\\",
      ":",
      "x",
      "custom",
      "default",
      " ",
      "\0",
      "~",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        expect(await values(store, () => parseRef(parts.join("")))).not.toContain("fake-outside");
      }),
    );
  });
});
