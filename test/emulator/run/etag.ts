import { GoogleError } from "../core/google-error.ts";

/**
 * `"` + the update time as a serialised google.protobuf.Timestamp + `/` + the full name + `"`, both in base64:
 * decoded from recorded replies (k8s-config-connector, runjob/_http.log). The quotes belong to the value.
 */
export function etagOf(updateTime: string, name: string): string {
  const seconds = Math.floor(Date.parse(updateTime) / 1000);
  const time = [0x08, ...varint(seconds), 0x10, ...varint(microsecondsIn(updateTime) * 1000)];
  return `"${Buffer.from(time).toString("base64url")}/${Buffer.from(name).toString("base64url")}"`;
}

/** A stale etag is ABORTED in Cloud Run, and the text carries versions, which are times in microseconds. */
export function checkEtag(given: unknown, resource: { name: string; updateTime: string }): void {
  if (given === undefined || given === "") return;
  const { name, updateTime } = resource;
  if (given === etagOf(updateTime, name)) return;
  const current =
    Math.floor(Date.parse(updateTime) / 1000) * 1_000_000 + microsecondsIn(updateTime);
  throw new GoogleError(
    "ABORTED",
    `Conflict for resource '${name.split("/").at(-1)}': version '${given}' was specified but current version is '${current}'.`,
  );
}

/** The part of the second, whatever number of digits it is written with. */
const microsecondsIn = (time: string): number =>
  Number((/\.(\d+)/.exec(time)?.[1] ?? "").padEnd(6, "0").slice(0, 6));

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}
