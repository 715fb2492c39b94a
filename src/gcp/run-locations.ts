import { object, type Rest } from "./rest.ts";

/** Cloud Run's regions; only version 1 lists them (https://cloud.google.com/run/docs/reference/rest/v1/projects.locations/list). */
export class RunLocations {
  readonly #rest: Pick<Rest, "send">;

  constructor(rest: Pick<Rest, "send">) {
    this.#rest = rest;
  }

  /** Every region that the project may use. Needs run.locations.list. @throws GoogleCallError */
  async listRegions(project: string): Promise<string[]> {
    const subject = `projects/${project}`;
    const found: string[] = [];
    for (let pageToken = ""; ; ) {
      const query = pageToken === "" ? "" : `?${new URLSearchParams({ pageToken })}`;
      const page = await this.#rest.send({
        ...{ goal: "list Cloud Run's regions", subject, host: "run.googleapis.com" },
        path: `/v1/${subject}/locations${query}`,
      });
      const locations = Array.isArray(page.locations) ? page.locations.map(object) : [];
      found.push(...locations.map(({ locationId }) => String(locationId)));
      pageToken = typeof page.nextPageToken === "string" ? page.nextPageToken : "";
      if (pageToken === "") return found;
    }
  }
}
