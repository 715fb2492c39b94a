import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Names of a project's agents, sorted: an agent is a directory below agents/ with a SKILL.md. */
export async function agentNames(project: string): Promise<string[]> {
  const entries = await readdir(join(project, "agents"), { withFileTypes: true }).catch(
    (error: unknown) => {
      if (
        error instanceof Error &&
        "code" in error &&
        (error.code === "ENOENT" || error.code === "ENOTDIR")
      )
        return [];
      throw error;
    },
  );
  const names = entries.filter((entry) => !entry.name.startsWith(".")).map(({ name }) => name);
  const found = await Promise.all(
    names.map((name) => isFile(join(project, "agents", name, "SKILL.md"))),
  );
  return names.filter((_, index) => found[index]).sort();
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
