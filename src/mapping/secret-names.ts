import { createHash } from "node:crypto";

/** Id of a secret in Secret Manager. */
export type SecretId = string;

/** What a directory secret has in the place of a field's name. No field is ever written this way. */
const DIRECTORY_TOKEN = "_files";

/** Names that are written as they are: no doubled dash, which divides segments, and none at an end. */
const PLAIN = /^[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*$/;
/** What a written-out hash looks like; a plain name of this form is hashed too, so that the two never meet. */
const HASHED = /-x[0-9a-f]{32}$/;
/** Four segments of this length, three dividers and the prefix stay below Secret Manager's 255 characters. */
const MAX_SEGMENT = 60;
const MAX_SLUG = MAX_SEGMENT - 34;

/**
 * `<prefix>--<type>--<instance>--<field>`: legal in Secret Manager ([A-Za-z0-9_-], at most 255 characters),
 * stable, and different for different fields. Every id of one instance begins with the same text up to a divider,
 * so that an IAM condition can name exactly one credential.
 */
export function fieldSecretId(
  prefix: string,
  path: { readonly type: string; readonly instance: string; readonly field: string },
): SecretId {
  return join(
    prefix,
    path.type,
    path.instance,
    path.field === DIRECTORY_TOKEN ? hashed(path.field) : segment(path.field),
  );
}

/** The secret whose versions are the files of one instance with several fields. */
export function directorySecretId(
  prefix: string,
  path: { readonly type: string; readonly instance: string },
): SecretId {
  return join(prefix, path.type, path.instance, DIRECTORY_TOKEN);
}

/** How every id of one credential begins, up to and with a divider: no other credential's id begins so. */
export const credentialIdBeginning = (
  prefix: string,
  path: { readonly type: string; readonly instance: string },
): string => `${[prefix, segment(path.type), segment(path.instance)].join("--")}--`;

const join = (prefix: string, type: string, instance: string, last: string): SecretId =>
  [prefix, segment(type), segment(instance), last].join("--");

const segment = (name: string): string =>
  PLAIN.test(name) && !HASHED.test(name) && name.length <= MAX_SEGMENT ? name : hashed(name);

/** A readable beginning and 128 bits of SHA-256 over the whole name. */
function hashed(name: string): string {
  const slug = name
    .replace(/[^A-Za-z0-9_]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, MAX_SLUG)
    .replace(/-+$/, "");
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 32);
  return slug === "" ? `x-x${digest}` : `${slug}-x${digest}`;
}
