import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@cdktn/hcl2json";
import { MODULE } from "./terraform.ts";

/** Terraform's JSON form: block type, then labels, then the blocks of that name; expressions are texts "${…}". */
export type Hcl = { readonly [name: string]: unknown };

/** Files of the module itself, by name. */
export const moduleFiles = (): string[] => hclFilesIn("");

/** Files of the examples, relative to the module. */
export const exampleFiles = (): string[] =>
  readdirSync(join(MODULE, "examples"))
    .sort()
    .flatMap((example) => hclFilesIn(`examples/${example}/`));

/** The module's own tests, relative to the module. */
export const ownTests = (): string[] => hclFilesIn("tests/", ".tftest.hcl");

const hclFilesIn = (directory: string, ending = ".tf"): string[] =>
  readdirSync(join(MODULE, directory))
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => `${directory}${name}`);

export const readHcl = (file: string): string => readFileSync(join(MODULE, file), "utf8");

export const parseHcl = (file: string): Promise<Hcl> => parse(file, readHcl(file));

/** The hash of the module's files with their names: what a kept plan was made from. */
export function moduleSha256(): string {
  const hash = createHash("sha256");
  for (const file of moduleFiles()) hash.update(`${file}\0${readHcl(file)}\0`);
  return hash.digest("hex");
}

/** Every block of that kind in these files, with its labels, e.g. ["google_project_service", "this"]. */
export async function blocksOf(
  kind: "resource" | "data" | "variable" | "output" | "terraform" | "locals" | "module",
  files: readonly string[],
): Promise<{ readonly labels: readonly string[]; readonly body: Hcl }[]> {
  const depth = {
    resource: 2,
    data: 2,
    variable: 1,
    output: 1,
    module: 1,
    terraform: 0,
    locals: 0,
  };
  const parsed = await Promise.all(files.map(parseHcl));
  return parsed.flatMap((hcl) => (kind in hcl ? unfold(hcl[kind], depth[kind], []) : []));
}

function unfold(
  value: unknown,
  depth: number,
  labels: readonly string[],
): { labels: readonly string[]; body: Hcl }[] {
  if (depth === 0) return (value as readonly Hcl[]).map((body) => ({ labels, body }));
  return Object.entries(value as Hcl).flatMap(([label, inner]) =>
    unfold(inner, depth - 1, [...labels, label]),
  );
}

/** Lists of texts in the module's locals, by name; a table of lists has names like "permissions.run". */
export async function literalLists(file: string): Promise<Record<string, readonly string[]>> {
  const locals = await blocksOf("locals", [file]);
  const entries = locals.flatMap(({ body }) => Object.entries(body));
  return Object.fromEntries(entries.flatMap(([name, value]) => listsIn(name, value)));
}

const listsIn = (name: string, value: unknown): [string, readonly string[]][] => {
  if (Array.isArray(value)) return [[name, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => listsIn(`${name}.${key}`, inner));
};
