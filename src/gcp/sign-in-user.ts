import { type AlError, ConfigError } from "../errors.ts";
import { type AdcFile, type AdcPlace, textOf } from "./sign-in-adc-file.ts";
import { isPassing, loginExpired, unreachable } from "./sign-in-errors.ts";
import type { Identity } from "./sign-in-identity.ts";
import { fetchToken, type LibraryFailure, transporterOptions } from "./sign-in-library.ts";
import type { SignInNeeds } from "./sign-in-needs.ts";
import { AccessTokens, TokenClient } from "./sign-in-tokens.ts";

const HOST = "oauth2.googleapis.com";

/**
 * A person who signed in with gcloud; the file does not say who.
 * @throws ConfigError for a real person's file while an emulator stands in for Google
 */
export function userIdentity(file: AdcFile, place: AdcPlace, needs: SignInNeeds): Identity {
  const clientId = textOf(file, "client_id", place);
  const { emulator } = place;
  // Real ids begin with the number of a project.
  if (emulator !== undefined && !clientId.startsWith("demo-")) throw realPerson(place);
  const options = {
    clientId,
    clientSecret: textOf(file, "client_secret", place),
    refreshToken: textOf(file, "refresh_token", place),
    transporterOptions: transporterOptions(emulator, needs.answerWithinMs),
    ...(emulator && { endpoints: { oauth2TokenUrl: `${emulator}/token` } }),
  };
  const explain = (failure: LibraryFailure): AlError => refusal(failure, place);
  const fetch = () => fetchToken(needs.library.user(options), { clock: needs.clock, explain });
  const tokens = new AccessTokens(fetch, needs.clock);
  const project = place.quotaProject;
  return {
    auth: new TokenClient(tokens, project),
    tokens,
    account: undefined,
    member: "user:<your e-mail address>",
    project,
    quotaProject: project ?? place.project,
    source: place.source,
  };
}

function refusal({ status, error, description }: LibraryFailure, { source }: AdcPlace): AlError {
  if (status === undefined) return unreachable(HOST, "it does not answer");
  if (isPassing(status)) return unreachable(HOST, `it answers with status ${status}`);
  return loginExpired(
    source,
    [error, description].filter(Boolean).join(": ") || `status ${status}`,
  );
}

const realPerson = ({ source }: AdcPlace): ConfigError =>
  new ConfigError({
    what: `${source} is a real person's sign-in while AL_GCP_EMULATOR is set`,
    why: "the emulator is only for demonstrations, so that no real credential reaches it",
    remedy:
      "Unset AL_GCP_EMULATOR to use Google Cloud, or set GOOGLE_APPLICATION_CREDENTIALS to the key file that the emulator made.",
  });
