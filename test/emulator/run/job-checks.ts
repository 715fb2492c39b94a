import type { StatusName } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";
import type { Project } from "../core/platform.ts";
import { envSecretsOf, fileSecretsOf } from "./container-secrets.ts";
import type { RunContext } from "./run-context.ts";
import { accessSecret } from "./secret-access.ts";

/** Why a job does not become Ready, and how its operation ends then. */
export type CheckFailure = {
  readonly status: StatusName;
  readonly message: string;
  /** google.cloud.run.v2.Condition.CommonReason */
  readonly reason: "SECRETS_ACCESS_CHECK_FAILED" | "CONTAINER_MISSING";
};

/** The checks that Cloud Run makes after it has answered CreateJob. */
export function findCheckFailure(
  context: RunContext,
  project: Project,
  template: Json,
): CheckFailure | undefined {
  return findSecretFailure(context, project, template) ?? findImageFailure(template);
}

// https://cloud.google.com/run/docs/configuring/services/secrets: every secret is checked at job creation, mounted
// ones too. The job and the condition stay (hashicorp/terraform-provider-google#15088).
function findSecretFailure(
  context: RunContext,
  project: Project,
  template: Json,
): CheckFailure | undefined {
  const containers: Json[] = template.containers;
  const volumes: Json[] = template.volumes ?? [];
  const { platform } = context;
  const references = [
    ...containers.flatMap((container, index) =>
      envSecretsOf(platform, project, { container, index }),
    ),
    ...volumes.flatMap((volume, index) => fileSecretsOf(platform, project, { volume, index })),
  ];
  const problems = references.flatMap(({ place, reference }) => {
    const access = accessSecret(context, reference, template.serviceAccount);
    return "problem" in access ? [`${place}: ${access.problem}`] : [];
  });
  if (problems.length === 0) return undefined;
  return {
    status: "FAILED_PRECONDITION",
    message: problems.join("\n"),
    reason: "SECRETS_ACCESS_CHECK_FAILED",
  };
}

function findImageFailure(template: Json): CheckFailure | undefined {
  const images: string[] = template.containers.map((container: Json) => container.image);
  const absent = images.find((image) => !isKnownImage(image));
  if (absent === undefined) return undefined;
  return {
    status: "NOT_FOUND",
    message: `Image '${absent}' not found.`,
    reason: "CONTAINER_MISSING",
  };
}

/** `host.local/…` stands for this machine's own file system and is always there. */
const isKnownImage = (image: string): boolean => image.startsWith("host.local/");
