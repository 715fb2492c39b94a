import { createHash } from "node:crypto";

/** SHA-256 of a text's UTF-8 bytes, the first 12 hex digits. */
export const sha = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 12);

/** A shell script that prints, on one line because lines may arrive in any order, what each of these prints. */
export const show = (...parts: readonly string[]): string => `echo $(${parts.join("; ")})`;

/** The hash of a file under /credentials. */
export const ofFile = (path: string): string => `sha256sum < '/credentials/${path}' | cut -c1-12`;

/** The hash of a variable's value. */
export const ofVariable = (name: string): string => `printf %s "$${name}" | sha256sum | cut -c1-12`;

/** What `show` prints for files and variables that hold these. */
export const shown = (...values: readonly string[]): string => `${values.map(sha).join(" ")}\n`;
