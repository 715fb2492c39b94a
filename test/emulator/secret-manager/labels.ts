import { GoogleError } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";

// resources.proto, Secret.labels
const LABEL_KEY = String.raw`[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}`;
const LABEL_VALUE = String.raw`[\p{Ll}\p{Lo}\p{N}_-]{0,63}`;
const LARGEST_LABEL_COUNT = 64;
const LARGEST_LABEL_BYTES = 128;
// resources.proto, Secret.annotations
const ANNOTATION_KEY = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const LARGEST_ANNOTATION_BYTES = 16_384;
// resources.proto, Secret.version_aliases
const ALIAS = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
const LARGEST_ALIAS_COUNT = 50;

const invalid = (message: string): GoogleError => new GoogleError("INVALID_ARGUMENT", message);

const keyPattern = new RegExp(`^${LABEL_KEY}$`, "u");
const valuePattern = new RegExp(`^${LABEL_VALUE}$`, "u");

export function checkLabels(labels: Json): void {
  const entries = Object.entries(labels);
  if (entries.length > LARGEST_LABEL_COUNT) {
    throw invalid(
      `Invalid field "labels"; at most ${LARGEST_LABEL_COUNT} entries allowed but found ${entries.length}`,
    );
  }
  for (const [key, value] of entries) {
    if (!keyPattern.test(key) || Buffer.byteLength(key) > LARGEST_LABEL_BYTES) {
      throw invalid(
        `Invalid field "labels"; key "${key}" does not conform to regular expression "${LABEL_KEY}"`,
      );
    }
    if (!valuePattern.test(value) || Buffer.byteLength(value) > LARGEST_LABEL_BYTES) {
      throw invalid(
        `Invalid field "labels"; value of key "${key}" does not conform to regular expression "${LABEL_VALUE}"`,
      );
    }
  }
}

export function checkAnnotations(annotations: Json): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    if (!ANNOTATION_KEY.test(key)) {
      throw invalid(
        `Invalid field "annotations"; key "${key}" does not conform to regular expression "${ANNOTATION_KEY.source}"`,
      );
    }
    bytes += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  }
  if (bytes > LARGEST_ANNOTATION_BYTES) throw invalid("Annotation map must not exceed 16kib.");
}

/** Aliases may only name versions that exist. */
export function checkAliases(aliases: Json, versionNumbers: ReadonlySet<string>): void {
  const entries = Object.entries(aliases);
  if (entries.length > LARGEST_ALIAS_COUNT) {
    throw invalid("No more than 50 aliases can be assgined to any given secret");
  }
  for (const [alias, version] of entries) {
    if (!ALIAS.test(alias) || alias === "latest" || alias === "NEW") {
      throw invalid(`Invalid field "version_aliases"; alias "${alias}" is not allowed`);
    }
    if (!versionNumbers.has(String(version))) {
      throw invalid("Aliases cannot be assigned to versions that don't exist");
    }
  }
}
