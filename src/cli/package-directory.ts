import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasCode } from "../credentials/store-error.ts";
import { BugError } from "../errors.ts";

const NAME = "action-llama-cloud-run";

/**
 * A directory that comes with this package. The program runs from src and, built, from a deeper directory, so the package is found by its
 * package.json.
 * @throws BugError when the program does not lie in its package
 */
export async function packageDirectory(name: string): Promise<string> {
  return join(await rootAbove(dirname(fileURLToPath(import.meta.url))), name);
}

async function rootAbove(directory: string): Promise<string> {
  const manifest = await readFile(join(directory, "package.json"), "utf8").catch(
    (error: unknown) => {
      if (hasCode(error, "ENOENT")) return undefined;
      throw error;
    },
  );
  if (manifest !== undefined && nameIn(manifest) === NAME) return directory;
  if (dirname(directory) !== directory) return rootAbove(dirname(directory));
  throw new BugError({
    what: `al does not find its own package ${NAME}`,
    why: "no directory above the program holds its package.json",
    remedy: `Install al as a whole: npm install --global ${NAME}`,
  });
}

function nameIn(manifest: string): unknown {
  try {
    const content: unknown = JSON.parse(manifest);
    return typeof content === "object" && content !== null && "name" in content
      ? content.name
      : undefined;
  } catch (error) {
    // Somebody else's broken file on the way up is no concern of al.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
