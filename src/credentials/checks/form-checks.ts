import type { Check } from "./check.ts";
import { failed } from "./finding.ts";
import { privateKeyFinding } from "./private-key.ts";

/** Key prefixes that the providers document; nothing is sent, because a call would cost money or tell less. */
const beginsWith = (prefix: string): Check => ({
  checked: `the form: it begins with "${prefix}"; the key itself was not tried`,
  find: (values) =>
    values("token").startsWith(prefix) ? undefined : failed(`it does not begin with "${prefix}"`),
});

const sharedSecret = (shortest: number): Check => ({
  checked: `the form: ${shortest} characters or more`,
  find: (values) =>
    values("secret").length >= shortest
      ? undefined
      : failed(`it is shorter than ${shortest} characters`),
});

const NOTHING: Check = { checked: "nothing beyond that it is there" };

const KEY_FORM = "the form: a private key without a passphrase";

/** The checks that look at the values alone. */
export const FORM_CHECKS: Readonly<Record<string, Check>> = {
  openai_key: beginsWith("sk-"),
  groq_key: beginsWith("gsk_"),
  google_key: NOTHING,
  xai_key: beginsWith("xai-"),
  mistral_key: NOTHING,
  openrouter_key: beginsWith("sk-or-"),
  custom_key: NOTHING,
  mintlify_token: NOTHING,
  git_ssh: {
    checked: `${KEY_FORM}, and an author's name and e-mail of one line`,
    find(values) {
      const broken = ["username", "email"].find((field) => /[\r\n\0<>]/.test(values(field)));
      return broken === undefined
        ? privateKeyFinding(values("id_rsa"))
        : failed(`the ${broken} has a line break, or one of < and >, which git does not take`);
    },
  },
  aws: {
    checked: "the form: an access key id of 16 to 128 characters and a secret of 40 or more",
    find(values) {
      if (!/^\w{16,128}$/.test(values("access_key_id")))
        return failed("the access key id is not 16 to 128 letters and digits");
      return values("secret_access_key").length >= 40
        ? undefined
        : failed("the secret access key is shorter than 40 characters");
    },
  },
  x_twitter_user_oauth1: NOTHING,
  github_webhook_secret: NOTHING,
  sentry_client_secret: NOTHING,
  linear_webhook_secret: sharedSecret(8),
  mintlify_webhook_secret: NOTHING,
  discord_bot: {
    checked: "the form: a public key of 64 hexadecimal digits",
    find: (values) =>
      /^[0-9a-f]{64}$/i.test(values("public_key"))
        ? undefined
        : failed("the public key is not 64 hexadecimal digits"),
  },
  slack_signing_secret: sharedSecret(8),
  gateway_api_key: NOTHING,
  vps_ssh: { checked: KEY_FORM, find: (values) => privateKeyFinding(values("id_rsa")) },
};
