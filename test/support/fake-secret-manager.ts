import type { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import { CODE } from "../../src/gcp/google-call-error.ts";
import { grpcError } from "../gcp/fake-google.ts";

const PARENT = "projects/123456789012";

type Texts = Readonly<Record<string, string>>;
type Version = { readonly data: Buffer; state: string; readonly madeAt: number };
type Kept = {
  readonly id: string;
  readonly createdAt: number;
  readonly labels: Texts;
  annotations: Texts;
  etag: number;
  readonly versions: Version[];
};

type Replication = { userManaged?: { replicas: readonly { location: string }[] } };

/** One call, as the model saw it; `id` is empty for a list of secrets. */
type FakeCall = { readonly method: string; readonly id: string };

/** What stands between a call and its effect: it may wait, fail before, or fail after. */
export type Around = <T>(call: FakeCall, effect: () => T) => Promise<T>;

/**
 * Secret Manager as a model of a few rules: version numbers grow by one from 1, a secret made anew counts from 1 again, an update changes the
 * secret's etag and a new version does not, an old etag is FAILED_PRECONDITION (https://cloud.google.com/secret-manager/docs/etags), lists lag
 * behind while a version asked for by its number does not (https://cloud.google.com/secret-manager/docs/consistency). It has the methods of
 * Google's generated client that a sync calls.
 */
export class FakeSecretManager {
  readonly calls: FakeCall[] = [];
  around: Around = async (_call, effect) => effect();
  /** Where an organisation allows values to be; undefined: anywhere. */
  allowedLocations: readonly string[] | undefined;
  /** Lists do not show what the last so many calls made. */
  lag = 0;
  readonly #secrets = new Map<string, Kept>();
  #time = 1_700_000_000_000;

  /** For `new SecretManager(…)`. */
  asClient(): SecretManagerServiceClient {
    return this as unknown as SecretManagerServiceClient;
  }

  /** The text that a version holds; undefined where it is not enabled. */
  content(id: string, version: string): string | undefined {
    const found = this.#secrets.get(id)?.versions[Number(version) - 1];
    return found?.state === "ENABLED" ? found.data.toString("utf8") : undefined;
  }

  ids(): string[] {
    return [...this.#secrets.keys()].sort();
  }

  annotationsOf(id: string): Texts {
    return this.#secrets.get(id)?.annotations ?? {};
  }

  /** Texts of all enabled versions, oldest first. */
  contents(id: string): string[] {
    return (this.#secrets.get(id)?.versions ?? [])
      .filter(({ state }) => state === "ENABLED")
      .map(({ data }) => data.toString("utf8"));
  }

  /** What `al gc` or a person does to a version that nothing uses. */
  destroy(id: string, version: string): void {
    const found = this.#secrets.get(id)?.versions[Number(version) - 1];
    if (found !== undefined) found.state = "DESTROYED";
  }

  /** Somebody else deletes the secret and makes one of the same name. */
  remake(id: string, values: readonly string[], labels: Texts): void {
    this.#secrets.delete(id);
    const kept = this.#make(id, { labels });
    for (const value of values) this.#append(kept, Buffer.from(value));
  }

  async createSecret(request: {
    secretId: string;
    secret: { labels?: Texts; annotations?: Texts; replication: Replication };
  }): Promise<[object]> {
    const { secretId: id, secret } = request;
    return this.#call("createSecret", id, () => {
      this.#refuseLocations(secret.replication);
      if (this.#secrets.has(id)) throw grpcError(CODE.alreadyExists, `Secret [${id}] exists.`);
      return [this.#resource(this.#make(id, secret))];
    });
  }

  async getSecret({ name }: { name: string }): Promise<[object]> {
    return this.#call("getSecret", idOf(name), () => [this.#resource(this.#get(idOf(name)))]);
  }

  async listSecrets({ filter }: { filter: string }): Promise<[object[], null, object]> {
    const [, key = "", value] = /^labels\.([^=]+)=(.*)$/.exec(filter) ?? [];
    return this.#call("listSecrets", "", () => [
      [...this.#secrets.values()]
        .filter(({ labels, createdAt }) => labels[key] === value && this.#isListed(createdAt))
        .map((kept) => this.#resource(kept)),
      null,
      { nextPageToken: "" },
    ]);
  }

  async updateSecret(request: {
    secret: { name: string; etag: string; annotations: Texts };
  }): Promise<[object]> {
    const { name, etag, annotations } = request.secret;
    return this.#call("updateSecret", idOf(name), () => {
      const kept = this.#get(idOf(name));
      if (etag !== `"${kept.etag}"`) throw grpcError(CODE.failedPrecondition, "The etag is old.");
      kept.annotations = { ...annotations };
      kept.etag += 1;
      return [this.#resource(kept)];
    });
  }

  async listSecretVersions({ parent }: { parent: string }): Promise<[object[]]> {
    const id = idOf(parent);
    return this.#call("listSecretVersions", id, () => [
      this.#get(id)
        .versions.map(({ state, madeAt }, index) => ({ ...versionOf(id, index), state, madeAt }))
        .filter(({ madeAt }) => this.#isListed(madeAt)),
    ]);
  }

  async addSecretVersion(request: {
    parent: string;
    payload: { data: Buffer };
  }): Promise<[object]> {
    const id = idOf(request.parent);
    return this.#call("addSecretVersion", id, () => {
      const kept = this.#get(id);
      this.#append(kept, request.payload.data);
      return [versionOf(id, kept.versions.length - 1)];
    });
  }

  async accessSecretVersion({ name }: { name: string }): Promise<[object]> {
    const [, id = "", number] = /secrets\/([^/]+)\/versions\/(\d+)$/.exec(name) ?? [];
    return this.#call("accessSecretVersion", id, () => {
      const found = this.#get(id).versions[Number(number) - 1];
      if (found === undefined) throw grpcError(CODE.notFound, "no such version");
      if (found.state !== "ENABLED") throw grpcError(CODE.failedPrecondition, "not enabled");
      return [{ payload: { data: found.data } }];
    });
  }

  #call<T>(method: string, id: string, effect: () => T): Promise<T> {
    const call = { method, id };
    this.calls.push(call);
    return this.around(call, () => {
      this.#time += 1;
      return effect();
    });
  }

  // https://cloud.google.com/resource-manager/docs/organization-policy/defining-locations
  #refuseLocations({ userManaged }: Replication): void {
    const wanted = userManaged?.replicas.map(({ location }) => location) ?? ["global"];
    const refused = wanted.find((one) => this.allowedLocations?.includes(one) === false);
    if (refused === undefined) return;
    throw grpcError(
      CODE.failedPrecondition,
      `Constraint constraints/gcp.resourceLocations violated for [orgpolicy:projects/123456789012] attempting to create a secret in [${refused}].`,
    );
  }

  #isListed(madeAt: number): boolean {
    return madeAt + this.lag <= this.#time;
  }

  #get(id: string): Kept {
    const kept = this.#secrets.get(id);
    if (kept === undefined) throw grpcError(CODE.notFound, `Secret [${id}] not found.`);
    return kept;
  }

  #make(id: string, { labels = {}, annotations = {} }: { labels?: Texts; annotations?: Texts }) {
    const kept: Kept = { id, createdAt: this.#time, labels, annotations, etag: 1, versions: [] };
    this.#secrets.set(id, kept);
    return kept;
  }

  #append(kept: Kept, data: Buffer): void {
    kept.versions.push({ data: Buffer.from(data), state: "ENABLED", madeAt: this.#time });
  }

  #resource({ id, labels, annotations, etag, createdAt }: Kept): object {
    return {
      name: `${PARENT}/secrets/${id}`,
      ...{ labels, annotations, etag: `"${etag}"` },
      createTime: { seconds: Math.floor(createdAt / 1000), nanos: (createdAt % 1000) * 1e6 },
    };
  }
}

const idOf = (name: string): string => /secrets\/([^/]+)/.exec(name)?.[1] ?? "";

const versionOf = (id: string, index: number): object => ({
  name: `${PARENT}/secrets/${id}/versions/${index + 1}`,
  state: "ENABLED",
});
