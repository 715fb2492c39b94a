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

/** The annotations with the note, or undefined where they say it already. What is noted for a version stays, whoever noted it. */
export function annotated(annotations: Annotations, note: SecretNote): Annotations | undefined {
  const regions = regionsOf(annotations);
  const files = filesOf(annotations);
  const isNoted =
    regions.includes(note.region) &&
    Object.keys(note.files).every((version) => files[version] !== undefined);
  if (isNoted) return undefined;
  const known = { ...note.files, ...files };
  return {
    ...annotations,
    [REGIONS_ANNOTATION]: [...new Set([...regions, note.region])].sort().join(","),
    ...(Object.keys(known).length === 0
      ? {}
      : { [FILES_ANNOTATION]: JSON.stringify(newest(known)) }),
  };
}

const newest = (files: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(files)
      .sort(([a], [b]) => Number(b) - Number(a))
      .slice(0, NOTED_VERSIONS),
  );
