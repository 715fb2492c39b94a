import type { AuthClient } from "google-auth-library";
import type { AccessTokens } from "./sign-in-tokens.ts";

/** The only scope that al asks for; what a caller may do is a matter of IAM. */
export const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/** Somebody who can sign in, before it is said as whom and for which project. */
export type Identity = {
  readonly auth: AuthClient;
  /** Undefined where this machine signs for itself. */
  readonly tokens: AccessTokens | undefined;
  /** E-mail address, where it is known without asking Google. */
  readonly account: string | undefined;
  /** How IAM policies name it; with a place to fill in where that is not known. */
  readonly member: string;
  /** Its own project, or the one that is billed for its calls. */
  readonly project: string | undefined;
  /** Must be named in requests to APIs that bill the caller's project, where that would be gcloud's own; undefined elsewhere. */
  readonly quotaProject: string | undefined;
  /** Where it comes from, for messages: a file, or the metadata server. */
  readonly source: string;
};
