import type { Credential, CredentialField } from "../credentials/credential.ts";
import { formatRef } from "../credentials/ref.ts";
import { DataError } from "../errors.ts";

/** SecretPayload.data (google/cloud/secretmanager/v1/resources.proto). */
const MAX_PAYLOAD_BYTES = 65_536;
/** Secret.annotations, keys and values together (the same file). */
const MAX_ANNOTATION_BYTES = 16_384;
/** What the annotations hold beside the note on files: the credential's ref, and every region there is. */
const OTHER_ANNOTATION_BYTES = 2_048;
/** The note names versions of two generations while a credential is rotated. */
const GENERATIONS = 2;
/** A number of this many digits stands for the versions of years. */
const LONGEST_VERSION = "0".repeat(9);
/** The note names 200 versions, of two generations. */
const MAX_FIELDS = 100;

/**
 * Refuses an instance that Secret Manager could not hold, before the first of its secrets is written.
 * @throws DataError naming the credential
 */
export function refuseUnstorable({ ref, fields }: Credential): void {
  const credential = formatRef(ref);
  for (const field of fields) refuseLarge(field, credential);
  refuseMany(fields.length, credential);
  refuseLongNames(fields, credential);
}

function refuseLarge({ name, kind, content }: CredentialField, credential: string): void {
  const bytes = content.byteLength;
  if (bytes <= MAX_PAYLOAD_BYTES) return;
  const ending = kind === "key" ? ", with the newline that ends a key" : "";
  throw new DataError({
    what: `The field ${name} of ${credential} is ${bytes} bytes long${ending}`,
    why: `Secret Manager holds at most ${MAX_PAYLOAD_BYTES} bytes in one version`,
    remedy: "Store a shorter value, or let the agent fetch the long one itself.",
  });
}

function refuseMany(count: number, credential: string): void {
  if (count <= MAX_FIELDS) return;
  throw new DataError({
    what: `The credential ${credential} has ${count} fields`,
    why: `al keeps at most ${MAX_FIELDS} files of one credential in Secret Manager`,
    remedy: "Divide them among several instances, and list each in the agent's credentials.",
  });
}

/** Which version is which field stands in one annotation of the directory's secret. */
function refuseLongNames(fields: readonly CredentialField[], credential: string): void {
  const note = JSON.stringify(fields.map(({ name }) => [LONGEST_VERSION, name]));
  const bytes = Buffer.byteLength(note);
  const room = (MAX_ANNOTATION_BYTES - OTHER_ANNOTATION_BYTES) / GENERATIONS;
  if (fields.length < 2 || bytes <= room) return;
  throw new DataError({
    what: `The names of the ${fields.length} fields of ${credential} are too long together`,
    why: `with their versions they take ${bytes} bytes, and al can note at most ${room} on the credential's secret`,
    remedy:
      "Give the fields shorter names, or divide them among several instances and list each in the agent's credentials.",
  });
}
