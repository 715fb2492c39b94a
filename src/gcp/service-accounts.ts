import { CODE, hasCode } from "./google-call-error.ts";
import type { Rest } from "./rest.ts";

/** Service accounts of IAM v1 (https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts). */
export class ServiceAccounts {
  readonly #rest: Pick<Rest, "send">;

  constructor(rest: Pick<Rest, "send">) {
    this.#rest = rest;
  }

  /** Needs iam.serviceAccounts.get. Undefined when there is none. @throws GoogleCallError */
  async findAccount(
    email: string,
    project: string,
  ): Promise<{ readonly disabled: boolean } | undefined> {
    const subject = accountName(email, project);
    try {
      const account = await this.#rest.send({
        ...{ goal: "read the service account", subject },
        ...{ host: "iam.googleapis.com", path: `/v1/${subject}` },
      });
      return { disabled: account.disabled === true };
    } catch (error) {
      if (hasCode(error, CODE.notFound)) return undefined;
      throw error;
    }
  }
}

/**
 * An account lies in the project that its address names. The wildcard `-` would do as well, but then what is missing is
 * reported as forbidden (https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/get).
 */
export function accountName(email: string, project: string): string {
  const [, home = project] = /@([a-z][a-z0-9-]*)\.iam\.gserviceaccount\.com$/.exec(email) ?? [];
  return `projects/${home}/serviceAccounts/${email}`;
}
