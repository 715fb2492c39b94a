import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listInstances } from "../../src/credentials/list-instances.ts";
import { findCredential } from "../../src/credentials/read-credentials.ts";
import type { CredentialRef } from "../../src/credentials/ref.ts";
import { removeInstance } from "../../src/credentials/remove-instance.ts";
import { Secret } from "../../src/credentials/secret.ts";
import { writeInstance } from "../../src/credentials/write-instance.ts";
import { AlError } from "../../src/errors.ts";
import { refusal } from "../refusal.ts";
import { temporaryDirectory, temporaryStore } from "./temporary-store.ts";

const secrets = (fields: Readonly<Record<string, string>>): ReadonlyMap<string, Secret> =>
  new Map(Object.entries(fields).map(([name, value]) => [name, new Secret(value)]));

const ref = (type: string, instance = "default"): CredentialRef => ({ type, instance });

const write = (store: string, of: CredentialRef, fields: Readonly<Record<string, string>>) =>
  writeInstance(store, of, secrets(fields));

const mode = async (path: string): Promise<string> =>
  ((await stat(path)).mode & 0o7777).toString(8);

/** Everything below a directory: path → mode and, for a file, its bytes. */
async function tree(directory: string): Promise<Record<string, string>> {
  const entries: Record<string, string> = {};
  for (const path of (await readdir(directory, { recursive: true })).sort()) {
    const whole = join(directory, path);
    const isFile = (await stat(whole)).isFile();
    entries[path] = isFile
      ? `${await mode(whole)} ${await readFile(whole, "utf8")}`
      : await mode(whole);
  }
  return entries;
}

async function read(store: string, of: CredentialRef): Promise<Record<string, string>> {
  const fields = (await findCredential(store, of))?.fields ?? [];
  return Object.fromEntries(fields.map(({ name, content }) => [name, content.reveal()]));
}

describe("what is on disk", () => {
  test("is one file a field, closed to others, with the value and one line break, and nothing else", async () => {
    const home = join(await temporaryDirectory(), ".action-llama");
    await write(join(home, "credentials"), ref("git_ssh", "botty"), {
      id_rsa: "-----BEGIN FAKE KEY-----\nAAAA\n-----END FAKE KEY-----\n\n",
      username: "  Botty \r\n",
      email: "botty@example.com",
    });
    expect(await mode(home)).toBe("700");
    expect(await tree(home)).toEqual({
      credentials: "700",
      "credentials/git_ssh": "700",
      "credentials/git_ssh/botty": "700",
      "credentials/git_ssh/botty/email": "600 botty@example.com\n",
      "credentials/git_ssh/botty/id_rsa":
        "600 -----BEGIN FAKE KEY-----\nAAAA\n-----END FAKE KEY-----\n",
      "credentials/git_ssh/botty/username": "600 Botty\n",
    });
  });

  test("is closed to others also where it was open", async () => {
    const store = await temporaryStore({ "custom/default/token": "old\n" });
    await chmod(join(store, "custom"), 0o755);
    await chmod(join(store, "custom/default"), 0o777);
    await chmod(join(store, "custom/default/token"), 0o644);
    await write(store, ref("custom"), { token: "new" });
    expect(await tree(store)).toEqual({
      custom: "700",
      "custom/default": "700",
      "custom/default/token": "600 new\n",
    });
  });

  test("keeps the fields that are not given, byte by byte", async () => {
    const store = await temporaryStore({
      "aws/default/access_key_id": "FAKEKEYID\r\n",
      "aws/default/secret_access_key": "fake-old",
      "aws/default/extra": "fake-extra",
    });
    await write(store, ref("aws"), { secret_access_key: "fake-new" });
    const files = await Promise.all(
      ["access_key_id", "secret_access_key", "extra"].map((name) =>
        readFile(join(store, "aws/default", name), "utf8"),
      ),
    );
    expect(files).toEqual(["FAKEKEYID\r\n", "fake-new\n", "fake-extra"]);
  });

  test("is untouched when no field is given", async () => {
    const store = join(await temporaryDirectory(), "credentials");
    await write(store, ref("custom"), {});
    await expect(stat(store)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("is a file in the place of a link: what the link led to is somebody else's", async () => {
    const store = await temporaryStore({ "custom/default/other": "fake" });
    const outside = join(dirname(store), "outside");
    await writeFile(outside, "fake-outside");
    await symlink(outside, join(store, "custom/default/token"));
    await write(store, ref("custom"), { token: "fake-new" });
    expect((await lstat(join(store, "custom/default/token"))).isFile()).toBe(true);
    expect(await readFile(outside, "utf8")).toBe("fake-outside");
  });

  test("is where a linked instance leads, whose directory keeps its mode", async () => {
    const store = await temporaryStore({ "custom/x/token": "fake" });
    const outside = join(dirname(store), "outside");
    await mkdir(outside, { mode: 0o750 });
    await chmod(outside, 0o750);
    await symlink(outside, join(store, "custom/linked"));
    await write(store, ref("custom", "linked"), { token: "fake-new" });
    expect(await readFile(join(outside, "token"), "utf8")).toBe("fake-new\n");
    expect(await mode(outside)).toBe("750");
  });
});

test("the longest names that a disk takes can be written, listed, read and removed", async () => {
  const store = await temporaryStore({});
  const longest = ref("t".repeat(255), "鍵".repeat(85));
  const field = "f".repeat(255);
  await write(store, longest, { [field]: "fake" });
  expect(await listInstances(store)).toEqual([{ ref: longest, fields: [field] }]);
  expect(await read(store, longest)).toEqual({ [field]: "fake" });
  expect(await removeInstance(store, longest)).toBe(true);
  expect(await readdir(store)).toEqual([]);
});

describe("older names", () => {
  test.each([
    ["cloudflare_api_token", "api_token", "token"],
    ["vps_ssh", "private_key", "id_rsa"],
    ["x_twitter_api", "consumer_key", "api_key"],
    ["x_twitter_api", "consumer_secret", "api_secret"],
  ])("of %s: %s is read as %s, and both hold a new value", async (type, older, name) => {
    const store = await temporaryStore({ [`${type}/default/${older}`]: "fake-old\n" });
    expect(Object.keys(await read(store, ref(type)))).toEqual([name]);
    expect((await listInstances(store))[0]?.fields).toEqual([name]);
    await write(store, ref(type), { [name]: "fake-new" });
    const directory = join(store, type, "default");
    expect((await readdir(directory)).sort()).toEqual([older, name].sort());
    expect(await readFile(join(directory, older), "utf8")).toBe("fake-new\n");
    expect(await readFile(join(directory, name), "utf8")).toBe("fake-new\n");
  });

  test("are not made where they were not", async () => {
    const store = await temporaryStore({});
    await write(store, ref("cloudflare_api_token"), { api_token: "fake" });
    expect(await readdir(join(store, "cloudflare_api_token/default"))).toEqual(["token"]);
  });

  test("give way to the page's name where both are there", async () => {
    const store = await temporaryStore({
      "vps_ssh/default/private_key": "fake-old\n",
      "vps_ssh/default/id_rsa": "fake-new\n",
      "vps_ssh/default/public_key": "ssh-ed25519 AAAA fake\n",
    });
    expect(await read(store, ref("vps_ssh"))).toEqual({
      id_rsa: "fake-new\n",
      public_key: "ssh-ed25519 AAAA fake",
    });
    await write(store, ref("vps_ssh"), { private_key: "fake-a", id_rsa: "fake-b" });
    expect(await read(store, ref("vps_ssh"))).toMatchObject({ id_rsa: "fake-b\n" });
  });
});

describe("any text", () => {
  test("is read as it was written, trimmed", async () => {
    const store = await temporaryStore({});
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 300 }), async (value) => {
        await write(store, ref("custom"), { token: value });
        const bytes = await readFile(join(store, "custom/default/token"), "utf8");
        expect(bytes).toBe(`${value.trim()}\n`);
        const expected = value.trim() === "" ? {} : { token: value.trim() };
        expect(await read(store, ref("custom"))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test("is read of several fields at once, whatever their names", async () => {
    const name = fc
      .string({ unit: fc.constantFrom(..."abc._-~#: é鍵"), minLength: 1, maxLength: 12 })
      .filter((text) => !/^[.#]|~$/.test(text));
    const value = fc.string({ minLength: 1 }).filter((text) => text.trim() !== "");
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value, { minKeys: 1, maxKeys: 4 }), async (fields) => {
        const store = await temporaryStore({});
        await write(store, ref("custom", "x"), fields);
        expect(await read(store, ref("custom", "x"))).toEqual(
          Object.fromEntries(Object.entries(fields).map(([key, text]) => [key, text.trim()])),
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe("what is refused", () => {
  const refused = async (
    of: CredentialRef,
    fields: Readonly<Record<string, string>>,
    files: Readonly<Record<string, string>> = {},
  ) => {
    const store = await temporaryStore(files);
    const said = await refusal(
      () => write(store, of, fields),
      (text) => text.replaceAll(dirname(store), "<home>"),
    );
    return { said, left: await readdir(store, { recursive: true }) };
  };

  test.each([
    ["a field that leads elsewhere", "../x"],
    ["a field below another", "a/b"],
    ["no name", ""],
    ["the directory itself", "."],
    ["a hidden field", ".token"],
    ["a field like an editor's backup", "token~"],
    ["a field like an editor's autosave", "#token#"],
  ])("%s, before anything is written", async (_sentence, name) => {
    const { said, left } = await refused(ref("custom"), { good: "fake", [name]: "fake" });
    expect(said.split("\n")[0]).toBe("DataError, exit 65");
    expect(left).toEqual([]);
  });

  test("half a character, without quoting the value", async () => {
    const { said, left } = await refused(ref("custom"), { token: "fake-\ud800-value" });
    expect(left).toEqual([]);
    expect(said).toMatchInlineSnapshot(`
      "DataError, exit 65
      what: The value of custom token is not text
      why: it has half of a character, which UTF-8 cannot hold
      remedy: Store binary values in an encoded form, such as base64."
    `);
  });

  test("a hidden instance, which could be one of al's own files", async () => {
    const { said } = await refused(ref("custom", ".x.lock"), { token: "fake" });
    expect(said).toMatchInlineSnapshot(`
      "DataError, exit 65
      what: ".x.lock" cannot be part of a credential's name
      why: names that begin with a dot are hidden, and al keeps its lock files under them
      remedy: Choose a name that begins with a letter or a digit."
    `);
  });

  test("a directory in the place of a field, and nothing is replaced", async () => {
    const files = { "custom/default/a": "old", "custom/default/b/nested": "fake" };
    const { said, left } = await refused(ref("custom"), { a: "new", b: "new" }, files);
    expect(left.sort()).toEqual([
      "custom",
      "custom/default",
      "custom/default/a",
      "custom/default/b",
      "custom/default/b/nested",
    ]);
    expect(said).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/credentials/custom/default/b cannot be written
      why: a directory is in the place of the field
      remedy: Move it away: mv <home>/credentials/custom/default/b <elsewhere>"
    `);
  });

  test("a file in the place of the type", async () => {
    const { said } = await refused(ref("custom"), { token: "fake" }, { custom: "fake" });
    expect(said).toMatchInlineSnapshot(`
      "ConfigError, exit 78
      what: <home>/credentials/custom cannot be written
      why: a file is in the place of a directory
      remedy: Look which, and move it away: ls -ld <home>/credentials/custom"
    `);
  });
});

describe("no ref writes outside the store", () => {
  const part = fc.constantFrom("..", ".", "/", "\\", ":", "x", " ", "\0", "~", "custom");
  const text = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(""));

  test("whatever its type, instance and field are", async () => {
    const home = await realpath(await temporaryDirectory());
    const store = join(home, "deep", "credentials");
    await fc.assert(
      fc.asyncProperty(text, text, text, async (type, instance, field) => {
        try {
          await write(store, { type, instance }, { [field]: "fake" });
        } catch (error) {
          if (!(error instanceof AlError)) throw error;
        }
        const outside = (await readdir(home, { recursive: true })).filter(
          (path) => path !== "deep" && !path.startsWith("deep/credentials"),
        );
        expect(outside).toEqual([]);
      }),
    );
  });
});
