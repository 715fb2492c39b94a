import { ConfigError } from "../errors.ts";
import { LOGIN } from "./sign-in-errors.ts";

/** A file to sign in with, parsed; which keys it has depends on its `type`. */
export type AdcFile = { readonly [key: string]: unknown };

/** Where a file comes from, and what it may do. */
export type AdcPlace = {
  /** The path, for messages. */
  readonly source: string;
  /** The emulator that stands in for Google, without a trailing slash. */
  readonly emulator: string | undefined;
  readonly allowExecutables: boolean;
  readonly quotaProject: string | undefined;
  /** The one al works in, where it is known without the file. */
  readonly project: string | undefined;
};

/** @throws ConfigError, which never quotes the file */
export function parseAdcFile(text: string, place: AdcPlace): AdcFile {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw malformedAdc(place, "it is not a JSON object");
  const file: AdcFile = { ...value };
  if (![undefined, "googleapis.com"].includes(file.universe_domain as string | undefined))
    throw malformedAdc(place, '"universe_domain" is another than googleapis.com');
  return file;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which holds keys or tokens.
    return undefined;
  }
}

/** @throws ConfigError when the key is missing or empty */
export function textOf(file: AdcFile, key: string, place: AdcPlace): string {
  const value = file[key];
  if (typeof value === "string" && value !== "") return value;
  throw malformedAdc(place, `"${key}" is missing`);
}

export const malformedAdc = ({ source }: AdcPlace, why: string): ConfigError =>
  new ConfigError({
    what: `${source} cannot be used to sign in`,
    why,
    remedy: `${LOGIN}  # or set GOOGLE_APPLICATION_CREDENTIALS to another file`,
  });
