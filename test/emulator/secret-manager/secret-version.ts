import type { Json } from "../core/handler.ts";

export type VersionState = "ENABLED" | "DISABLED" | "DESTROYED";

/** One version of a secret. Its payload is private, so that no print or dump of the object shows it. */
export class SecretVersion {
  /** `projects/<number>/secrets/<id>/versions/<number>` */
  readonly name: string;
  readonly number: number;
  readonly sequence: number;
  readonly createdAt: number;
  readonly checksumGiven: boolean;
  etag: string;
  #payload: Buffer | undefined;
  #state: VersionState = "ENABLED";
  #destroyedAt: number | undefined;

  constructor(made: {
    secretName: string;
    number: number;
    sequence: number;
    createdAt: number;
    etag: string;
    payload: Buffer;
    checksumGiven: boolean;
  }) {
    this.name = `${made.secretName}/versions/${made.number}`;
    this.number = made.number;
    this.sequence = made.sequence;
    this.createdAt = made.createdAt;
    this.checksumGiven = made.checksumGiven;
    this.etag = made.etag;
    this.#payload = made.payload;
  }

  get state(): VersionState {
    return this.#state;
  }

  /** Absent unless the version is ENABLED: access works in that state only (resources.proto, SecretVersion.State). */
  get payload(): Buffer | undefined {
    return this.#state === "ENABLED" ? this.#payload : undefined;
  }

  enable(): void {
    this.#state = "ENABLED";
  }

  disable(): void {
    this.#state = "DISABLED";
  }

  destroy(now: number): void {
    this.#state = "DESTROYED";
    this.#destroyedAt = now;
    this.#payload = undefined;
  }

  /** The resource as proto3 JSON. */
  toResource(): Json {
    return {
      name: this.name,
      createTime: new Date(this.createdAt).toISOString(),
      ...(this.#destroyedAt !== undefined && {
        destroyTime: new Date(this.#destroyedAt).toISOString(),
      }),
      state: this.#state,
      replicationStatus: { automatic: {} },
      etag: this.etag,
      ...(this.checksumGiven && { clientSpecifiedPayloadChecksum: true }),
    };
  }
}
