import type { AgentConfig, CloudConfig, VpcConfig } from "../config/config.ts";
import type { Credential } from "../credentials/credential.ts";
import type { Job, VpcAccess } from "../gcp/types.ts";
import { canonicalHash } from "./canonical.ts";
import { environment, type Injection } from "./environment.ts";
import { userLabels } from "./labels.ts";
import { AGENT_ANNOTATION, AGENT_LABEL, MANAGED_BY, SPEC_ANNOTATION } from "./ownership.ts";
import { cloudRunResources } from "./resources.ts";
import type { Pins, SecretTimes } from "./secret-plan.ts";
import { credentialVolume } from "./volumes.ts";

/** A job that is complete and will never change: its id says which agent and which spec it is. */
export type JobPlan = {
  readonly jobId: string;
  /** SHA-256 over everything that matters, in hex. */
  readonly specHash: string;
  readonly job: Job;
};

export type JobInput = {
  readonly agent: AgentConfig;
  readonly cloud: CloudConfig;
  readonly credentials: readonly Credential[];
  readonly injections: readonly Injection[];
  readonly pins: Pins;
  /** When Google created the pinned secrets: a number of a secret that was made anew means another value, so its job is another one. */
  readonly createdAt?: SecretTimes;
};

/** Service ids stop below 50 characters; execution names append six more (`-` and five). */
const MAX_JOB_ID = 49;
const HASH_LENGTH = 8;

/**
 * Builds the job of an agent.
 * @throws ConfigError or DataError for what Cloud Run would refuse
 */
export function planJob(input: JobInput): JobPlan {
  const labels = {
    ...userLabels(input.cloud.labels),
    [MANAGED_BY.key]: MANAGED_BY.value,
    [AGENT_LABEL]: slug(input.agent.name, 63),
  };
  const template = taskTemplate(input);
  const secrets = Object.fromEntries(input.createdAt ?? []);
  const specHash = canonicalHash({ agent: input.agent.name, labels, template, secrets });
  const marks = {
    labels,
    annotations: { [AGENT_ANNOTATION]: input.agent.name, [SPEC_ANNOTATION]: specHash },
  };
  const job: Job = { ...marks, template: { ...marks, taskCount: 1, template } };
  return { jobId: jobId(input.agent.name, specHash), specHash, job };
}

function taskTemplate({ agent, cloud, credentials, injections, pins }: JobInput) {
  const prefix = cloud.secretPrefix;
  const { image, command, args, memory, cpus, env } = agent.container;
  const volumes = credentials.map((credential) => credentialVolume(credential, { prefix, pins }));
  const limits = cloudRunResources({ memory: memory ?? cloud.memory, cpus: cpus ?? cloud.cpus });
  return {
    serviceAccount: cloud.serviceAccount,
    // Absent would mean three retries: an agent with side effects would run up to four times.
    maxRetries: 0,
    timeout: { seconds: agent.timeoutSeconds },
    ...(cloud.vpc === undefined ? {} : { vpcAccess: vpcAccess(cloud.vpc) }),
    ...(cloud.encryptionKey === undefined ? {} : { encryptionKey: cloud.encryptionKey }),
    volumes: volumes.map(({ volume }) => volume),
    containers: [
      {
        image,
        command: [...command],
        args: [...args],
        env: environment({ literals: env, injections, prefix, pins }),
        resources: { limits: { ...limits } },
        volumeMounts: volumes.map(({ mount }) => mount),
      },
    ],
  };
}

const EGRESS = {
  "all-traffic": "ALL_TRAFFIC",
  "private-ranges-only": "PRIVATE_RANGES_ONLY",
} as const;

function vpcAccess({ connector, network, subnetwork, tags, egress }: VpcConfig): VpcAccess {
  if (connector !== undefined) return { connector, egress: EGRESS[egress] };
  const own = { network: network ?? null, subnetwork: subnetwork ?? null, tags: [...tags] };
  return { networkInterfaces: [own], egress: EGRESS[egress] };
}

const jobId = (agent: string, specHash: string): string =>
  `al-${slug(agent, MAX_JOB_ID - HASH_LENGTH - 4)}-${specHash.slice(0, HASH_LENGTH)}`;

/** Lower-case letters, digits and single dashes; the spec hash covers the whole name. */
function slug(name: string, length: number): string {
  const text = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, length)
    .replace(/-+$/, "");
  return text === "" ? "agent" : text;
}
