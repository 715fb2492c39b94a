import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cloudRunResources } from "../../src/mapping/resources.ts";
import { refusal } from "../refusal.ts";

const resources = (memory: string | undefined, cpus?: string | undefined) =>
  cloudRunResources({ memory, cpus });

describe("memory", () => {
  test.each([
    ["nothing said means two gibibytes", undefined, "2Gi"],
    ["gigabytes become gibibytes, as docker has it", "4g", "4Gi"],
    ["capital letters are the same", "4G", "4Gi"],
    ["megabytes become mebibytes", "512m", "512Mi"],
    ["kilobytes become kibibytes", "1048577k", "1048577Ki"],
    ["docker's trailing b is read", "1gb", "1Gi"],
    ["mebibytes stay exact", "1536Mi", "1536Mi"],
    ["a whole number of gibibytes is written so", "2048Mi", "2Gi"],
    ["gibibytes stay", "2Gi", "2Gi"],
    ["kibibytes that are whole mebibytes are written so", "1048576Ki", "1Gi"],
    ["plain bytes are bytes", "2147483648", "2Gi"],
    ["bytes that are no whole kibibyte are not rounded", "536870913", "536870913"],
    ["a fraction that is a whole number of bytes is exact", "1.5g", "1536Mi"],
    ["a fraction of mebibytes too", "512.5m", "524800Ki"],
    ["a blank before the unit does no harm", "2 Gi", "2Gi"],
  ])("%s", (_sentence, given, expected) =>
    expect(resources(given)).toEqual({ cpu: "1", memory: expected }),
  );

  test.each([
    "",
    "lots",
    "4t",
    "-1g",
    "+1g",
    "1,5g",
    "1e9",
    "0x10",
    "g",
    "Infinity",
    "NaN",
    "1.g",
    ".5g",
    "2Gi2",
    "2Gi\n",
    " 2Gi",
    "٢Gi",
  ])("%j is not an amount", async (given) =>
    expect(await refusal(() => resources(given))).toBe(
      [
        "ConfigError, exit 78",
        `what: memory = ${JSON.stringify(given)} is not an amount of memory`,
        "why: it must be a number of bytes, or a number with Ki, Mi, Gi, k, m or g",
        'remedy: Write, for example, memory = "2Gi".',
      ].join("\n"),
    ),
  );

  test("any whole number of bytes within the limits comes out as the same number", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 512 * 1024 ** 2, max: 4 * 1024 ** 3 }),
        fc.constantFrom(1, 1024, 1024 ** 2, 1024 ** 3),
        (bytes, unit) => {
          const given = Math.min(
            Math.max(Math.round(bytes / unit) * unit, 512 * 1024 ** 2),
            4 * 1024 ** 3,
          );
          const { memory } = resources(String(given));
          const [, number = "", suffix = ""] = /^([0-9]+)(Ki|Mi|Gi)?$/.exec(memory) ?? [];
          const units: Record<string, number> = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 };
          expect(Number(number) * (units[suffix] ?? 1)).toBe(given);
        },
      ),
    ));
});

describe("cpus", () => {
  test.each([
    ["nothing said means one", undefined, "1"],
    ["a whole number stays", "2", "2"],
    ["thousandths are read", "2000m", "2"],
    ["a decimal point is read", "1.0", "1"],
  ])("%s", (_sentence, given, expected) =>
    expect(resources("2Gi", given)).toEqual({ cpu: expected, memory: "2Gi" }),
  );

  test.each([
    ["0", 1],
    ["0.5", 1],
    ["500m", 1],
    ["1.1", 1],
    ["1499m", 1],
    ["1.5", 2],
    ["2.1", 2],
    ["3", 4],
    ["4.2", 4],
    ["5", 6],
    ["6.9", 6],
    ["7", 8],
    ["9", 8],
    ["-1", 1],
    ["many", 1],
    ["NaN", 1],
    ["m", 1],
  ])("%j is refused, and %d is the nearest", async (given, nearest) =>
    expect(await refusal(() => resources("4Gi", given))).toBe(
      [
        "ConfigError, exit 78",
        `what: cpus = ${JSON.stringify(given)} is not a number of CPUs that a job can have`,
        "why: Cloud Run gives a job 1, 2, 4, 6, 8 CPUs",
        `remedy: Write cpus = ${nearest}.`,
      ].join("\n"),
    ),
  );
});

describe("a fraction of a byte is refused for what it is", () => {
  test.each([
    ["0.3Gi", undefined, "322122547.2", "512Mi"],
    ["1.3Gi", undefined, "1395864371.2", "1331Mi"],
    ["512.0001m", undefined, "536871016.8576", "512Mi"],
    ["536870912.5", undefined, "536870912.5", "512Mi"],
    ["4.7g", "1", "5046586572.8", "4Gi"],
    ["40.1g", undefined, "43057047142.4", "32Gi"],
  ])("memory %j with cpus %j", async (memory, cpus, bytes, nearest) =>
    expect(await refusal(() => resources(memory, cpus))).toBe(
      [
        "ConfigError, exit 78",
        `what: memory = "${memory}" is not a whole number of bytes`,
        `why: it is ${bytes} bytes, and Cloud Run has no part of a byte`,
        `remedy: Write memory = "${nearest}".`,
      ].join("\n"),
    ),
  );
});

describe("what is not set is the least that goes with what is, or the usual", () => {
  test.each([
    [undefined, undefined, "1", "2Gi"],
    [undefined, "1", "1", "2Gi"],
    [undefined, "2", "2", "2Gi"],
    [undefined, "4", "4", "2Gi"],
    [undefined, "6", "6", "4Gi"],
    [undefined, "8", "8", "4Gi"],
    ["512Mi", undefined, "1", "512Mi"],
    ["4Gi", undefined, "1", "4Gi"],
    ["4097Mi", undefined, "2", "4097Mi"],
    ["8Gi", undefined, "2", "8Gi"],
    ["16Gi", undefined, "4", "16Gi"],
    ["24Gi", undefined, "6", "24Gi"],
    ["32Gi", undefined, "8", "32Gi"],
  ])("memory %j and cpus %j give %s CPU and %s", (memory, cpus, cpu, given) =>
    expect(resources(memory, cpus)).toEqual({ cpu, memory: given }),
  );

  test.each([
    ["511Mi", "1", "512Mi", "4Gi", "512Mi"],
    ["33Gi", "8", "4Gi", "32Gi", "32Gi"],
  ])("memory %j alone is refused", async (memory, cpu, least, most, nearest) =>
    expect(await refusal(() => resources(memory))).toBe(
      [
        "ConfigError, exit 78",
        `what: memory = "${memory}" does not go with ${cpu} CPU`,
        `why: Cloud Run allows from ${least} to ${most} with ${cpu} CPU`,
        `remedy: Write memory = "${nearest}".`,
      ].join("\n"),
    ),
  );
});

describe("memory and cpus together", () => {
  test.each([
    ["1", "512Mi", "4Gi"],
    ["2", "512Mi", "8Gi"],
    ["4", "2Gi", "16Gi"],
    ["6", "4Gi", "24Gi"],
    ["8", "4Gi", "32Gi"],
  ])("%s CPU takes from %s to %s", (cpu, least, most) =>
    expect([resources(least, cpu), resources(most, cpu)]).toEqual([
      { cpu, memory: least },
      { cpu, memory: most },
    ]),
  );

  test.each([
    ["1", "536870911", "512Mi", "512Mi", "4Gi", ""],
    ["1", "4294967297", "4Gi", "512Mi", "4Gi", ", or cpus = 2"],
    ["2", "511Mi", "512Mi", "512Mi", "8Gi", ""],
    ["2", "8193Mi", "8Gi", "512Mi", "8Gi", ", or cpus = 4"],
    ["4", "2047Mi", "2Gi", "2Gi", "16Gi", ", or cpus = 1"],
    ["4", "16385Mi", "16Gi", "2Gi", "16Gi", ", or cpus = 6"],
    ["6", "4095Mi", "4Gi", "4Gi", "24Gi", ", or cpus = 1"],
    ["6", "24577Mi", "24Gi", "4Gi", "24Gi", ", or cpus = 8"],
    ["8", "4095Mi", "4Gi", "4Gi", "32Gi", ", or cpus = 1"],
    ["8", "32769Mi", "32Gi", "4Gi", "32Gi", ""],
  ])("%s CPU with %s is refused for %s", async (cpu, memory, nearest, least, most, cpus) =>
    expect(await refusal(() => resources(memory, cpu))).toBe(
      [
        "ConfigError, exit 78",
        `what: memory = "${memory}" does not go with ${cpu} CPU`,
        `why: Cloud Run allows from ${least} to ${most} with ${cpu} CPU`,
        `remedy: Write memory = "${nearest}"${cpus}.`,
      ].join("\n"),
    ),
  );

  test("what the remedy says to write is accepted", async () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 70_000 }),
        fc.constantFrom("1", "2", "4", "6", "8"),
        async (mebibytes, cpu) => {
          const text = await refusal(() => resources(`${mebibytes}Mi`, cpu));
          const memory = /Write memory = "([^"]+)"/.exec(text)?.[1] ?? `${mebibytes}Mi`;
          const other = /or cpus = ([0-9])/.exec(text)?.[1];
          expect(resources(memory, cpu).cpu).toBe(cpu);
          if (other !== undefined) expect(resources(`${mebibytes}Mi`, other).cpu).toBe(other);
        },
      ),
    ));
});
