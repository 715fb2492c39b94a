import { randomUUID } from "node:crypto";
import { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json, Service } from "../core/handler.ts";
import type { Platform, Project } from "../core/platform.ts";
import { listReply, pageOf } from "../secret-manager/page.ts";
import { type EnabledServices, SERVICE_TITLES } from "./enabled-services.ts";

const API = "google.api.serviceusage.v1";
const SERVICE = `${API}.ServiceUsage`;
const LIST_LIMITS = { defaultSize: 50, largestSize: 200 };
// serviceusage.proto, BatchEnableServicesRequest.service_ids
const MOST_AT_ONCE = 20;
// serviceusage.proto, BatchGetServicesRequest.names
const MOST_ASKED_AT_ONCE = 30;

/** Service Usage v1: services get, list, enable and batchEnable. */
export function serviceUsageService(platform: Platform, services: EnabledServices): Service {
  const context: Context = { platform, services, operations: new Map() };
  return {
    unary: {
      [`${SERVICE}.GetService`]: (request, call) => {
        const { project, id } = parseService(platform, request.name);
        call.authorize("serviceusage.services.get", `projects/${project.number}`);
        return toResource(services, project, known(id, project));
      },
      [`${SERVICE}.BatchGetServices`]: (request, call) => batchGetServices(context, request, call),
      [`${SERVICE}.ListServices`]: (request, call) => listServices(context, request, call),
      [`${SERVICE}.EnableService`]: (request, call) => {
        const { project, id } = parseService(platform, request.name);
        return enable(context, { project, ids: [id], call, type: "EnableService" });
      },
      [`${SERVICE}.BatchEnableServices`]: (request, call) => {
        const ids: string[] = request.serviceIds ?? [];
        if (ids.length === 0 || ids.length > MOST_AT_ONCE)
          throw invalid(`service_ids must name 1 to ${MOST_AT_ONCE} services.`);
        const project = parseProject(platform, request.parent);
        return enable(context, { project, ids, call, type: "BatchEnableServices" });
      },
      [`${SERVICE}.GetOperation`]: (request) => {
        const operation = context.operations.get(request.name);
        if (operation === undefined)
          throw new GoogleError("NOT_FOUND", `Operation '${request.name}' does not exist.`);
        return operation;
      },
    },
  };
}

type Context = {
  readonly platform: Platform;
  readonly services: EnabledServices;
  readonly operations: Map<string, Json>;
};

function batchGetServices({ platform, services }: Context, request: Json, call: CallContext): Json {
  const project = parseProject(platform, request.parent);
  call.authorize("serviceusage.services.get", `projects/${project.number}`);
  const names: string[] = request.names ?? [];
  if (names.length === 0 || names.length > MOST_ASKED_AT_ONCE)
    throw invalid(`names must name 1 to ${MOST_ASKED_AT_ONCE} services.`);
  const resources = names.map((name) => {
    const asked = parseService(platform, name);
    // "the parent of all of the services specified in names must match this field"
    if (asked.project.number !== project.number)
      throw invalid("The parent of every name must be the request's parent.");
    return toResource(services, project, known(asked.id, project));
  });
  return { services: resources };
}

function listServices({ platform, services }: Context, request: Json, call: CallContext): Json {
  const project = parseProject(platform, request.parent);
  call.authorize("serviceusage.services.list", `projects/${project.number}`);
  const state = /^\s*(?:state:(ENABLED|DISABLED))?\s*$/.exec(request.filter ?? "");
  if (state === null)
    throw invalid("The filter must be `state:ENABLED` or `state:DISABLED`, or empty.");
  const resources = Object.keys(SERVICE_TITLES)
    .map((id) => toResource(services, project, id))
    .filter((resource) => state[1] === undefined || resource.state === state[1]);
  const listed = resources.map((resource, index) => ({
    resource,
    sequence: resources.length - index,
  }));
  const { items, nextPageToken } = pageOf(listed, request, LIST_LIMITS);
  return listReply(
    "services",
    items.map(({ resource }) => resource),
    nextPageToken,
  );
}

function enable(
  { platform, services, operations }: Context,
  asked: { project: Project; ids: readonly string[]; call: CallContext; type: string },
): Json {
  const { project, call, type } = asked;
  call.authorize("serviceusage.services.enable", `projects/${project.number}`);
  const ids = asked.ids.map((id) => known(id, project));
  const response = (): Json => {
    const resources = ids.map((id) => toResource(services, project, id));
    const single = type === "EnableService";
    return {
      "@type": `type.googleapis.com/${API}.${type}Response`,
      ...(single ? { service: resources[0] } : { services: resources }),
    };
  };
  if (ids.every((id) => services.isEnabled(project, id)))
    return { name: "operations/noop.DONE_OPERATION", done: true, response: response() };
  const name = `operations/acf.p2-${project.number}-${randomUUID()}`;
  const metadata = {
    "@type": `type.googleapis.com/${API}.OperationMetadata`,
    resourceNames: ids.map((id) => `projects/${project.number}/services/${id}`),
  };
  operations.set(name, { name, metadata });
  platform.clock.after(platform.operationDelayMs, () => {
    services.enable(project, ids);
    operations.set(name, { name, metadata, done: true, response: response() });
  });
  return { name, metadata };
}

const toResource = (services: EnabledServices, project: Project, id: string): Json => ({
  name: `projects/${project.number}/services/${id}`,
  parent: `projects/${project.number}`,
  config: { name: id, title: SERVICE_TITLES[id] },
  state: services.isEnabled(project, id) ? "ENABLED" : "DISABLED",
});

function parseService(platform: Platform, name: unknown): { project: Project; id: string } {
  const [, parent, id = ""] = /^(projects\/[^/]+)\/services\/([^/]+)$/.exec(String(name)) ?? [];
  return { project: parseProject(platform, parent), id };
}

function parseProject(platform: Platform, parent: unknown): Project {
  const id = /^projects\/([^/]+)$/.exec(String(parent))?.[1];
  if (id === undefined) throw invalid("The parent must be a project.");
  const project = platform.findProject(id);
  if (project !== undefined) return project;
  throw new GoogleError("PERMISSION_DENIED", `Permission denied to get service of project ${id}.`);
}

function known(id: string, project: Project): string {
  if (Object.hasOwn(SERVICE_TITLES, id)) return id;
  throw new GoogleError(
    "NOT_FOUND",
    `Not found or permission denied for service(s): ${id} (project ${project.number}).`,
  );
}

const invalid = (message: string): GoogleError => new GoogleError("INVALID_ARGUMENT", message);
