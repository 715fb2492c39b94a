import type { Credential, CredentialField } from "../credentials/credential.ts";
import { formatRef } from "../credentials/ref.ts";
import { refuseUnstorable } from "./instance-limits.ts";
import { directorySecretId, fieldSecretId, type SecretId } from "./secret-names.ts";

/** One secret that a run needs, and what its versions are to hold. */
export type WantedSecret = {
  readonly id: SecretId;
  readonly kind: "field" | "directory";
  /** The ref of the credential, for the annotation and for messages. */
  readonly credential: string;
  /** A field secret has one; a directory secret one a field, each a version of its own. */
  readonly items: readonly CredentialField[];
};

/** The version number that holds each field, by secret. */
export type Pins = ReadonlyMap<SecretId, ReadonlyMap<string, string>>;

/** When Google created each secret, in milliseconds since the epoch. */
export type SecretTimes = ReadonlyMap<SecretId, number>;

/**
 * Every secret that these credentials need: one a field, and one more for an instance with several fields, because
 * Cloud Run mounts one secret per directory but any number of its versions
 * (https://cloud.google.com/run/docs/configuring/jobs/secrets).
 * @throws DataError for an instance that Secret Manager cannot hold
 */
export function planSecrets(credentials: readonly Credential[], prefix: string): WantedSecret[] {
  return credentials.flatMap((credential) => {
    const { ref, fields } = credential;
    const of = formatRef(ref);
    refuseUnstorable(credential);
    const perField = fields.map(
      (field): WantedSecret => ({
        id: fieldSecretId(prefix, { ...ref, field: field.name }),
        kind: "field",
        credential: of,
        items: [field],
      }),
    );
    const id = mountedSecretId(credential, prefix);
    return fields.length === 1
      ? perField
      : [...perField, { id, kind: "directory" as const, credential: of, items: fields }];
  });
}

/** The secret that the instance's directory mounts. */
export function mountedSecretId({ ref, fields }: Credential, prefix: string): SecretId {
  const only = fields.length === 1 ? fields[0] : undefined;
  return only === undefined
    ? directorySecretId(prefix, ref)
    : fieldSecretId(prefix, { ...ref, field: only.name });
}
