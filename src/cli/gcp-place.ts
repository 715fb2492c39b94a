import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { checkTable } from "../config/check-table.ts";
import { DEFAULT_CREDENTIAL } from "../config/cloud-config.ts";
import { findLayers, type Layer, mergeLayers } from "../config/project-table.ts";
import { type CloudTable, cloudSchema } from "../config/schema.ts";
import type { Settings } from "../config/settings.ts";
import { agentsToSetUp } from "../config/setup-check.ts";
import { isTable, type Table } from "../config/toml-file.ts";
import { formatRef } from "../credentials/ref.ts";
import { requiredRefs } from "../credentials/required-refs.ts";
import { ConfigError, UsageError } from "../errors.ts";
import type { GcpInitOptions, Known } from "./gcp-asking.ts";
import { keyProject } from "./gcp-key.ts";
import type { Io } from "./io.ts";

/** A project, and which of its files is to say where its agents run. */
export type GcpPlace = Known & {
  /** The file that holds `[cloud]`, or will: the environment's where one is chosen, else config.toml. */
  readonly target: Layer;
  readonly layers: readonly Layer[];
  /** Every credential of each agent. */
  readonly needs: readonly { readonly name: string; readonly credentials: readonly string[] }[];
};

/**
 * Reads a project's files.
 * @throws UsageError outside of a project; ConfigError for what they say wrongly beside `[cloud]`
 */
export async function gcpPlace(
  options: GcpInitOptions,
  settings: Settings,
  io: Io,
): Promise<GcpPlace> {
  const project = resolve(io.workingDirectory, options.project);
  const { layers } = await findLayers({
    project,
    environment: options.environment ?? settings.environment,
    environments: settings.environments,
  });
  const [base, ...above] = layers;
  if (base?.table === undefined) throw noProject(project);
  const target = above.find(({ kind }) => kind === "environment") ?? base;
  const below = layers.slice(0, layers.indexOf(target) + 1);
  const agents = await agentsToSetUp(project, layers);
  return {
    target,
    layers,
    cloud: cloudOf(below),
    own: cloudOf([target]),
    keyProject: await keyProject(settings.store, DEFAULT_CREDENTIAL),
    agents: agents.map(({ name }) => name),
    needs: agents.map((agent) => ({
      name: agent.name,
      credentials: requiredRefs({ ...agent, agent: agent.name }).map(formatRef),
    })),
  };
}

function cloudOf(layers: readonly Layer[]): Table {
  const { cloud } = mergeLayers(layers).table;
  return isTable(cloud) ? cloud : {};
}

const noProject = (project: string): UsageError =>
  new UsageError({
    what: `${project} is not a project`,
    why: "it has no config.toml",
    remedy: "Run al in the project's directory, name it with -p, or make one: al new my-agents",
  });

/**
 * What all files will say together when the target holds this `[cloud]`.
 * @throws ConfigError when they say it wrongly, or when another file undoes what was chosen
 */
export function cloudWith(place: GcpPlace, cloud: Table, options: GcpInitOptions): CloudTable {
  const { target, layers } = place;
  // Unless somebody chose it, the repository is only what it usually is: another file may say better.
  const choices = options.artifactRegistry === undefined ? CHOICES : [...CHOICES, REPOSITORY];
  checkTable(cloudSchema, cloud, { file: target.file, section: "cloud" });
  const merged = mergeLayers(
    layers.map((layer) => (layer === target ? { ...layer, table: { cloud } } : layer)),
  );
  requireCounts(place, choices, {
    cloud,
    merged: isTable(merged.table.cloud) ? merged.table.cloud : {},
  });
  return checkTable(cloudSchema, merged.table.cloud, { file: merged.file, section: "cloud" });
}

const CHOICES = [
  ...["project", "region", "auth", "impersonate", "credential"],
  ...["service_account", "service_accounts"],
];

const REPOSITORY = "artifact_registry";

function requireCounts(
  place: GcpPlace,
  choices: readonly string[],
  { cloud, merged }: { readonly cloud: Table; readonly merged: Table },
): void {
  const { target, layers } = place;
  const before: Table = { auth: "key", ...place.cloud };
  const undone = choices.filter(
    (key) => !isSame(cloud[key], before[key]) && !isSame(cloud[key], merged[key]),
  );
  if (undone.length === 0) return;
  const above = layers.slice(layers.indexOf(target) + 1);
  const files = above.filter(({ table }) => table !== undefined).map(({ file }) => file);
  const file = files.join(" or ");
  throw new ConfigError({
    what: `What was chosen would not count: [cloud] ${undone.join(", ")}`,
    why: `${file} is laid over ${target.file}, and says otherwise`,
    remedy: `Remove what [cloud] in ${file} says of it, and run the command again.`,
  });
}

/** The parser's tables have no prototype, others have one. */
const isSame = (one: unknown, other: unknown): boolean =>
  isDeepStrictEqual(structuredClone(one), structuredClone(other));
