import fc from "fast-check";
import type { Files } from "./sync-machine.ts";

/** The injection rules of the credential page, as a table of its own: type → field → variables. */
const VARIABLES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  github_token: { token: ["GITHUB_TOKEN", "GH_TOKEN"] },
  anthropic_key: { token: [] },
  sentry_token: { token: ["SENTRY_AUTH_TOKEN"] },
  slack_bot_token: { token: ["SLACK_BOT_TOKEN"] },
  github_webhook_secret: { secret: [] },
  git_ssh: {
    id_rsa: [],
    username: ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"],
    email: ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"],
  },
  linear_oauth: {
    client_id: ["LINEAR_CLIENT_ID"],
    client_secret: ["LINEAR_CLIENT_SECRET"],
    access_token: ["LINEAR_ACCESS_TOKEN"],
    refresh_token: ["LINEAR_REFRESH_TOKEN"],
  },
  aws: {
    access_key_id: ["AWS_ACCESS_KEY_ID"],
    secret_access_key: ["AWS_SECRET_ACCESS_KEY"],
    default_region: ["AWS_DEFAULT_REGION"],
  },
  discord_bot: {
    application_id: ["DISCORD_APPLICATION_ID"],
    public_key: ["DISCORD_PUBLIC_KEY"],
    bot_token: ["DISCORD_BOT_TOKEN"],
  },
};

/** What one path segment of the store may be, and a ref without blanks around it: no slash, no control character, 255 bytes. */
const isSegment = (text: string): boolean =>
  text !== "" &&
  text !== "." &&
  text !== ".." &&
  text.trim() === text &&
  Buffer.byteLength(text) <= 255 &&
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what a segment may not have
  !/[\u0000-\u001f\u007f/\\]/.test(text);

const anySegment = fc
  .oneof(
    fc.constantFrom(
      ...[
        "default",
        "botty",
        "a",
        "a--b",
        "b--c",
        "-",
        "--",
        "_files",
        "MyOrg",
        "my org",
        "x".repeat(255),
      ],
      ...[
        "__proto__",
        "constructor",
        "é",
        "e\u0301",
        "🔑",
        "a,b",
        "$(x)",
        "'q'",
        '"q"',
        "%",
        "a=b",
        "..a",
      ],
      `a-x${"0123456789abcdef".repeat(2)}`,
    ),
    fc.string({ minLength: 1, maxLength: 60, unit: "binary" }),
    fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(..."ab-_xA. é") }),
  )
  .filter(isSegment);

/** Cloud Run refuses a colon in a mount path, and a ref's first colon divides type and instance. */
const anyInstance = anySegment.filter((text) => !text.includes(":"));

/** What editors leave behind and hidden files are no fields. */
const anyField = anySegment.filter((text) => !/^[.#]|~$/.test(text));

/** What a file may hold: any text that a variable can hold, blanks around it, line ends of every kind, nothing at all. */
const anyText = fc
  .oneof(
    fc.constantFrom(
      "",
      " \n\t",
      "x",
      " x ",
      "x\n",
      "a\r\nb\r\n",
      "\uFEFFbom",
      "🔑",
      '{"a":"b\\n"}',
    ),
    fc.string({ maxLength: 40, unit: "binary" }),
    fc
      .tuple(fc.constantFrom("", " ", "\n", "\u00a0"), fc.string({ maxLength: 10 }))
      .map((parts) => parts.join("")),
  )
  .filter((text) => !text.includes("\0"));

const anyInstanceFiles = fc
  .constantFrom(...Object.keys(VARIABLES), undefined)
  .chain((known) => {
    const type =
      known === undefined ? anyInstance.filter((name) => !(name in VARIABLES)) : fc.constant(known);
    const names = fc.subarray(Object.keys(VARIABLES[known ?? ""] ?? {}));
    const fields = fc
      .tuple(names, fc.array(anyField, { maxLength: 2 }))
      .map((both) => [...new Set(both.flat())]);
    return fc.record({ type, instance: anyInstance, fields });
  })
  .chain(({ type, instance, fields }) =>
    fc.array(anyText, { minLength: fields.length, maxLength: fields.length }).map((texts) => ({
      type,
      instance,
      fields: fields.map((name, index) => [name, texts[index] ?? ""] as const),
    })),
  )
  .filter(({ fields }) => fields.some(([, text]) => text.trim() !== ""));

/** The refs of an agent, in its order, and a store that holds something for each. */
export const anyStore: fc.Arbitrary<{ readonly refs: readonly string[]; readonly files: Files }> =
  fc
    .uniqueArray(anyInstanceFiles, {
      maxLength: 4,
      // Some file systems take names for one that differ in case or in how an accent is written.
      selector: ({ type, instance }) => `${type}/${instance}`.normalize("NFKC").toLowerCase(),
    })
    .map((instances) => ({
      refs: instances.map(({ type, instance }) => `${type}:${instance}`),
      files: Object.fromEntries(
        instances.flatMap(({ type, instance, fields }) =>
          fields.map(([field, text]) => [`${type}/${instance}/${field}`, text] as const),
        ),
      ),
    }));

/**
 * What the agent is to find, by the rules alone: every field that is not empty at /credentials/<type>/<instance>/<field>, trimmed, a key with one
 * newline at its end; the variables of its type, where a later ref of the agent's list wins.
 */
export function expectedOf(refs: readonly string[], files: Files) {
  const tree: Record<string, string> = {};
  const env: Record<string, string> = {};
  for (const ref of refs) {
    const [type = "", instance = "default"] = ref.split(":");
    for (const [path, text] of Object.entries(files)) {
      const [ownType, ownInstance, field = ""] = path.split("/");
      if (ownType !== type || ownInstance !== instance || text.trim() === "") continue;
      const content = type === "git_ssh" && field === "id_rsa" ? `${text.trim()}\n` : text.trim();
      tree[`/credentials/${path}`] = content;
      for (const name of new Map(Object.entries(VARIABLES[type] ?? {})).get(field) ?? [])
        env[name] = content;
    }
  }
  return { files: tree, env };
}
