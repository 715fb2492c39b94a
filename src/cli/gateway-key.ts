import { join } from "node:path";
import { findCredential } from "../credentials/read-credentials.ts";
import { DEFAULT_INSTANCE } from "../credentials/ref.ts";
import { Secret } from "../credentials/secret.ts";
import { writeInstance } from "../credentials/write-instance.ts";
import type { Io } from "./io.ts";

const REF = { type: "gateway_api_key", instance: DEFAULT_INSTANCE };
const FIELD = "key";
const KEY_BYTES = 32;

/** The key with which the dashboard and the command line reach the gateway. */
export type GatewayKey =
  | { readonly state: "stored" | "absent"; readonly path: string }
  | { readonly state: "generated"; readonly path: string; readonly value: Secret };

/** Looks whether the key is stored. */
export async function findGatewayKey(store: string): Promise<GatewayKey> {
  const credential = await findCredential(store, REF);
  const there = credential?.fields.some(({ name }) => name === FIELD) === true;
  return { state: there ? "stored" : "absent", path: gatewayKeyPath(store) };
}

/** Stores a new random key unless there is one. */
export async function ensureGatewayKey(store: string, io: Io): Promise<GatewayKey> {
  const found = await findGatewayKey(store);
  if (found.state === "stored") return found;
  const value = new Secret(Buffer.from(io.randomBytes(KEY_BYTES)).toString("base64url"));
  await writeInstance(store, REF, new Map([[FIELD, value]]));
  return { state: "generated", path: found.path, value };
}

const gatewayKeyPath = (store: string): string => join(store, REF.type, REF.instance, FIELD);
