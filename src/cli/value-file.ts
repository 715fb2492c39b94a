import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Secret } from "../credentials/secret.ts";
import { DataError } from "../errors.ts";
import type { Io } from "./io.ts";

/** The path as a shell would understand it: `~/` is the home directory. */
export const expandPath = (path: string, io: Io): string =>
  path.startsWith("~/")
    ? join(io.variables.HOME ?? "", path.slice(2))
    : resolve(io.workingDirectory, path);

/**
 * A field's value from a file.
 * @throws DataError when the file cannot be read or is no text
 */
export async function readValueFile(path: string, io: Io): Promise<Secret> {
  const file = expandPath(path, io);
  try {
    return decodeValue(await readFile(file));
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/**
 * A field's value from standard input, up to its end.
 * @throws DataError when it is no text
 */
export async function readValueStdin(io: Io): Promise<Secret> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk));
  try {
    return decodeValue(Buffer.concat(chunks));
  } catch (cause) {
    throw unreadable("standard input", cause);
  }
}

const decodeValue = (bytes: Uint8Array): Secret =>
  new Secret(new TextDecoder("utf-8", { fatal: true }).decode(bytes).trim());

const unreadable = (place: string, cause: unknown): DataError =>
  new DataError(
    {
      what: `No value can be read from ${place}`,
      why: cause instanceof Error ? cause.message : String(cause),
      remedy: "Give UTF-8 text, in a file that you may read.",
    },
    { cause },
  );
