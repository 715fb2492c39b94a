import { GoogleError } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";
import type { Platform, Project } from "../core/platform.ts";

/** A name of Cloud Run in its three spellings. */
export type ResourceName = {
  readonly project: Project;
  readonly location: string;
  /** The ids below the location, outermost first: job, execution, task. */
  readonly ids: readonly string[];
  /** As the request wrote the project; replies and operations repeat that. */
  readonly asked: string;
  /** With the project's id: what resources are kept under. */
  readonly stored: string;
  /** With the project's number, as IAM conditions see it. */
  readonly iam: string;
};

const COLLECTIONS = ["jobs", "executions", "tasks"] as const;
export type Kind = "JOB" | "EXECUTION" | "TASK";
const DEPTH = { JOB: 1, EXECUTION: 2, TASK: 3 } as const;

export const parseLocation = (platform: Platform, name: unknown): ResourceName =>
  parse(platform, name, 0);

/** The id of a parent may be `-`, which means any (execution.proto, ListExecutionsRequest.parent). */
export const parseName = (platform: Platform, name: unknown, kind: Kind): ResourceName =>
  parse(platform, name, DEPTH[kind]);

export function childOf(parent: ResourceName, id: string): ResourceName {
  const ids = [...parent.ids, id];
  const below = `/${COLLECTIONS[ids.length - 1]}/${id}`;
  return {
    ...parent,
    ids,
    asked: parent.asked + below,
    stored: parent.stored + below,
    iam: parent.iam + below,
  };
}

/** `projects/P/locations/L` with the project as the request wrote it. */
export const locationOf = (name: ResourceName): string =>
  name.asked.split("/").slice(0, 4).join("/");

/** Whether the stored name lies under this one, in which `-` stands for any id. */
export function covers(name: ResourceName, stored: string): boolean {
  const wanted = name.stored.split("/");
  const found = stored.split("/");
  return wanted.every((part, index) => part === "-" || part === found[index]);
}

/** The resource with its names in the spelling of the request. */
export function inWordsOf(request: ResourceName, resource: Json): Json {
  const respell = (name: string): string =>
    [...request.asked.split("/").slice(0, 4), ...name.split("/").slice(4)].join("/");
  const latest = resource.latestCreatedExecution;
  return {
    ...resource,
    name: respell(resource.name),
    ...(latest?.name !== undefined && {
      latestCreatedExecution: { ...latest, name: respell(latest.name) },
    }),
  };
}

/** Google's NOT_FOUND, as recorded for jobs in k8s-config-connector (runjob/_http.log). */
export function missing(name: ResourceName, kind: Kind): GoogleError {
  const project = name.asked.split("/")[1];
  return new GoogleError(
    "NOT_FOUND",
    `Resource '${name.ids.at(-1)}' of kind '${kind}' in region '${name.location}' in project '${project}' does not exist.`,
  );
}

function parse(platform: Platform, name: unknown, depth: number): ResourceName {
  const text = String(name ?? "");
  const [projects, asked = "", locations, location = "", ...rest] = text.split("/");
  const ids = rest.filter((_, index) => index % 2 === 1);
  const collections = rest.filter((_, index) => index % 2 === 0);
  const isWellFormed =
    projects === "projects" &&
    locations === "locations" &&
    rest.length === depth * 2 &&
    collections.every((collection, index) => collection === COLLECTIONS[index]) &&
    [asked, location, ...ids].every((id) => id !== "");
  if (!isWellFormed) {
    throw new GoogleError("INVALID_ARGUMENT", `Invalid resource name: "${text}".`);
  }
  const project = knownProject(platform, asked);
  checkRegion(location);
  const below = ["locations", location, ...rest].join("/");
  return {
    project,
    location,
    ids,
    asked: text,
    stored: `projects/${project.id}/${below}`,
    iam: `projects/${project.number}/${below}`,
  };
}

function knownProject(platform: Platform, idOrNumber: string): Project {
  const project = platform.findProject(idOrNumber);
  if (project !== undefined) return project;
  throw new GoogleError(
    "PERMISSION_DENIED",
    `Permission denied on resource project ${idOrNumber} (or it may not exist).`,
  );
}

// https://cloud.google.com/run/docs/troubleshooting: the answer for a region that Cloud Run does not have.
function checkRegion(location: string): void {
  if (/^[a-z]+-[a-z]+\d{1,2}$/.test(location)) return;
  throw new GoogleError("UNIMPLEMENTED", "Operation is not implemented, or supported, or enabled.");
}
