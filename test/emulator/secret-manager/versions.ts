import { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json, UnaryHandler } from "../core/handler.ts";
import type { Platform } from "../core/platform.ts";
import { crc32c } from "./crc32c.ts";
import { checkEtag } from "./etag.ts";
import { parseListFilter } from "./list-filter.ts";
import { parseSecretName, parseVersionName, type VersionName } from "./names.ts";
import { listReply, pageOf } from "./page.ts";
import type { SecretStore } from "./secret-store.ts";
import type { SecretVersion } from "./secret-version.ts";
import { getSecret, isListed, LIST_LIMITS } from "./secrets.ts";

// resources.proto, SecretPayload.data: no larger than 64 KiB.
const LARGEST_PAYLOAD_BYTES = 65_536;

type Needs = { platform: Platform; store: SecretStore };

/** AddSecretVersion, and everything one can do with a version. */
export function versionHandlers(
  platform: Platform,
  store: SecretStore,
): Readonly<Record<string, UnaryHandler>> {
  const needs = { platform, store };
  return {
    AddSecretVersion: (request, call) => addVersion(needs, request, call),
    ListSecretVersions: (request, call) => listVersions(needs, request, call),
    GetSecretVersion: (request, call) => {
      const name = parseVersionName(platform, request.name);
      call.authorize("secretmanager.versions.get", name.versionName);
      return resolveVersion(needs, name).toResource();
    },
    AccessSecretVersion: (request, call) => accessVersion(needs, request, call),
    EnableSecretVersion: stateChange(needs, "enable", (version) => version.enable()),
    DisableSecretVersion: stateChange(needs, "disable", (version) => version.disable()),
    DestroySecretVersion: stateChange(needs, "destroy", (version, now) => version.destroy(now)),
  };
}

function addVersion({ platform, store }: Needs, request: Json, call: CallContext): Json {
  const name = parseSecretName(platform, request.parent);
  call.authorize("secretmanager.versions.add", name.name);
  const secret = getSecret(platform, store, name);
  const payload = payloadOf(request);
  const createdAt = platform.clock.now();
  const version = secret.addVersion({
    sequence: store.nextSequence(),
    createdAt,
    etag: store.nextEtag(createdAt),
    payload,
    checksumGiven: request.payload.dataCrc32c !== undefined,
  });
  return version.toResource();
}

function payloadOf(request: Json): Buffer {
  // hashicorp/terraform-provider-google#8766
  if (request.payload === undefined) throw invalid("Field [payload] is required.");
  const data = Buffer.from(String(request.payload.data ?? ""), "base64");
  if (data.length === 0) throw invalid("SecretPayload.data must not be empty.");
  if (data.length > LARGEST_PAYLOAD_BYTES) {
    throw invalid(`SecretPayload.data must not exceed ${LARGEST_PAYLOAD_BYTES} bytes.`);
  }
  const given = request.payload.dataCrc32c;
  if (given !== undefined && String(given) !== String(crc32c(data))) {
    throw invalid("Provided SecretPayload.data crc32c does not match calculated crc32c.");
  }
  return data;
}

function listVersions({ platform, store }: Needs, request: Json, call: CallContext): Json {
  const name = parseSecretName(platform, request.parent);
  call.authorize("secretmanager.versions.list", name.name);
  const accepts = parseListFilter(request.filter);
  const versions = getSecret(platform, store, name).versions.filter(
    (version) => isListed(platform, version) && accepts(version.toResource()),
  );
  const { items, nextPageToken } = pageOf(versions, request, LIST_LIMITS);
  const reply = listReply(
    "versions",
    items.map((version) => version.toResource()),
    nextPageToken,
  );
  const totalSize = request.filter ? 0 : versions.length;
  return { ...reply, ...(totalSize > 0 && { totalSize }) };
}

function accessVersion(needs: Needs, request: Json, call: CallContext): Json {
  const name = parseVersionName(needs.platform, request.name);
  call.authorize("secretmanager.versions.access", name.versionName);
  const version = resolveVersion(needs, name);
  if (version.payload === undefined) {
    // google-github-actions/get-secretmanager-secrets#268
    throw new GoogleError(
      "FAILED_PRECONDITION",
      `Secret Version [${version.name}] is in ${version.state} state.`,
    );
  }
  return {
    name: version.name,
    payload: {
      data: version.payload.toString("base64"),
      dataCrc32c: String(crc32c(version.payload)),
    },
  };
}

function resolveVersion({ platform, store }: Needs, name: VersionName): SecretVersion {
  const secret = store.find(name.name, platform.clock.now());
  const version = secret?.resolve(name.version);
  if (version !== undefined) return version;
  if (name.version === "latest") {
    throw notFound(`Secret [${name.name}] not found or has no versions.`);
  }
  if (secret === undefined) throw notFound(`Secret [${name.name}] not found.`);
  if (/^\d+$/.test(name.version)) throw notFound(`Secret Version [${name.versionName}] not found.`);
  throw notFound(`Secret [${name.name}] has no alias [${name.version}]`);
}

function stateChange(
  needs: Needs,
  verb: "enable" | "disable" | "destroy",
  change: (version: SecretVersion, now: number) => void,
): UnaryHandler {
  return (request, call) => {
    const name = parseVersionName(needs.platform, request.name);
    call.authorize(`secretmanager.versions.${verb}`, name.versionName);
    if (!/^\d+$/.test(name.version)) {
      throw invalid(
        `The provided Secret Version ID [${name.versionName}] does not match the expected format [projects/*/secrets/*/versions*]`,
      );
    }
    const version = resolveVersion(needs, name);
    checkEtag(request.etag, version.etag);
    if (version.state === "DESTROYED") {
      throw new GoogleError("FAILED_PRECONDITION", "SecretVersion.state is already DESTROYED");
    }
    const now = needs.platform.clock.now();
    change(version, now);
    version.etag = needs.store.nextEtag(now);
    return version.toResource();
  };
}

const notFound = (message: string): GoogleError => new GoogleError("NOT_FOUND", message);
const invalid = (message: string): GoogleError => new GoogleError("INVALID_ARGUMENT", message);
