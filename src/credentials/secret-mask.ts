import type { Credential, CredentialField } from "./credential.ts";
import { decodedTexts } from "./decoded-texts.ts";
import { signInSecret } from "./sign-in-secret.ts";
import { createTextSearch, type TextSearch } from "./text-search.ts";
import { findType } from "./types.ts";

/** Finds secret values in text: whole, line by line, and in JSON, base64 and URL form. */
export type SecretMask = {
  /** The text with every such value replaced. */
  hide(text: string): string;
  /**
   * Whether a value of 8 characters or more is in the text; shorter ones would be found by chance. "declared" leaves out
   * what no type declares: a file of an unknown type is handled as a secret, and may well be none.
   */
  isIn(text: string, which?: "declared" | "any"): boolean;
};

const SHORTEST_HIDDEN = 4;
const SHORTEST_FOUND = 8;
const MASK = "***";

/** @param signIn the credential that al signs in with: no agent gets it, and it is as secret as theirs */
export function createMask(credentials: readonly Credential[], signIn?: Credential): SecretMask {
  const own = (signIn?.fields ?? []).map(textOf).map(signInSecret);
  const any = [...own, ...valuesOf(credentials, (_type, { kind }) => kind !== "plain")];
  const declared = [...own, ...valuesOf(credentials, isDeclared)];
  const found = { any: search(any), declared: search(declared) };
  const forms = hiddenForms(any);
  return {
    hide: (text) => forms.reduce((shown, form) => shown.replaceAll(form, MASK), text),
    isIn: (text, which = "any") => found[which](text),
  };
}

const textOf = ({ content }: CredentialField): string => content.reveal().trim();

const valuesOf = (
  credentials: readonly Credential[],
  isWanted: (type: string, field: CredentialField) => boolean,
): string[] =>
  credentials.flatMap(({ ref, fields }) =>
    fields.filter((field) => isWanted(ref.type, field)).map(textOf),
  );

const isDeclared = (type: string, { name, kind }: CredentialField): boolean =>
  kind !== "plain" && findType(type)?.fields.some((field) => field.name === name) === true;

function search(values: readonly string[]): TextSearch {
  // The rule is about the value: a form of it is longer than what it says.
  const wanted = values
    .flatMap((value) => [value, ...linesOf(value)])
    .filter(({ length }) => length >= SHORTEST_FOUND);
  const isIn = createTextSearch(wanted, SHORTEST_FOUND);
  return (text) => wanted.length > 0 && [...decodedTexts(text)].some(isIn);
}

function hiddenForms(values: readonly string[]): string[] {
  const forms = values
    .filter(({ length }) => length >= SHORTEST_HIDDEN)
    .flatMap((value) => [...textForms(value), ...linesOf(value)]);
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

/** Without the blanks around them: a line is still the same when it is indented otherwise. */
const linesOf = (value: string): string[] =>
  value
    .split(/\r\n?|\n/)
    .map((line) => line.trim())
    // A line such as "-----BEGIN OPENSSH PRIVATE KEY-----" says nothing secret.
    .filter((line) => line.length >= SHORTEST_FOUND && !/^-----(BEGIN|END) [^-]*-----$/.test(line));

const textForms = (value: string): string[] => [
  value,
  JSON.stringify(value).slice(1, -1),
  ...base64Forms(value),
  ...base64Forms(`${value}\n`),
  ...(value.length < SHORTEST_FOUND ? [] : base64Middles(value)),
  encodeURIComponent(value),
];

/** With and without padding, in both alphabets. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const padded = bytes.toString("base64");
  return [padded, padded.replace(/=+$/, ""), bytes.toString("base64url")];
}

/** What is the same of the value in base64, whatever stands before and behind it: a header says `user:token`. */
function base64Middles(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((whole.length * 8) / 6)];
    return [whole.toString("base64").slice(from, to), whole.toString("base64url").slice(from, to)];
  });
}
