import { ConfigError } from "../errors.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** Memory that each number of CPUs allows, in GiB (https://cloud.google.com/run/docs/configuring/jobs/memory-limits). */
const MEMORY_GIB: Readonly<Record<string, { readonly min: number; readonly max: number }>> = {
  "1": { min: 0.5, max: 4 },
  "2": { min: 0.5, max: 8 },
  "4": { min: 2, max: 16 },
  "6": { min: 4, max: 24 },
  "8": { min: 4, max: 32 },
};

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1024,
  ki: 1024,
  m: MIB,
  mi: MIB,
  g: GIB,
  gi: GIB,
};

/** Limits in Cloud Run's form. */
export type Resources = { readonly cpu: string; readonly memory: string };

/**
 * Translates `memory` (`4g`, `512m`, `1536Mi`, `2Gi`, plain bytes; one letter means the binary unit, as docker has it)
 * and `cpus` into Cloud Run's limits. Nothing said means 1 CPU and 2 GiB.
 * @throws ConfigError for a combination that Cloud Run refuses, with the nearest one that it takes
 */
export function cloudRunResources(wanted: {
  readonly memory: string | undefined;
  readonly cpus: string | undefined;
}): Resources {
  const cpu = cpuCount(wanted.cpus ?? "1");
  const bytes = memoryBytes(wanted.memory ?? "2Gi");
  const range = MEMORY_GIB[cpu] ?? { min: 0, max: 0 };
  const nearest = Math.min(Math.max(bytes, range.min * GIB), range.max * GIB);
  if (nearest === bytes) return { cpu, memory: quantity(bytes) };
  throw new ConfigError({
    what: `memory = "${wanted.memory ?? "2Gi"}" does not go with ${cpu} CPU`,
    why: `Cloud Run allows from ${quantity(range.min * GIB)} to ${quantity(range.max * GIB)} with ${cpu} CPU`,
    remedy: `Write memory = "${quantity(nearest)}"${cpusFor(bytes, cpu)}.`,
  });
}

function cpuCount(text: string): string {
  const [, number = "", milli = ""] = /^([0-9]+(?:\.[0-9]+)?)(m?)$/.exec(text) ?? [];
  const cpus = number === "" ? Number.NaN : Number(number) / (milli === "" ? 1 : 1000);
  if (MEMORY_GIB[String(cpus)] !== undefined) return String(cpus);
  const known = Object.keys(MEMORY_GIB);
  const nearest = Number.isNaN(cpus)
    ? 1
    : (known.find((count) => Number(count) >= cpus) ?? known.at(-1));
  throw new ConfigError({
    what: `cpus = ${JSON.stringify(text)} is not a number of CPUs that a job can have`,
    why: `Cloud Run gives a job ${known.join(", ")} CPUs`,
    remedy: `Write cpus = ${nearest}.`,
  });
}

function memoryBytes(text: string): number {
  const [, number = "", unit = ""] = /^([0-9]+(?:\.[0-9]+)?)\s*([kmg]i?|)b?$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (number !== "" && Number.isInteger(bytes)) return bytes;
  throw new ConfigError({
    what: `memory = ${JSON.stringify(text)} is not an amount of memory`,
    why: "it must be a number of bytes, or a number with Ki, Mi, Gi, k, m or g",
    remedy: 'Write, for example, memory = "2Gi".',
  });
}

/** The largest unit that needs no fraction, so that nothing legal is rounded. */
function quantity(bytes: number): string {
  if (bytes % GIB === 0) return `${bytes / GIB}Gi`;
  if (bytes % MIB === 0) return `${bytes / MIB}Mi`;
  return bytes % 1024 === 0 ? `${bytes / 1024}Ki` : String(bytes);
}

function cpusFor(bytes: number, cpu: string): string {
  const enough = Object.entries(MEMORY_GIB).find(
    ([, range]) => bytes >= range.min * GIB && bytes <= range.max * GIB,
  );
  return enough === undefined || enough[0] === cpu ? "" : `, or cpus = ${enough[0]}`;
}
