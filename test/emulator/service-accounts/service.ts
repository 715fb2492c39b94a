import type { AccessTokens } from "../core/auth/access-tokens.ts";
import { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json, Service } from "../core/handler.ts";
import { heldPermissions, readPolicy, writePolicy } from "../core/iam/policy-methods.ts";
import type { Platform, Project } from "../core/platform.ts";
import { listReply, pageOf } from "../secret-manager/page.ts";
import { accountOf, resourceNameOf, toResource } from "./account-name.ts";

const IAM = "google.iam.admin.v1.IAM";
// iam.proto, ListServiceAccountsRequest.page_size
const LIST_LIMITS = { defaultSize: 20, largestSize: 100 };
const LONGEST_LIFE_S = 3600;

/** IAM v1 for service accounts: get, list and policies. Nothing creates one; they come from the seed. */
export function serviceAccountsService(platform: Platform): Service {
  return {
    unary: {
      [`${IAM}.ListServiceAccounts`]: (request, call) => listAccounts(platform, request, call),
      [`${IAM}.GetServiceAccount`]: (request, { authorize }) => {
        const permission = "iam.serviceAccounts.get";
        return toResource(accountOf(platform, request.name, { permission, authorize }));
      },
      [`${IAM}.DisableServiceAccount`]: (request, call) =>
        setDisabled(platform, request, { call, disabled: true }),
      [`${IAM}.EnableServiceAccount`]: (request, call) =>
        setDisabled(platform, request, { call, disabled: false }),
      [`${IAM}.GetIamPolicy`]: (request, { authorize }) => {
        const permission = "iam.serviceAccounts.getIamPolicy";
        const account = accountOf(platform, request.resource, { permission, authorize });
        const version = request.options?.requestedPolicyVersion ?? 0;
        return readPolicy(platform, resourceNameOf(account), version);
      },
      [`${IAM}.SetIamPolicy`]: (request, { authorize }) => {
        const permission = "iam.serviceAccounts.setIamPolicy";
        const account = accountOf(platform, request.resource, { permission, authorize });
        return writePolicy(platform, resourceNameOf(account), request.policy ?? {});
      },
      [`${IAM}.TestIamPermissions`]: (request, { principal }) => {
        const account = accountOf(platform, request.resource, {
          permission: "",
          authorize: () => undefined,
        });
        const permissions: string[] = request.permissions ?? [];
        const resource = resourceNameOf(account);
        return heldPermissions(platform, { principal, resource, permissions });
      },
    },
  };
}

// rest/v1/projects.serviceAccounts/disable and …/enable: an account that is so already stays so.
function setDisabled(
  platform: Platform,
  request: Json,
  { call, disabled }: { call: CallContext; disabled: boolean },
): Json {
  const permission = `iam.serviceAccounts.${disabled ? "disable" : "enable"}`;
  const asked = { permission, authorize: call.authorize };
  const { email } = accountOf(platform, request.name, asked);
  platform.identities.setDisabled(email, disabled);
  return {};
}

function listAccounts(platform: Platform, request: Json, call: CallContext): Json {
  const idOrNumber = /^projects\/([^/]+)$/.exec(String(request.name))?.[1] ?? "";
  const project = platform.findProject(idOrNumber);
  call.authorize("iam.serviceAccounts.list", `projects/${project?.number ?? idOrNumber}`);
  if (project === undefined)
    throw new GoogleError("NOT_FOUND", `Unknown project id: ${idOrNumber}`);
  const owned = platform.identities
    .accounts()
    .filter(({ email }) => platform.identities.ownerOf(email)?.number === project.number)
    .map(({ email }, index, all) => ({
      ...{ email, project, sequence: all.length - index },
      disabled: platform.identities.isDisabled(email),
    }));
  const { items, nextPageToken } = pageOf(owned, request, LIST_LIMITS);
  return listReply("accounts", items.map(toResource), nextPageToken);
}

type CredentialsNeeds = {
  readonly accessTokens: AccessTokens;
  /** Throws PERMISSION_DENIED when the project has not enabled the API. */
  checkService(project: Project, host: string): void;
};

/** IAM Credentials v1: a short-lived token of another account (impersonation). */
export function credentialsService(
  platform: Platform,
  { accessTokens, checkService }: CredentialsNeeds,
): Service {
  return {
    unary: {
      "google.iam.credentials.v1.IAMCredentials.GenerateAccessToken": (request, { authorize }) => {
        const permission = "iam.serviceAccounts.getAccessToken";
        const { email, project } = accountOf(platform, request.name, { permission, authorize });
        checkService(project, "iamcredentials.googleapis.com");
        const scopes: string[] = request.scope ?? [];
        if (scopes.length === 0) throw invalid("scope must not be empty.");
        if ((request.delegates ?? []).length > 0)
          throw new GoogleError("UNIMPLEMENTED", "The emulator does not model delegates.");
        const expiresAtMs = platform.clock.now() + lifetimeOf(request) * 1000;
        return {
          accessToken: accessTokens.issue({ email, scopes, expiresAtMs }),
          expireTime: new Date(expiresAtMs).toISOString(),
        };
      },
    },
  };
}

function lifetimeOf(request: Json): number {
  const seconds = Number(String(request.lifetime ?? `${LONGEST_LIFE_S}s`).replace(/s$/, ""));
  if (seconds > 0 && seconds <= LONGEST_LIFE_S) return seconds;
  throw invalid(`lifetime must be positive and at most ${LONGEST_LIFE_S} seconds.`);
}

const invalid = (message: string): GoogleError => new GoogleError("INVALID_ARGUMENT", message);
