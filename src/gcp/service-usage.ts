import { object, type Rest } from "./rest.ts";

/** Service Usage v1 (https://cloud.google.com/service-usage/docs/reference/rest/v1/services/batchGet). */
export class ServiceUsage {
  readonly #rest: Pick<Rest, "send">;

  constructor(rest: Pick<Rest, "send">) {
    this.#rest = rest;
  }

  /** Whether these APIs, at most 30, are on, by host. Needs serviceusage.services.get. @throws GoogleCallError */
  async areOn(project: string, hosts: readonly string[]): Promise<ReadonlyMap<string, boolean>> {
    const subject = `projects/${project}`;
    const names = hosts.map((host): [string, string] => ["names", `${subject}/services/${host}`]);
    const query = new URLSearchParams(names);
    const { services } = await this.#rest.send({
      ...{ goal: "see which APIs are on", subject, host: "serviceusage.googleapis.com" },
      path: `/v1/${subject}/services:batchGet?${query}`,
    });
    const found = (Array.isArray(services) ? services : []).map((service) => {
      const { name, state } = object(service);
      return [String(name).split("/").at(-1) ?? "", state === "ENABLED"] as const;
    });
    return new Map(found);
  }
}
