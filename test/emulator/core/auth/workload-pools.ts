import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { GoogleError } from "../google-error.ts";
import type { Json } from "../handler.ts";
import { attributeCondition, type SubjectAttributes } from "./attribute-condition.ts";

/** An OIDC provider of a workload identity pool (proto: google.iam.v1.WorkloadIdentityPoolProvider, as far as modelled). */
export type ProviderSeed = {
  /** `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`. */
  readonly name: string;
  readonly issuer: string;
  /** Empty: the provider's own name, with or without `https:`. */
  readonly allowedAudiences: readonly string[];
  /** `google.subject` and `attribute.NAME` to `assertion.CLAIM`. */
  readonly attributeMapping: Readonly<Record<string, string>>;
  readonly attributeCondition?: string | undefined;
};

export type Provider = ProviderSeed & {
  readonly publicKey: KeyObject;
  /** The attributes of a subject whose claims are these; undefined when the condition does not let it in. */
  admit(claims: Json): SubjectAttributes | undefined;
};

/** The identity providers that the emulator was told of. It plays each of them itself: their keys are its own. */
export class WorkloadPools {
  readonly #providers = new Map<string, Provider>();
  readonly #keys = new Map<string, KeyObject>();

  add(seed: ProviderSeed): void {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const condition = attributeCondition(seed.attributeCondition ?? "google.subject != ''");
    this.#keys.set(seed.name, privateKey);
    this.#providers.set(seed.name, {
      ...seed,
      publicKey,
      admit: (claims) => {
        const attributes = attributesOf(claims, seed.attributeMapping);
        return condition(attributes) ? attributes : undefined;
      },
    });
  }

  find(name: string): Provider | undefined {
    return this.#providers.get(name);
  }

  /** A subject token as the outside provider would sign it, with an hour to live unless the claims say otherwise. */
  signSubjectToken(name: string, claims: Json, nowMs: number): string {
    const provider = this.#providers.get(name);
    const key = this.#keys.get(name);
    if (provider === undefined || key === undefined)
      throw new GoogleError("NOT_FOUND", `No provider ${name} was seeded.`);
    const iat = Math.floor(nowMs / 1000);
    const aud = provider.allowedAudiences[0] ?? `https://iam.googleapis.com/${name}`;
    const body = { iss: provider.issuer, aud, iat, exp: iat + 3600, ...claims };
    const encode = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(body)}`;
    return `${text}.${sign("RSA-SHA256", Buffer.from(text), key).toString("base64url")}`;
  }
}

function attributesOf(
  claims: Json,
  mapping: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const text = (value: unknown): string | undefined =>
    value === undefined ? undefined : String(value);
  const assertion = Object.entries(claims).map(
    ([name, value]) => [`assertion.${name}`, text(value)] as const,
  );
  const mapped = Object.entries(mapping).map(
    ([name, source]) => [name, text(claims[source.replace(/^assertion\./, "")])] as const,
  );
  return Object.fromEntries([...assertion, ...mapped]);
}
