import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { protobuf } from "google-gax";
import type { ImageStore } from "../artifact-registry/image-store.ts";
import type { Dispatcher } from "../core/calls/dispatcher.ts";
import { GoogleError } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";
import type { Platform } from "../core/platform.ts";
import type { ApiMethod } from "../core/wire/api-definitions.ts";
import type { RegistryReply } from "./exchange.ts";
import { placeOf } from "./image-place.ts";
import { RegistryError, registryErrors } from "./registry-error.ts";
import type { RegistryTarget } from "./registry-path.ts";
import { type RegistryTokens, TOKEN_LIFE_S } from "./registry-tokens.ts";
import { REGISTRY } from "./service.ts";

type Needs = {
  readonly dispatcher: Dispatcher;
  readonly tokens: RegistryTokens;
  readonly platform: Pick<Platform, "findProject">;
  readonly store: ImageStore;
};

export type RegistryCall = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly target: RegistryTarget;
};

const GET_MANIFEST = { GET: "GetManifest", HEAD: "GetManifest" };

const METHODS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  tags: { GET: "ListTags" },
  uploads: { POST: "StartUpload" },
  upload: {
    GET: "GetUpload",
    PATCH: "ContinueUpload",
    PUT: "FinishUpload",
    DELETE: "CancelUpload",
  },
  blob: { GET: "GetBlob", HEAD: "GetBlob", DELETE: "DeleteBlob" },
  manifest: { ...GET_MANIFEST, PUT: "PutManifest", DELETE: "DeleteManifest" },
};

/** Serves one request of Docker's registry API. */
export async function serveRegistry(call: RegistryCall, needs: Needs): Promise<void> {
  const { request, response, target } = call;
  try {
    if (target.kind === "base") await servePing(call, needs);
    else if (target.kind === "token") await serveToken(call, needs);
    else await serveImage(call, needs, target);
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
    await refuse(call, error);
  } finally {
    // What a refused request still brings is read and dropped, so that its sender hears the answer.
    if (!response.writableEnded) request.destroy();
    else request.resume();
  }
}

async function servePing(call: RegistryCall, { tokens }: Needs): Promise<void> {
  tokens.check(tokens.bearerOf(call.request.headers.authorization));
  await send(call, { status: 200, headers: {}, bytes: Buffer.from("{}") });
}

async function serveToken(call: RegistryCall, { tokens }: Needs): Promise<void> {
  const { authorization } = call.request.headers;
  if (call.request.method !== "GET")
    return send(call, { status: 405, headers: { allow: "GET" }, bytes: Buffer.from("{}") });
  if (authorization === undefined) throw unauthenticated(call.url);
  const token = tokens.exchange(authorization);
  const reply = { token, expires_in: TOKEN_LIFE_S, issued_at: new Date().toISOString() };
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  await send(call, { status: 200, headers, bytes: Buffer.from(JSON.stringify(reply)) });
}

// argoproj/argo-cd#26260
function unauthenticated(url: URL): GoogleError {
  const name = /^repository:(.+):/.exec(url.searchParams.get("scope") ?? "")?.[1] ?? "";
  return new GoogleError(
    "PERMISSION_DENIED",
    `Unauthenticated request. Unauthenticated requests do not have permission "artifactregistry.repositories.downloadArtifacts" on resource "${name}" (or it may not exist)`,
  );
}

async function serveImage(
  call: RegistryCall,
  { dispatcher, tokens, ...needs }: Needs,
  target: Exclude<RegistryTarget, { kind: "base" | "token" }>,
): Promise<void> {
  const { request, response, url } = call;
  const method = METHODS[target.kind]?.[request.method ?? ""];
  if (method === undefined) {
    const errors = { errors: [{ code: "UNSUPPORTED", message: "The method is not allowed." }] };
    return send(call, { status: 405, headers: {}, bytes: Buffer.from(JSON.stringify(errors)) });
  }
  const gone = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  const authorization = tokens.bearerOf(request.headers.authorization);
  const arrival = { method: apiMethod(method), transport: "rest", authorization } as const;
  const answer = await dispatcher.serve({ ...arrival, gone: gone.signal }, () =>
    requestOf({
      request,
      url,
      target,
      place: placeOf(needs, { host: hostOf(request), name: target.name }),
    }),
  );
  if (answer.kind === "reset") request.socket.resetAndDestroy();
  else if (answer.kind === "error") throw answer.error;
  else await send(call, answer.reply as RegistryReply);
}

const hostOf = (request: IncomingMessage): string => request.headers.host ?? "";

function requestOf({
  request,
  url,
  target,
  place,
}: {
  request: IncomingMessage;
  url: URL;
  target: Exclude<RegistryTarget, { kind: "base" | "token" }>;
  place: ReturnType<typeof placeOf>;
}): Json {
  const exchange = {
    ...{ place, name: target.name, host: hostOf(request) },
    reference: "reference" in target ? target.reference : "",
    ...{ query: url.searchParams, headers: request.headers, body: request },
  };
  return { resource: place.repository.name, exchange };
}

const NO_MESSAGE = new protobuf.Type("NoMessage");

// The dispatcher knows methods of APIs; this one has no definition, and its messages are not protobuf.
const apiMethod = (name: string): ApiMethod => ({
  fullName: `${REGISTRY}.${name}`,
  service: REGISTRY,
  name,
  host: "artifactregistry.googleapis.com",
  requestType: NO_MESSAGE,
  responseType: NO_MESSAGE,
  isStream: false,
  hasGrpc: false,
  bindings: [],
});

async function refuse(call: RegistryCall, error: GoogleError): Promise<void> {
  const own = error instanceof RegistryError ? error.headers : {};
  const challenge = error.status === "UNAUTHENTICATED" ? challengeOf(call) : {};
  const headers = { "content-type": "application/json", ...own, ...challenge };
  const bytes = Buffer.from(JSON.stringify(registryErrors(error)));
  await send(call, { status: error.httpStatus, headers, bytes });
}

// Without a scope there is no service either (apple/container#2274).
function challengeOf({ request, target }: RegistryCall): Readonly<Record<string, string>> {
  const host = hostOf(request);
  const actions = request.method === "GET" || request.method === "HEAD" ? "pull" : "push,pull";
  const scope =
    "name" in target ? `,service="${host}",scope="repository:${target.name}:${actions}"` : "";
  return { "www-authenticate": `Bearer realm="http://${host}/v2/token"${scope}` };
}

async function send({ request, response }: RegistryCall, reply: RegistryReply): Promise<void> {
  const { status, headers, bytes, file } = reply;
  const length = bytes === undefined ? {} : { "content-length": String(bytes.length) };
  response.writeHead(status, {
    "docker-distribution-api-version": "registry/2.0",
    ...length,
    ...headers,
  });
  if (request.method === "HEAD" || (bytes === undefined && file === undefined)) response.end();
  else if (file !== undefined) await pipeline(createReadStream(file), response);
  else response.end(bytes);
}
