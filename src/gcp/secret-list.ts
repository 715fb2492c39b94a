import { object, type Rest } from "./rest.ts";

/** The list of a project's secrets over REST (https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/list). */
export class SecretList {
  readonly #rest: Pick<Rest, "send">;

  constructor(rest: Pick<Rest, "send">) {
    this.#rest = rest;
  }

  /**
   * Whether there is a secret of this id, by the list: it is authorised on the project, where a right that is bound to names counts for
   * nothing, so its answer is the same for every id. A secret of the last minutes may be missing. @throws GoogleCallError
   */
  async hasSecret(project: string, id: string): Promise<boolean> {
    const subject = `projects/${project}`;
    // The filter finds parts of names (https://cloud.google.com/secret-manager/docs/filtering).
    for (let pageToken = ""; ; ) {
      const query = new URLSearchParams({ filter: `name:${id}`, pageSize: "1000" });
      if (pageToken !== "") query.set("pageToken", pageToken);
      const page = await this.#rest.send({
        ...{ goal: "list the secrets", subject, host: "secretmanager.googleapis.com" },
        path: `/v1/${subject}/secrets?${query}`,
      });
      const secrets = Array.isArray(page.secrets) ? page.secrets.map(object) : [];
      if (secrets.some(({ name }) => String(name).endsWith(`/secrets/${id}`))) return true;
      pageToken = typeof page.nextPageToken === "string" ? page.nextPageToken : "";
      if (pageToken === "") return false;
    }
  }
}
