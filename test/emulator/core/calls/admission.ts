import type { Project } from "../platform.ts";
import type { ApiMethod } from "../wire/api-definitions.ts";

/** Throws when a call is refused before anybody looks at it: its API is off, or a quota is used up. */
export type Admission = (method: ApiMethod, resource: string) => void;

type Needs = {
  findProject(idOrNumber: string): Project | undefined;
  /** Throws PERMISSION_DENIED when the project has not enabled the API of this host. */
  checkService(project: Project, host: string): void;
  /** Throws RESOURCE_EXHAUSTED when the minute's calls are used up. */
  spend(call: { method: string; project: Project; location: string }): void;
};

/** Checks the project that a request's resource is in; a project that is not known is left to the handler. */
export const makeAdmission =
  ({ findProject, checkService, spend }: Needs): Admission =>
  (method, resource) => {
    const [, idOrNumber = ""] = /(?:^|\/)projects\/([^/]+)/.exec(resource) ?? [];
    const project = findProject(idOrNumber);
    if (project === undefined) return;
    checkService(project, method.host);
    const location = /\/locations\/([^/]+)/.exec(resource)?.[1] ?? "global";
    spend({ method: method.fullName, project, location });
  };
