import { projectId, region, serviceAccount } from "../config/google-names.ts";
import { UsageError } from "../errors.ts";
import { artifactRepository } from "../mapping/artifact-image.ts";
import type { GcpInitOptions } from "./gcp-asking.ts";

/** Why a text is not taken; undefined where it is. The prompts ask with the same sentences. */
type Check = (text: string) => string | undefined;

const bySchema =
  (schema: typeof projectId): Check =>
  (text) =>
    schema.safeParse(text).error?.issues[0]?.message;

export const checkProject: Check = bySchema(projectId);
export const checkRegion: Check = bySchema(region);
export const checkAccount: Check = bySchema(serviceAccount);
const checkRepository: Check = (text) =>
  artifactRepository(text) === undefined
    ? "is not a repository's address, <region>-docker.pkg.dev/<project>/<repository>"
    : undefined;

/** @throws UsageError for a value that nothing can be made of, and for flags of which one would be ignored */
export function checkFlags(options: GcpInitOptions): void {
  const { gcpProject, serviceAccount: account, artifactRegistry } = options;
  requireValue("--gcp-project", gcpProject, { check: checkProject, example: "my-project" });
  requireValue("--region", options.region, { check: checkRegion, example: "us-central1" });
  requireValue("--service-account", account, { check: checkAccount, example: RUNNER });
  requireValue("--impersonate", options.impersonate, { check: checkAccount, example: CONTROLLER });
  requireValue("--artifact-registry", artifactRegistry, {
    check: checkRepository,
    example: "us-central1-docker.pkg.dev/my-project/al-agents",
  });
  refuseContradictions(options);
}

const RUNNER = "al-runner@my-project.iam.gserviceaccount.com";
const CONTROLLER = "al-controller@my-project.iam.gserviceaccount.com";

function requireValue(
  flag: string,
  value: string | undefined,
  { check, example }: { readonly check: Check; readonly example: string },
): void {
  const complaint = value === undefined ? undefined : check(value);
  if (complaint === undefined) return;
  throw new UsageError({
    what: `${flag} ${JSON.stringify(value)} ${complaint}`,
    remedy: `Give, for example: al gcp init ${flag} ${example}`,
  });
}

function refuseContradictions({ auth, ...options }: GcpInitOptions): void {
  const { keyFile, impersonate, serviceAccount: account, runners, printTerraform } = options;
  if (keyFile !== undefined && printTerraform)
    throw contradiction("--key-file", "--print-terraform", {
      why: "no key is stored then",
      remedy:
        "Store it when the project is ready: al gcp init --key-file <path>. To have Terraform make a key: al gcp init --print-terraform --auth key",
    });
  if (options.member !== undefined && !printTerraform)
    throw contradiction("--member", "writing [cloud]", {
      why: "who may act as al's account is granted by Terraform",
      remedy: "al gcp init --print-terraform --member user:you@example.com",
    });
  if (keyFile !== undefined && (impersonate !== undefined || (auth ?? "key") !== "key"))
    throw contradiction(
      "--key-file",
      impersonate === undefined ? `--auth ${auth}` : "--impersonate",
      { why: "no key is used then" },
    );
  if (impersonate !== undefined && (auth ?? "impersonate") !== "impersonate")
    throw contradiction("--impersonate", `--auth ${auth}`, {
      why: "no other account is acted as then",
    });
  if (account !== undefined && runners === "per-agent")
    throw contradiction("--service-account", "--runners per-agent", {
      why: "it is one account for all",
    });
}

const contradiction = (
  one: string,
  other: string,
  { why, remedy }: { readonly why: string; readonly remedy?: string },
): UsageError =>
  new UsageError({
    what: `${one} and ${other} do not go together`,
    why,
    remedy: remedy ?? `Leave one of them out: al gcp init ${one} <value>`,
  });
