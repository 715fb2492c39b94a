import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

export type Files = Readonly<Record<string, string>>;

/** A directory with `project/` and `environments/`, gone when the test is over. */
export async function temporaryProject(files: Files): Promise<string> {
  const home = await mkdtemp(join(await realpath(tmpdir()), "al-test-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), content);
  }
  return home;
}
