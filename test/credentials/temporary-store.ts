import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A new directory that is gone when the test is over. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(await realpath(tmpdir()), "al-test-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A store, itself below a directory of its own, with these files: path below the store → content. */
export async function temporaryStore(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const store = join(await temporaryDirectory(), "credentials");
  await mkdir(store);
  await storeFiles(store, files);
  return store;
}

export async function storeFiles(
  store: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(store, path)), { recursive: true });
    await writeFile(join(store, path), content);
  }
}
