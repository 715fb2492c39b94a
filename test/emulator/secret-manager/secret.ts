import type { Json } from "../core/handler.ts";
import { SecretVersion } from "./secret-version.ts";

/** What a caller may say about a secret. */
export type SecretFields = {
  readonly replication: Json;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  /** Alias to version number; int64, so a string in JSON. */
  readonly versionAliases?: Record<string, string>;
  readonly expireTime?: string;
};

/** One secret with its versions, oldest first. */
export class Secret {
  /** `projects/<number>/secrets/<id>` */
  readonly name: string;
  readonly projectNumber: string;
  readonly sequence: number;
  readonly createdAt: number;
  readonly versions: SecretVersion[] = [];
  fields: SecretFields;
  etag: string;

  constructor(made: {
    name: string;
    projectNumber: string;
    sequence: number;
    createdAt: number;
    etag: string;
    fields: SecretFields;
  }) {
    this.name = made.name;
    this.projectNumber = made.projectNumber;
    this.sequence = made.sequence;
    this.createdAt = made.createdAt;
    this.etag = made.etag;
    this.fields = made.fields;
  }

  hasExpired(now: number): boolean {
    return this.fields.expireTime !== undefined && Date.parse(this.fields.expireTime) <= now;
  }

  addVersion(made: {
    sequence: number;
    createdAt: number;
    etag: string;
    payload: Buffer;
    checksumGiven: boolean;
  }): SecretVersion {
    // resources.proto, SecretVersion.name: ids start at 1 and grow by one for each further version.
    const number = this.versions.length + 1;
    const version = new SecretVersion({ ...made, secretName: this.name, number });
    this.versions.push(version);
    return version;
  }

  /**
   * Number, alias or `latest`, which is the version created last whatever its state
   * (service.proto, AccessSecretVersionRequest.name).
   */
  resolve(version: string): SecretVersion | undefined {
    if (version === "latest") return this.versions.at(-1);
    const number = /^\d+$/.test(version) ? version : this.fields.versionAliases?.[version];
    return this.versions.find((candidate) => String(candidate.number) === number);
  }

  /** The resource as proto3 JSON. */
  toResource(): Json {
    return {
      name: this.name,
      ...this.fields,
      createTime: new Date(this.createdAt).toISOString(),
      etag: this.etag,
    };
  }

  /** The resource with its versions, without any payload. */
  describe(): Json {
    return { ...this.toResource(), versions: this.versions.map((version) => version.toResource()) };
  }
}
