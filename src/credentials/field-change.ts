import { randomBytes } from "node:crypto";
import { lstat, open, readdir, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../errors.ts";
import { OWN_PREFIX } from "./instance-place.ts";
import { segmentProblem } from "./path-segment.ts";
import { shellWord } from "./shell-word.ts";
import { hasCode, isMissing } from "./store-error.ts";
import { isFieldName } from "./stored-fields.ts";

/** There while fields are being replaced: readers wait, and whoever finds it after a crash finishes. */
const COMMIT = `${OWN_PREFIX}commit`;
const STAGED = new RegExp(`^\\${OWN_PREFIX}[0-9a-f]{12}\\.tmp$`);

/** A finished file beside the field that it is to become. */
type Replacement = { readonly staged: string; readonly file: string };

/** Whether a change of several fields is half done. */
export const isChanging = (directory: string): Promise<boolean> =>
  lstat(join(directory, COMMIT)).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );

/**
 * Replaces field files as one change, also through a crash: new files are complete on disk before a note of what replaces what
 * is made, and from then on the change can only be finished. The caller holds the instance's lock.
 */
export async function changeFields(
  directory: string,
  contents: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  try {
    await refuseDirectories(directory, [...contents.keys()]);
    const replacements: Replacement[] = [];
    for (const [file, bytes] of contents) {
      replacements.push({ staged: await stage(directory, bytes), file });
    }
    const note = await stage(directory, Buffer.from(JSON.stringify(replacements)));
    await rename(join(directory, note), join(directory, COMMIT));
    await syncDirectory(directory);
  } catch (error) {
    // Nothing is replaced yet: the old fields stand.
    await unlink(join(directory, COMMIT)).catch(unlessMissing);
    await discardStaged(directory);
    throw error;
  }
  await finishChange(directory);
}

/** Finishes or forgets what a process that is gone has left. The caller holds the instance's lock. */
export async function finishChange(directory: string): Promise<void> {
  const note = await readFile(join(directory, COMMIT), "utf8").catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (note !== undefined) {
    for (const { staged, file } of parseNote(note)) {
      await rename(join(directory, staged), join(directory, file)).catch(unlessMissing);
    }
    await syncDirectory(directory);
    await unlink(join(directory, COMMIT)).catch(unlessMissing);
  }
  await discardStaged(directory);
}

/** A field cannot replace a directory, which must show before anything is replaced. */
async function refuseDirectories(directory: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const path = join(directory, file);
    const there = await lstat(path).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (!there?.isDirectory()) continue;
    throw new ConfigError({
      what: `${path} cannot be written`,
      why: "a directory is in the place of the field",
      remedy: `Move it away: mv ${shellWord(path)} <elsewhere>`,
    });
  }
}

async function stage(directory: string, bytes: Uint8Array): Promise<string> {
  const name = `${OWN_PREFIX}${randomBytes(6).toString("hex")}.tmp`;
  const file = await open(join(directory, name), "wx", 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  return name;
}

async function discardStaged(directory: string): Promise<void> {
  const names = await readdir(directory);
  for (const name of names.filter((one) => STAGED.test(one))) {
    await unlink(join(directory, name)).catch(unlessMissing);
  }
}

/** Renames are only on disk when their directory is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync().catch((error: unknown) => {
      // Some network file systems cannot; they order renames themselves.
      if (!hasCode(error, "EINVAL", "ENOTSUP", "EISDIR")) throw error;
    });
  } finally {
    await handle.close();
  }
}

/** What a note says; what al cannot have written is passed over, so that no note moves anything else. */
function parseNote(text: string): Replacement[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isReplacement) : [];
  } catch {
    return [];
  }
}

const isReplacement = (value: unknown): value is Replacement =>
  typeof value === "object" &&
  value !== null &&
  "staged" in value &&
  typeof value.staged === "string" &&
  STAGED.test(value.staged) &&
  "file" in value &&
  typeof value.file === "string" &&
  segmentProblem(value.file) === undefined &&
  isFieldName(value.file);

function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
