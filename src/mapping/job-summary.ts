import type { EnvVar, Job, Volume, VpcAccess } from "../gcp/types.ts";

/** What a job says, one line a setting: readable, and in the same words whether it was planned or read from Cloud Run. */
export type JobSummary = ReadonlyMap<string, string>;

/** Every setting of ours in a job of one container. */
export function summarise({ labels, template }: Job): JobSummary {
  const task = template?.template;
  const container = task?.containers?.[0];
  const entries: [string, string | undefined][] = [
    ["image", container?.image ?? undefined],
    ["command", words(container?.command)],
    ["args", words(container?.args)],
    ["cpu", container?.resources?.limits?.cpu],
    ["memory", container?.resources?.limits?.memory],
    ["timeout", task?.timeout ? `${task.timeout.seconds}s` : undefined],
    ["service account", task?.serviceAccount ?? undefined],
    ["encryption key", task?.encryptionKey || undefined],
    ["network", network(task?.vpcAccess)],
    ...Object.entries(labels ?? {}).map(
      ([key, value]) => [`label ${key}`, value] as [string, string],
    ),
    ...(container?.env ?? []).map(variable),
    ...(task?.volumes ?? []).flatMap((volume) =>
      files(volume, mountPath(task?.containers, volume)),
    ),
  ];
  return new Map(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** `+`, `-` and `~` lines; empty when nothing differs. */
export function diffSummaries(before: JobSummary, after: JobSummary): string[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
  return keys.flatMap((key) => {
    const [old, next] = [before.get(key), after.get(key)];
    if (old === next) return [];
    if (old === undefined) return [`+ ${key}: ${next}`];
    return next === undefined ? [`- ${key}: ${old}`] : [`~ ${key}: ${old} → ${next}`];
  });
}

const words = (list: readonly string[] | null | undefined): string | undefined =>
  list && list.length > 0 ? JSON.stringify(list) : undefined;

/** Google's client fills in empty texts and lists for what is not set; a plan has none. */
function network(access: VpcAccess | null | undefined): string | undefined {
  if (!access) return undefined;
  const interfaces = (access.networkInterfaces ?? []).flatMap(({ network, subnetwork, tags }) => [
    network && `network ${network}`,
    subnetwork && `subnetwork ${subnetwork}`,
    tags && tags.length > 0 && `tags ${tags.join(" ")}`,
  ]);
  const parts = [
    access.connector && `connector ${access.connector}`,
    ...interfaces,
    access.egress && `egress ${access.egress}`,
  ];
  return parts.filter(Boolean).join(", ");
}

function variable({ name, value, valueSource }: EnvVar): [string, string] {
  const source = valueSource?.secretKeyRef;
  const text = source ? `${source.secret} version ${source.version}` : JSON.stringify(value ?? "");
  return [`env ${name}`, text];
}

type Containers = NonNullable<NonNullable<NonNullable<Job["template"]>["template"]>["containers"]>;

const mountPath = (containers: Containers | null | undefined, { name }: Volume): string =>
  containers?.[0]?.volumeMounts?.find((mount) => mount.name === name)?.mountPath ?? "";

const files = ({ secret }: Volume, directory: string): [string, string][] =>
  (secret?.items ?? []).map(({ path, version }) => [
    `file ${directory}/${path}`,
    `${secret?.secret} version ${version}`,
  ]);
