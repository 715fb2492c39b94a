import { isUtf8 } from "node:buffer";
import type { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import { Secret } from "../credentials/secret.ts";
import { UnavailableError } from "../errors.ts";
import type { Caller } from "./call.ts";
import { crc32c } from "./crc32c.ts";
import { CODE, hasCode } from "./google-call-error.ts";
import { shortName } from "./resource-names.ts";

type Texts = Readonly<Record<string, string>>;

/** A secret without its values. */
export type StoredSecret = {
  readonly id: string;
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly etag: string;
  /** In how many places each version is kept; 1 where Google chooses. */
  readonly locations: number;
  /** Milliseconds since the epoch, by Google's clock. */
  readonly createdAt: number;
};

/** A version without its value. */
export type StoredVersion = {
  readonly number: string;
  /** ENABLED, DISABLED or DESTROYED; the first two are billed. */
  readonly state: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
};

/** A version's value; undefined where it is disabled or destroyed, or holds what is no text and so no value of ours. */
export type VersionContent = { readonly value: Secret | undefined };

/** A secret that is to be made. */
export type NewSecret = {
  readonly id: string;
  readonly labels: Texts;
  readonly annotations: Texts;
  /** Regions that hold its values; none means that Google chooses. */
  readonly locations: readonly string[];
};

/** The calls on Secret Manager that a run needs. Values never leave through errors. */
export class SecretManager {
  readonly #client: SecretManagerServiceClient;
  readonly #call: Caller;
  readonly #parent: string;

  constructor(client: SecretManagerServiceClient, project: string, call: Caller) {
    this.#client = client;
    this.#call = call;
    this.#parent = `projects/${project}`;
  }

  /** Every secret with that label. Fresh ones may be missing: lists lag behind. */
  async listByLabel(key: string, value: string): Promise<StoredSecret[]> {
    const plan = { goal: "list the secrets", subject: this.#parent, idempotent: true };
    const request = { parent: this.#parent, filter: `labels.${key}=${value}`, pageSize: 25_000 };
    const found: StoredSecret[] = [];
    for (let pageToken = ""; ; ) {
      const [page, , reply] = await this.#call(plan, (options) =>
        this.#client.listSecrets({ ...request, pageToken }, { ...options, autoPaginate: false }),
      );
      found.push(...page.map(stored));
      pageToken = reply?.nextPageToken ?? "";
      if (pageToken === "") return found;
    }
  }

  async findSecret(id: string): Promise<StoredSecret | undefined> {
    const name = this.#name(id);
    const plan = { goal: "read the secret", subject: name, idempotent: true };
    try {
      const [secret] = await this.#call(plan, (options) =>
        this.#client.getSecret({ name }, options),
      );
      return stored(secret);
    } catch (error) {
      if (hasCode(error, CODE.notFound)) return undefined;
      throw error;
    }
  }

  /** @throws GoogleCallError ALREADY_EXISTS */
  async createSecret(secret: NewSecret): Promise<StoredSecret> {
    const { id, labels, annotations, locations } = secret;
    const plan = { goal: "create the secret", subject: this.#name(id), idempotent: true };
    const content = { labels, annotations, replication: replication(locations) };
    const request = { parent: this.#parent, secretId: id, secret: content };
    const [created] = await this.#call(plan, (options) =>
      this.#client.createSecret(request, options),
    );
    return stored(created);
  }

  /** Replaces all annotations. @throws GoogleCallError FAILED_PRECONDITION when the etag is no longer current */
  async setAnnotations({ id, etag }: StoredSecret, annotations: Texts): Promise<StoredSecret> {
    const plan = {
      goal: "annotate the secret",
      subject: this.#name(id),
      idempotent: false,
      repeatRefused: true,
    };
    const secret = { name: this.#name(id), etag, annotations };
    const request = { secret, updateMask: { paths: ["annotations"] } };
    const [updated] = await this.#call(plan, (options) =>
      this.#client.updateSecret(request, options),
    );
    return stored(updated);
  }

  /** Numbers of the enabled versions, newest first. */
  async enabledVersions(id: string): Promise<string[]> {
    const versions = await this.versions(id);
    return versions.filter(({ state }) => state === "ENABLED").map(({ number }) => number);
  }

  /** Every version, whatever its state, newest first. */
  async versions(id: string): Promise<StoredVersion[]> {
    const plan = {
      goal: "list the versions of the secret",
      subject: this.#name(id),
      idempotent: true,
    };
    // Filtered by the caller: whether Google's filter language knows the state is not documented.
    const request = { parent: this.#name(id) };
    const [versions] = await this.#call(plan, (options) =>
      this.#client.listSecretVersions(request, options),
    );
    return versions
      .map(({ name, state, createTime }) => ({
        number: shortName(name ?? ""),
        state: String(state),
        createdAt: milliseconds(createTime),
      }))
      .sort((one, other) => Number(other.number) - Number(one.number));
  }

  /** Takes a version's value away for ever. One that is gone or destroyed already counts as destroyed. */
  async destroyVersion(id: string, version: string): Promise<void> {
    const name = `${this.#name(id)}/versions/${version}`;
    const plan = { goal: "destroy the secret's version", subject: name, idempotent: true };
    try {
      await this.#call(plan, (options) => this.#client.destroySecretVersion({ name }, options));
    } catch (error) {
      if (!hasCode(error, CODE.notFound, CODE.failedPrecondition)) throw error;
    }
  }

  /** A secret that is gone already counts as deleted. */
  async deleteSecret({ id, etag }: StoredSecret): Promise<void> {
    const name = this.#name(id);
    const plan = { goal: "delete the secret", subject: name, idempotent: true };
    try {
      await this.#call(plan, (options) => this.#client.deleteSecret({ name, etag }, options));
    } catch (error) {
      if (!hasCode(error, CODE.notFound)) throw error;
    }
  }

  /**
   * What the version with that number holds, read strongly consistently
   * (https://cloud.google.com/secret-manager/docs/consistency); undefined where no version has that number.
   */
  async readVersion(id: string, version: string): Promise<VersionContent | undefined> {
    const name = `${this.#name(id)}/versions/${version}`;
    const plan = { goal: "compare the secret's version", subject: name, idempotent: true };
    try {
      const [{ payload }] = await this.#call(plan, (options) =>
        this.#client.accessSecretVersion({ name }, options),
      );
      const bytes = Buffer.from(payload?.data ?? "");
      requireChecksum(name, bytes, payload?.dataCrc32c);
      return { value: textOf(bytes) };
    } catch (error) {
      if (hasCode(error, CODE.notFound)) return undefined;
      if (hasCode(error, CODE.failedPrecondition)) return { value: undefined };
      throw error;
    }
  }

  /** Returns the new version's number. Repeated only where a quota refused it: a second try could add a second version. */
  async addVersion(id: string, value: Secret): Promise<string> {
    const plan = {
      goal: "add a version to the secret",
      subject: this.#name(id),
      idempotent: false,
      repeatRefused: true,
    };
    const data = Buffer.from(value.reveal());
    const request = { parent: this.#name(id), payload: { data, dataCrc32c: crc32c(data) } };
    const [version] = await this.#call(plan, (options) =>
      this.#client.addSecretVersion(request, options),
    );
    return shortName(version.name ?? "");
  }

  #name(id: string): string {
    return `${this.#parent}/secrets/${id}`;
  }
}

const replication = (locations: readonly string[]) =>
  locations.length === 0
    ? { automatic: {} }
    : { userManaged: { replicas: locations.map((location) => ({ location })) } };

type ApiSecret = {
  readonly name?: string | null;
  readonly labels?: Texts | null;
  readonly annotations?: Texts | null;
  readonly etag?: string | null;
  readonly replication?: {
    readonly userManaged?: { readonly replicas?: readonly unknown[] | null } | null;
  } | null;
  readonly createTime?: Timestamp | null;
};

const stored = (secret: ApiSecret): StoredSecret => ({
  id: shortName(secret.name ?? ""),
  labels: secret.labels ?? {},
  annotations: secret.annotations ?? {},
  etag: secret.etag ?? "",
  locations: secret.replication?.userManaged?.replicas?.length || 1,
  createdAt: milliseconds(secret.createTime),
});

type Timestamp = { readonly seconds?: unknown; readonly nanos?: number | null };

const milliseconds = (time: Timestamp | null | undefined): number =>
  Number(time?.seconds ?? 0) * 1000 + Math.round(Number(time?.nanos ?? 0) / 1e6);

/** Other bytes than UTF-8 are nothing that `al` ever wrote, and must not become equal to something by being decoded. */
function textOf(bytes: Uint8Array): Secret | undefined {
  if (!isUtf8(bytes)) return undefined;
  return new Secret(Buffer.from(bytes).toString("utf8"));
}

function requireChecksum(name: string, bytes: Uint8Array, expected: unknown): void {
  if (expected === undefined || expected === null || Number(expected) === crc32c(bytes)) return;
  throw new UnavailableError({
    what: `${name} arrived damaged`,
    why: "its CRC32C differs from the one that Secret Manager sent along",
    remedy: "Run the command again.",
  });
}
