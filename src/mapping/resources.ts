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

const DEFAULT_MEMORY = 2 * GIB;

/**
 * Translates `memory` (`4g`, `512m`, `1536Mi`, `2Gi`, plain bytes; one letter means the binary unit, as docker has it)
 * and `cpus` into Cloud Run's limits. Nothing said means 1 CPU and 2 GiB; where only one of them is set, the other is
 * the least that Cloud Run demands with it, if that is more.
 * @throws ConfigError for a combination that Cloud Run refuses, with the nearest one that it takes
 */
export function cloudRunResources(wanted: {
  readonly memory: string | undefined;
  readonly cpus: string | undefined;
}): Resources {
  const bytes = wanted.memory === undefined ? undefined : memoryBytes(wanted.memory);
  const cpu = wanted.cpus === undefined ? cpusWith(bytes) : cpuCount(wanted.cpus);
  const range = rangeOf(cpu);
  if (wanted.memory === undefined || bytes === undefined)
    return { cpu, memory: quantity(Math.max(DEFAULT_MEMORY, range.min)) };
  const nearest = within(bytes, range);
  // A fraction of a byte would be rounded by Cloud Run, or refused.
  if (!Number.isInteger(bytes)) throw fraction(wanted.memory, bytes, cpu);
  if (nearest === bytes) return { cpu, memory: quantity(bytes) };
  throw new ConfigError({
    what: `memory = "${wanted.memory}" does not go with ${cpu} CPU`,
    why: `Cloud Run allows from ${quantity(range.min)} to ${quantity(range.max)} with ${cpu} CPU`,
    remedy: `Write memory = "${quantity(nearest)}"${otherCpus(bytes, cpu)}.`,
  });
}

type Range = { readonly min: number; readonly max: number };

function rangeOf(cpu: string): Range {
  const { min, max } = MEMORY_GIB[cpu] ?? { min: 0, max: 0 };
  return { min: min * GIB, max: max * GIB };
}

const within = (bytes: number, { min, max }: Range): number => Math.min(Math.max(bytes, min), max);

/** The fewest CPUs with which a job can have the memory; the most, where none can. */
function cpusWith(bytes = DEFAULT_MEMORY): string {
  const known = Object.keys(MEMORY_GIB);
  return known.find((cpu) => bytes <= rangeOf(cpu).max) ?? known.at(-1) ?? "1";
}

function cpuCount(text: string): string {
  const [, number = "", milli = ""] = /^([0-9]+(?:\.[0-9]+)?)(m?)$/.exec(text) ?? [];
  const cpus = number === "" ? Number.NaN : Number(number) / (milli === "" ? 1 : 1000);
  if (MEMORY_GIB[String(cpus)] !== undefined) return String(cpus);
  throw new ConfigError({
    what: `cpus = ${JSON.stringify(text)} is not a number of CPUs that a job can have`,
    why: `Cloud Run gives a job ${Object.keys(MEMORY_GIB).join(", ")} CPUs`,
    remedy: `Write cpus = ${Number.isNaN(cpus) ? 1 : nearestCpus(cpus)}.`,
  });
}

/** Of two that are as near the larger, since whoever wants 3 CPUs wants more than 2. */
function nearestCpus(cpus: number): number {
  const distance = (count: number): number => Math.abs(count - cpus);
  const [nearest = 1] = Object.keys(MEMORY_GIB)
    .map(Number)
    .sort((a, b) => distance(a) - distance(b) || b - a);
  return nearest;
}

/** How many bytes a text means, which need not be a whole number. */
function memoryBytes(text: string): number {
  const [, number = "", unit = ""] = /^([0-9]+(?:\.[0-9]+)?)\s*([kmg]i?|)b?$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (number !== "" && Number.isFinite(bytes)) return bytes;
  throw new ConfigError({
    what: `memory = ${JSON.stringify(text)} is not an amount of memory`,
    why: "it must be a number of bytes, or a number with Ki, Mi, Gi, k, m or g",
    remedy: 'Write, for example, memory = "2Gi".',
  });
}

/** The nearest in whole mebibytes, since nobody wants to read more digits. */
function fraction(text: string, bytes: number, cpu: string): ConfigError {
  const nearest = within(Math.round(bytes / MIB) * MIB, rangeOf(cpu));
  return new ConfigError({
    what: `memory = ${JSON.stringify(text)} is not a whole number of bytes`,
    why: `it is ${bytes} bytes, and Cloud Run has no part of a byte`,
    remedy: `Write memory = "${quantity(nearest)}".`,
  });
}

/** The largest unit that needs no fraction, so that nothing legal is rounded. */
function quantity(bytes: number): string {
  if (bytes % GIB === 0) return `${bytes / GIB}Gi`;
  if (bytes % MIB === 0) return `${bytes / MIB}Mi`;
  return bytes % 1024 === 0 ? `${bytes / 1024}Ki` : String(bytes);
}

function otherCpus(bytes: number, cpu: string): string {
  const enough = Object.keys(MEMORY_GIB).find((count) => within(bytes, rangeOf(count)) === bytes);
  return enough === undefined || enough === cpu ? "" : `, or cpus = ${enough}`;
}
