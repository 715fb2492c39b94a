import { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json } from "../core/handler.ts";
import type { Project } from "../core/platform.ts";
import { parseFilter } from "./filter.ts";
import { invalid } from "./filter-error.ts";
import type { StoredEntry } from "./log-store.ts";

export type FindProject = (idOrNumber: string) => Project | undefined;

/** What one reading request may and wants to see. */
export type LogQuery = {
  readonly projects: readonly Project[];
  matches(stored: StoredEntry): boolean;
};

// google/logging/v2/logging.proto, ListLogEntriesRequest.resource_names
const MOST_RESOURCES = 100;
const PROJECT = /^projects\/([^/]+)(?:\/locations\/[^/]+\/buckets\/[^/]+\/views\/[^/]+)?$/;

/** Checks `resourceNames` and `filter`, which entries.list and entries.tail have in common, and the caller's rights. */
export function readQuery(
  request: Json,
  options: { call: CallContext; findProject: FindProject },
): LogQuery {
  const names: string[] = request.resourceNames ?? [];
  if (names.length === 0) throw invalid("resource_names is required and must not be empty");
  if (names.length > MOST_RESOURCES) {
    throw invalid(`At most ${MOST_RESOURCES} resource names can be specified`);
  }
  const projects = names.map((name) => authorizedProject(name, options));
  const filter = parseFilter(request.filter ?? "");
  const ids = new Set(projects.flatMap((project) => [project.id, project.number]));
  return {
    projects,
    matches: ({ entry }) => ids.has(projectOfLog(entry.logName) ?? "") && filter(entry),
  };
}

/** Checks one right in one project, given by id or number. */
export function authorizeIn(
  idOrNumber: string,
  options: { call: CallContext; findProject: FindProject; permission: string },
): Project {
  const project = options.findProject(idOrNumber);
  options.call.authorize(options.permission, `projects/${project?.number ?? idOrNumber}`);
  if (project === undefined) {
    throw new GoogleError("NOT_FOUND", `Project does not exist: ${idOrNumber}`);
  }
  return project;
}

/** The project in `projects/P/logs/L`, or undefined. */
export const projectOfLog = (logName: unknown): string | undefined =>
  /^projects\/([^/]+)\/logs\/[^/]+$/.exec(String(logName))?.[1];

function authorizedProject(
  name: string,
  options: { call: CallContext; findProject: FindProject },
): Project {
  const idOrNumber = PROJECT.exec(name)?.[1];
  if (idOrNumber === undefined) {
    throw invalid(`Invalid resource name: '${name}'. The emulator knows projects only.`);
  }
  return authorizeIn(idOrNumber, { ...options, permission: "logging.logEntries.list" });
}
