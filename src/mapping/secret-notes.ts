import { FILES_ANNOTATION, REGIONS_ANNOTATION } from "./ownership.ts";

type Annotations = Readonly<Record<string, string>>;

/** What a secret's annotations are to say beside what they say already. */
export type SecretNote = {
  /** Where a job may refer to the secret from now on. */
  readonly region: string;
  /** For a directory secret: version → field. */
  readonly files: Readonly<Record<string, string>>;
};

/** Annotations hold 16 KiB in all (google/cloud/secretmanager/v1/resources.proto), and a directory may be rotated for years. */
const NOTED_VERSIONS = 200;
/** The rest is for the credential's name and the regions. */
const NOTED_BYTES = 14_000;

/** Which version is which field, as a directory secret's annotation says; a version that it does not name may be any. */
export function filesOf(annotations: Annotations): Readonly<Record<string, string>> {
  const text = annotations[FILES_ANNOTATION];
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    // Somebody edited it. The versions are compared by content, so nothing depends on it.
    return {};
  }
}

/** The regions whose jobs may refer to the secret, sorted. */
export const regionsOf = (annotations: Annotations): string[] =>
  (annotations[REGIONS_ANNOTATION] ?? "").split(",").filter((region) => region !== "");

/** The annotations with the note, or undefined where they say all that there is room for. What is noted for a version stays, whoever noted it. */
export function annotated(annotations: Annotations, note: SecretNote): Annotations | undefined {
  const files = filesOf(annotations);
  const known = kept({ ...note.files, ...files });
  const isNoted =
    regionsOf(annotations).includes(note.region) &&
    Object.keys(known).every((version) => files[version] !== undefined);
  if (isNoted) return undefined;
  const regions = [...new Set([...regionsOf(annotations), note.region])].sort();
  return {
    ...annotations,
    [REGIONS_ANNOTATION]: regions.join(","),
    ...(Object.keys(known).length === 0 ? {} : { [FILES_ANNOTATION]: JSON.stringify(known) }),
  };
}

type Files = Readonly<Record<string, string>>;

/** The newest version of each field, whatever its number, and then the newest ones of all. */
function kept(files: Files): Files {
  const newestFirst = Object.entries(files).sort(([a], [b]) => Number(b) - Number(a));
  const current = new Map(newestFirst.toReversed().map(([version, field]) => [field, version]));
  const isCurrent = ([version, field]: readonly [string, string]): boolean =>
    current.get(field) === version;
  let bytes = 0;
  const noted = [
    ...newestFirst.filter(isCurrent),
    ...newestFirst.filter((entry) => !isCurrent(entry)),
  ].filter((entry, index) => {
    bytes += Buffer.byteLength(JSON.stringify(entry));
    return isCurrent(entry) || (index < NOTED_VERSIONS && bytes <= NOTED_BYTES);
  });
  return Object.fromEntries(noted);
}
