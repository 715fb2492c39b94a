import { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json, UnaryHandler } from "../core/handler.ts";
import type { Platform } from "../core/platform.ts";
import { checkEtag } from "./etag.ts";
import { expireTimeOf } from "./expiry.ts";
import { checkAliases, checkAnnotations, checkLabels } from "./labels.ts";
import { parseListFilter } from "./list-filter.ts";
import {
  isSecretId,
  parseProject,
  parseSecretName,
  type SecretName,
  secretNameIn,
} from "./names.ts";
import { listReply, pageOf } from "./page.ts";
import type { Secret, SecretFields } from "./secret.ts";
import type { SecretStore } from "./secret-store.ts";
import { parseUpdateMask, type UpdatablePath } from "./update-mask.ts";

// service.proto, ListSecretsRequest.page_size: at most 25,000; how many come when it is 0 is the server's choice.
export const LIST_LIMITS = { defaultSize: 100, largestSize: 25_000 };

// Fields with effects that nothing here has; to drop them silently would be a lie.
const NOT_MODELLED = [
  "topics",
  "rotation",
  "versionDestroyTtl",
  "customerManagedEncryption",
  "tags",
];

/** CreateSecret, GetSecret, ListSecrets, UpdateSecret, DeleteSecret. */
export function secretHandlers(
  platform: Platform,
  store: SecretStore,
): Readonly<Record<string, UnaryHandler>> {
  return {
    CreateSecret: (request, call) => createSecret(platform, store, request, call),
    GetSecret: (request, call) => {
      const name = parseSecretName(platform, request.name);
      call.authorize("secretmanager.secrets.get", name.name);
      return getSecret(platform, store, name).toResource();
    },
    ListSecrets: (request, call) => listSecrets(platform, store, request, call),
    UpdateSecret: (request, call) => updateSecret(platform, store, request, call),
    DeleteSecret: (request, call) => {
      const name = parseSecretName(platform, request.name);
      call.authorize("secretmanager.secrets.delete", name.name);
      checkEtag(request.etag, getSecret(platform, store, name).etag);
      store.remove(name.name);
      return {};
    },
  };
}

/** The secret, or Google's NOT_FOUND. */
export function getSecret(platform: Platform, store: SecretStore, name: SecretName): Secret {
  const secret = store.find(name.name, platform.clock.now());
  if (secret === undefined) throw new GoogleError("NOT_FOUND", `Secret [${name.name}] not found.`);
  return secret;
}

/**
 * Whether lists show it yet: they are eventually consistent
 * (https://docs.cloud.google.com/secret-manager/regional-secrets/reference/consistency).
 */
export const isListed = (platform: Platform, resource: { createdAt: number }): boolean =>
  resource.createdAt + platform.listDelayMs <= platform.clock.now();

function createSecret(
  platform: Platform,
  store: SecretStore,
  request: Json,
  call: CallContext,
): Json {
  const project = parseProject(platform, request.parent);
  // Creation is authorised on the project (REST reference, projects.secrets.create), so name conditions cannot bound it.
  call.authorize("secretmanager.secrets.create", `projects/${project.number}`);
  if (!request.secretId) throw invalid("Secret ID must be provided.");
  if (!isSecretId(request.secretId)) throw invalid(`Secret ID [${request.secretId}] is not valid.`);
  const { name } = secretNameIn(project, request.secretId);
  const createdAt = platform.clock.now();
  const fields = newFields(request.secret ?? {}, createdAt);
  if (store.find(name, createdAt) !== undefined) {
    throw new GoogleError("ALREADY_EXISTS", `Secret [${name}] already exists.`);
  }
  return store.add({ name, projectNumber: project.number, createdAt, fields }).toResource();
}

function newFields(secret: Json, now: number): SecretFields {
  refuseNotModelled(secret);
  const { automatic, userManaged } = secret.replication ?? {};
  if (automatic === undefined && userManaged === undefined) {
    throw invalid("Secret.replication must be provided.");
  }
  if (secret.versionAliases !== undefined) {
    throw invalid("Aliases cannot be assigned to versions that don't exist");
  }
  checkLabels(secret.labels ?? {});
  checkAnnotations(secret.annotations ?? {});
  const expireTime = expireTimeOf(secret, now);
  return {
    replication: secret.replication,
    ...(secret.labels !== undefined && { labels: secret.labels }),
    ...(secret.annotations !== undefined && { annotations: secret.annotations }),
    ...(expireTime !== undefined && { expireTime }),
  };
}

function listSecrets(
  platform: Platform,
  store: SecretStore,
  request: Json,
  call: CallContext,
): Json {
  const project = parseProject(platform, request.parent);
  call.authorize("secretmanager.secrets.list", `projects/${project.number}`);
  const accepts = parseListFilter(request.filter);
  const secrets = store
    .listOf(project.number, platform.clock.now())
    .filter((secret) => isListed(platform, secret) && accepts(secret.toResource()));
  const { items, nextPageToken } = pageOf(secrets, request, LIST_LIMITS);
  const reply = listReply(
    "secrets",
    items.map((secret) => secret.toResource()),
    nextPageToken,
  );
  // service.proto, ListSecretsResponse.total_size: 0 when a filter is set.
  const totalSize = request.filter ? 0 : secrets.length;
  return { ...reply, ...(totalSize > 0 && { totalSize }) };
}

function updateSecret(
  platform: Platform,
  store: SecretStore,
  request: Json,
  call: CallContext,
): Json {
  const body: Json = request.secret ?? {};
  const name = parseSecretName(platform, body.name);
  call.authorize("secretmanager.secrets.update", name.name);
  const secret = getSecret(platform, store, name);
  checkEtag(body.etag, secret.etag);
  const mask = parseUpdateMask(request.updateMask);
  secret.fields = changedFields({ secret, body, mask, now: platform.clock.now() });
  secret.etag = store.nextEtag(platform.clock.now());
  return secret.toResource();
}

/** A field named in the mask but absent from the body is cleared; maps are replaced whole. */
function changedFields(change: {
  secret: Secret;
  body: Json;
  mask: ReadonlySet<UpdatablePath>;
  now: number;
}): SecretFields {
  const { secret, body, mask } = change;
  const changed: Json = { ...secret.fields };
  for (const path of mask) {
    if (path === "ttl" || path === "expireTime") {
      changed.expireTime = expireTimeOf({ [path]: body[path] }, change.now);
    } else changed[path] = body[path];
    if (changed[path === "ttl" ? "expireTime" : path] === undefined) {
      delete changed[path === "ttl" ? "expireTime" : path];
    }
  }
  if (mask.has("labels")) checkLabels(body.labels ?? {});
  if (mask.has("annotations")) checkAnnotations(body.annotations ?? {});
  if (mask.has("versionAliases")) {
    const numbers = new Set(secret.versions.map((version) => String(version.number)));
    checkAliases(body.versionAliases ?? {}, numbers);
  }
  return changed as SecretFields;
}

function refuseNotModelled(secret: Json): void {
  for (const field of NOT_MODELLED) {
    if (secret[field] === undefined) continue;
    throw new GoogleError("UNIMPLEMENTED", `The emulator does not model Secret.${field}.`);
  }
}

const invalid = (message: string): GoogleError => new GoogleError("INVALID_ARGUMENT", message);
