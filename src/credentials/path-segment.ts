import { DataError } from "../errors.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Why a text cannot name one directory or file below the store; undefined when it can. */
export function segmentProblem(text: string): string | undefined {
  if (text === "") return "it is empty";
  if (text === "." || text === "..") return `"${text}" leads out of its directory`;
  if (text.includes("/") || text.includes("\\")) return "it has a slash";
  if (CONTROL.test(text)) return "it has a control character";
  if (Buffer.byteLength(text) > 255) return "it is longer than 255 bytes";
  return undefined;
}

/**
 * Returns the text if it names exactly one directory or file, so that nothing can reach outside the store.
 * @throws DataError otherwise
 */
export function pathSegment(role: string, text: string): string {
  const problem = segmentProblem(text);
  if (problem === undefined) return text;
  throw new DataError({
    what: `${JSON.stringify(text)} cannot be ${role}`,
    why: problem,
    remedy: `Write ${role} as one plain name, for example "default" or "my-org".`,
  });
}
