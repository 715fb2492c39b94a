import type { Json } from "../core/handler.ts";
import type { Violations } from "./violations.ts";

const MI = 2 ** 20;
const GI = 2 ** 30;
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: MI,
  Gi: GI,
  Ti: 2 ** 40,
};

// https://cloud.google.com/run/docs/configuring/jobs/cpu and …/jobs/memory-limits, second generation.
const MEMORY_BY_CPU: Readonly<Record<number, { least: string; most: string }>> = {
  1: { least: "512Mi", most: "4Gi" },
  2: { least: "512Mi", most: "8Gi" },
  4: { least: "2Gi", most: "16Gi" },
  6: { least: "4Gi", most: "24Gi" },
  8: { least: "4Gi", most: "32Gi" },
};

/** Checks cpu and memory of one container, after the defaults were filled in. */
export function checkResources(limits: Json, container: number, violations: Violations): void {
  const at = `job.template.template.containers[${container}].resources.limits`;
  for (const name of Object.keys(limits)) {
    if (name === "cpu" || name === "memory" || name === "nvidia.com/gpu") continue;
    violations.add(at, `'${name}' is not a supported resource limit.`);
  }
  const cpu = cpuOf(String(limits.cpu));
  const range = cpu === undefined ? undefined : MEMORY_BY_CPU[cpu];
  if (cpu === undefined || range === undefined) {
    violations.add(`${at}.cpu`, "Invalid value specified for cpu. Supported: 1, 2, 4, 6, 8.");
    return;
  }
  checkMemory({ memory: String(limits.memory), cpu, range, container }, violations);
}

function checkMemory(
  asked: { memory: string; cpu: number; range: { least: string; most: string }; container: number },
  violations: Violations,
): void {
  const { cpu, range, container } = asked;
  const field = `job.template.template.containers[${container}].resources.limits.memory`;
  // The path in these two texts is what real replies show (hashicorp/terraform-provider-google, MarkEdmondson1234/googleCloudRunner#137).
  const path = `template.template.containers[${container}].limits.memory`;
  const memory = bytesOf(asked.memory);
  if (memory === undefined) {
    violations.add(field, "is not a valid quantity.");
  } else if (memory < 512 * MI) {
    violations.addAs(
      field,
      path,
      "Invalid value specified for memory. Total memory < 512 Mi is not supported with gen2 execution environment with cpu always allocated (unthrottled).",
    );
  } else if (memory < (bytesOf(range.least) ?? 0) || memory > (bytesOf(range.most) ?? 0)) {
    violations.addAs(
      field,
      path,
      `Invalid value specified for memory with gen2 execution environment. For ${cpu}.0 CPU, memory must be between ${range.least} and ${range.most} inclusive.`,
    );
  }
}

/** `1`, `1.0` and `1000m` are one CPU. */
function cpuOf(quantity: string): number | undefined {
  const [, number, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(quantity) ?? [];
  return number === undefined ? undefined : Number(number) / (milli === "m" ? 1000 : 1);
}

function bytesOf(quantity: string): number | undefined {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(quantity) ?? [];
  const factor = UNITS[unit];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}
