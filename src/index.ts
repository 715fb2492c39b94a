export type { AgentConfig, CloudConfig, ContainerConfig, RunConfig } from "./config/config.ts";
export { type LoadOptions, loadRunConfig } from "./config/load-config.ts";
export type { Credential, CredentialField, FieldKind } from "./credentials/credential.ts";
export { findCredential, readCredentials } from "./credentials/read-credentials.ts";
export { type CredentialRef, formatRef, parseRef } from "./credentials/ref.ts";
export { requiredRefs } from "./credentials/required-refs.ts";
export { Secret } from "./credentials/secret.ts";
export { createMask, type SecretMask } from "./credentials/secret-mask.ts";
export { SyncState } from "./credentials/sync-state.ts";
export {
  AlError,
  BugError,
  ConfigError,
  DataError,
  EXIT,
  PermissionError,
  TryAgainError,
  UnavailableError,
  UsageError,
} from "./errors.ts";
export { type Clock, systemClock } from "./gcp/clock.ts";
export { connectEmulator } from "./gcp/emulator.ts";
export { connectGoogle, type Google } from "./gcp/google.ts";
export { GoogleCallError } from "./gcp/google-call-error.ts";
export { parseServiceAccountKey } from "./gcp/service-account-key.ts";
export { type Session, signIn } from "./gcp/session.ts";
export { type SignInRequest, signInKeyless } from "./gcp/sign-in.ts";
export type { RunEvent } from "./jobs/events.ts";
export {
  planRun,
  previewRun,
  type RunNeeds,
  type RunPlan,
  type RunPreview,
  type RunRequest,
} from "./jobs/plan-run.ts";
export { followRun, type StartedRun, startRun } from "./jobs/run-agent.ts";
export type { Outcome } from "./mapping/outcome.ts";
