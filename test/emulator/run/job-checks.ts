import type { StatusName } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";
import type { Project } from "../core/platform.ts";
import { findImage } from "../images/find-image.ts";
import { envSecretsOf, fileSecretsOf } from "./container-secrets.ts";
import { isHostImage } from "./host-image.ts";
import type { RunContext } from "./run-context.ts";
import { accessSecret } from "./secret-access.ts";

/** Why a job does not become Ready, and how its operation ends then. */
export type CheckFailure = {
  readonly status: StatusName;
  readonly message: string;
  /** google.cloud.run.v2.Condition.CommonReason */
  readonly reason:
    | "SECRETS_ACCESS_CHECK_FAILED"
    | "CONTAINER_MISSING"
    | "CONTAINER_PERMISSION_DENIED";
};

/** The checks that Cloud Run makes after it has answered CreateJob. */
export function findCheckFailure(
  context: RunContext,
  project: Project,
  template: Json,
): CheckFailure | undefined {
  return (
    findSecretFailure(context, project, template) ?? findImageFailure(context, project, template)
  );
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

function findImageFailure(
  context: RunContext,
  project: Project,
  template: Json,
): CheckFailure | undefined {
  const images: string[] = template.containers.map((container: Json) => container.image);
  for (const image of images.filter((each) => !isHostImage(each))) {
    const found = findImage(context, image, project);
    if (!("problem" in found)) continue;
    const { status, problem: message } = found;
    const isDenied = status === "PERMISSION_DENIED";
    return {
      ...{ status, message },
      reason: isDenied ? "CONTAINER_PERMISSION_DENIED" : "CONTAINER_MISSING",
    };
  }
  return undefined;
}
