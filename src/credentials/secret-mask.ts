import type { Credential } from "./credential.ts";

/** Finds the values that are declared secret in text: whole, line by line, and in JSON, base64 and URL form. */
export type SecretMask = {
  /** The text with every such value replaced. */
  hide(text: string): string;
  /** Whether a value of 8 characters or more is in the text; shorter ones would be found by chance. */
  isIn(text: string): boolean;
};

const SHORTEST_HIDDEN = 4;
const SHORTEST_FOUND = 8;
const MASK = "***";

export function createMask(credentials: readonly Credential[]): SecretMask {
  const forms = [...new Set(credentials.flatMap(secretForms))].sort((a, b) => b.length - a.length);
  const found = forms.filter(({ length }) => length >= SHORTEST_FOUND);
  const hidden = forms.filter(({ length }) => length >= SHORTEST_HIDDEN);
  return {
    hide: (text) => hidden.reduce((shown, form) => shown.replaceAll(form, MASK), text),
    isIn: (text) => found.some((form) => text.includes(form)),
  };
}

const secretForms = ({ fields }: Credential): string[] =>
  fields
    .filter(({ kind }) => kind !== "plain")
    .flatMap(({ content }) => textForms(content.reveal().trim()));

function textForms(value: string): string[] {
  // A line such as "-----BEGIN OPENSSH PRIVATE KEY-----" says nothing secret.
  const lines = value
    .split(/\r?\n/)
    .filter((line) => line.length >= SHORTEST_FOUND && !line.startsWith("-----"));
  return [
    value,
    ...lines,
    JSON.stringify(value).slice(1, -1),
    ...base64Forms(value),
    ...base64Forms(`${value}\n`),
    encodeURIComponent(value),
  ];
}

/** With and without padding, in both alphabets. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const padded = bytes.toString("base64");
  return [padded, padded.replace(/=+$/, ""), bytes.toString("base64url")];
}
