import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { CredentialRef } from "../credentials/ref.ts";
import { directorySecretId } from "../mapping/secret-names.ts";

/** Where a copy of a credential was seen. */
export type CloudCopies = {
  /** Ids of projects whose Secret Manager this machine put a copy into. */
  readonly projects: readonly string[];
  /** Whether there are copies in projects whose id was not noted. */
  readonly elsewhere: boolean;
};

/** Looks through what this machine remembers of its syncs, beside the store. A copy made elsewhere is not known here. */
export async function knownCloudCopies(store: string, ref: CredentialRef): Promise<CloudCopies> {
  const files = await stateFiles(resolve(store));
  const states = await Promise.all(files.map(readState));
  const holding = states.filter(({ secrets }) => secrets.some((id) => belongsTo(id, ref)));
  const projects = holding.map(({ project }) => project).filter((project) => project !== undefined);
  return {
    projects: [...new Set(projects)].sort(),
    elsewhere: holding.some(({ project }) => project === undefined),
  };
}

async function stateFiles(store: string): Promise<string[]> {
  const directory = join(dirname(store), "cloud-run-state");
  const names = await readdir(directory).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  });
  return names
    .filter((name) => name.startsWith(`${basename(store)}-`) && name.endsWith(".json"))
    .map((name) => join(directory, name));
}

type State = { readonly project: string | undefined; readonly secrets: readonly string[] };

async function readState(path: string): Promise<State> {
  const value = parsed(await readFile(path, "utf8"));
  const held = value?.secrets;
  return {
    project: typeof value?.project === "string" ? value.project : undefined,
    secrets: typeof held === "object" && held !== null ? Object.keys(held) : [],
  };
}

/** Damaged state tells of nothing, as everywhere. */
function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Every id of an instance is `<prefix>--<type>--<instance>--…`, and a prefix has no double dash. */
function belongsTo(id: string, ref: CredentialRef): boolean {
  const whole = directorySecretId("", ref);
  const common = whole.slice(0, whole.lastIndexOf("--") + 2);
  const dashes = id.indexOf("--");
  return dashes > 0 && id.startsWith(common, dashes);
}

/** Lists what `al` keeps in a project's Secret Manager. */
export const listSecretsCommand = (project: string): string =>
  `gcloud secrets list --filter=labels.managed-by=action-llama --project=${project}`;
