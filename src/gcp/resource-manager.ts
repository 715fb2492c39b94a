import { object, type Rest } from "./rest.ts";

type ProjectFound = {
  readonly id: string;
  readonly number: string;
  /** No folder or organisation above it can grant anything. */
  readonly isAlone: boolean;
};

/** Resource Manager v3 (https://cloud.google.com/resource-manager/reference/rest/v3/projects). */
export class ResourceManager {
  readonly #rest: Pick<Rest, "send">;

  constructor(rest: Pick<Rest, "send">) {
    this.#rest = rest;
  }

  /** Needs resourcemanager.projects.get. @throws GoogleCallError PERMISSION_DENIED, for a project that is not there too */
  async getProject(project: string): Promise<ProjectFound> {
    const subject = `projects/${project}`;
    const found = await this.#rest.send({
      ...{ goal: "read the project", subject },
      ...{ host: "cloudresourcemanager.googleapis.com", path: `/v3/${subject}` },
    });
    const { projectId, name, parent } = object(found);
    const isAlone = typeof parent !== "string" || parent === "";
    return { id: String(projectId), number: String(name).replace(/^projects\//, ""), isAlone };
  }
}
