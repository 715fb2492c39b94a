import type { Json } from "../core/handler.ts";
import type { ContainerRun, Mount, MountedFile } from "../executor/executor.ts";
import { findImage, type RunnableImage } from "../images/find-image.ts";
import { imageProcess } from "../images/image-process.ts";
import { envSecretsOf, fileSecretsOf } from "./container-secrets.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { isHostImage } from "./host-image.ts";
import type { RunContext } from "./run-context.ts";
import { accessSecret, type SecretAccess } from "./secret-access.ts";
import type { SecretReference } from "./secret-reference.ts";

/** What to run, or why it cannot be started. */
export type Preparation = Prepared | { readonly problem: string };

export type Prepared = { readonly run: ContainerRun; readonly pushed?: PushedImage };

/** An image whose files are to become the root, and the user that it names. */
export type PushedImage = { readonly image: RunnableImage; readonly user: string };

type Attempt = { execution: ExecutionRecord; taskIndex: number; attempt: number };

/** Resolves secrets, environment and mounts, anew for each attempt: an attempt is a fresh instance. */
export function prepareContainer(context: RunContext, attempt: Attempt): Preparation {
  const { template } = attempt.execution.resource;
  const container: Json = template.containers[0];
  const problems: string[] = [];
  const read = (place: string, reference: SecretReference): Buffer => {
    const access: SecretAccess = accessSecret(context, reference, template.serviceAccount);
    if ("payload" in access) return access.payload;
    problems.push(`${place}: ${access.problem}`);
    return Buffer.alloc(0);
  };
  const env = environmentOf(context, attempt, read);
  const mounts = mountsOf(context, attempt, read);
  if (problems.length > 0) return { problem: problems.join("\n") };
  const { image } = container;
  if (!isHostImage(image)) return prepareImage(context, attempt, { image, env, mounts });
  const argv = [...(container.command ?? []), ...(container.args ?? [])];
  const { workingDir } = container;
  return { run: { image, argv, env, mounts, ...(workingDir && { workingDir }) } };
}

function prepareImage(
  context: RunContext,
  { execution }: Attempt,
  run: Pick<ContainerRun, "image" | "env" | "mounts">,
): Preparation {
  const found = findImage(context, run.image, execution.resourceName.project);
  if ("problem" in found) return { problem: found.problem };
  const container: Json = execution.resource.template.containers[0];
  const { user, argv, workingDir, env } = imageProcess(found.config, container);
  return {
    run: { ...run, argv, workingDir, env: { ...env, ...run.env } },
    pushed: { image: found, user },
  };
}

type Read = (place: string, reference: SecretReference) => Buffer;

function environmentOf(context: RunContext, attempt: Attempt, read: Read): Record<string, string> {
  const { execution } = attempt;
  const container: Json = execution.resource.template.containers[0];
  const { project } = execution.resourceName;
  const env: Record<string, string> = {};
  // Of literals with one name the last wins (gcloud, generated run_v1_messages.py, Container.env).
  for (const variable of container.env ?? []) env[variable.name] = variable.value ?? "";
  for (const secret of envSecretsOf(context.platform, project, { container, index: 0 })) {
    env[secret.name] = read(secret.place, secret.reference).toString("utf8");
  }
  // https://cloud.google.com/run/docs/container-contract
  return {
    ...env,
    CLOUD_RUN_JOB: execution.jobId,
    CLOUD_RUN_EXECUTION: execution.id,
    CLOUD_RUN_TASK_INDEX: String(attempt.taskIndex),
    CLOUD_RUN_TASK_ATTEMPT: String(attempt.attempt),
    CLOUD_RUN_TASK_COUNT: String(execution.resource.taskCount),
  };
}

function mountsOf(context: RunContext, { execution }: Attempt, read: Read): Mount[] {
  const { template } = execution.resource;
  const volumes: Json[] = template.volumes ?? [];
  const mounts: Json[] = template.containers[0].volumeMounts ?? [];
  return mounts.map((mount) => {
    const index = volumes.findIndex((volume) => volume.name === mount.name);
    const volume = volumes[index] ?? {};
    const files = fileSecretsOf(context.platform, execution.resourceName.project, {
      volume,
      index,
    });
    return {
      path: mount.mountPath,
      files: files.map(
        ({ path, mode, place, reference }): MountedFile => ({
          path,
          mode,
          bytes: read(place, reference),
        }),
      ),
    };
  });
}
