import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { GoogleError } from "../google-error.ts";
import { replyError, replyJson } from "./http-reply.ts";
import { readBody } from "./read-body.ts";
import type { HttpCall } from "./rest-call.ts";
import { foreignness, mediaType } from "./web-guard.ts";

export type HttpRooms = {
  readonly port: number;
  control(call: HttpCall): Promise<void>;
  /** Answers a token endpoint; undefined when the path is none. */
  token(
    path: string,
    form: URLSearchParams,
  ): { readonly status: number; readonly body: object } | undefined;
  rest(call: HttpCall): Promise<void>;
  /** Answers whether the path was one of the page's. */
  page(path: string, response: ServerResponse): boolean;
  /** Serves a request whose body may be large; undefined when the path is not its own. */
  registry(call: Omit<HttpCall, "body">): Promise<void> | undefined;
  /** The emulator's clock, which may have been moved; every answer tells it. */
  now(): number;
  log(line: string): void;
};

const KEEP_ALIVE_MS = 240_000;

/** Everything that is not gRPC. It does not listen: the front door hands it sockets. */
export function makeHttpServer(rooms: HttpRooms): Server {
  const server = createServer((request, response) => {
    response.setHeader("date", new Date(rooms.now()).toUTCString());
    serve(request, response, rooms).catch((error: Error) => {
      // The request broke off while it was read, or an answer failed half-way: nobody is left to tell.
      rooms.log(`${request.method}: ${error.name}`);
      request.destroy();
    });
  });
  // Node's own five seconds end connections under clients that are about to use them again.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  rooms: HttpRooms,
): Promise<void> {
  const foreign = foreignness(request, rooms.port);
  if (foreign !== undefined)
    return refuse(response, 403, { status: "PERMISSION_DENIED", message: foreign });
  const url = parseUrl(request.url ?? "", rooms.port);
  if (url === undefined)
    return replyError(response, new GoogleError("INVALID_ARGUMENT", "The URL is malformed."));
  if (request.method === "GET" && rooms.page(url.pathname, response)) return;
  const isControl = url.pathname.startsWith("/emulator/");
  if (isControl && request.method !== "GET" && mediaType(request) !== "application/json")
    return refuse(response, 415, {
      status: "INVALID_ARGUMENT",
      message: "Control requests must have the content type application/json.",
    });
  const served = rooms.registry({ request, response, url });
  if (served !== undefined) return served;
  const body = await readBody(request);
  if (body === undefined)
    return refuse(response, 413, {
      status: "INVALID_ARGUMENT",
      message: "The request is too large.",
    });
  const call = { request, response, url, body };
  if (isControl) return rooms.control(call);
  const answer =
    request.method === "POST" ? rooms.token(url.pathname, new URLSearchParams(body)) : undefined;
  if (answer === undefined) return rooms.rest(call);
  replyJson(response, answer.status, answer.body);
}

function refuse(
  response: ServerResponse,
  code: number,
  { status, message }: { status: string; message: string },
): void {
  // The rest of the request is not read, so the connection cannot be used again.
  replyJson(response, code, { error: { code, message, status } }, { connection: "close" });
}

function parseUrl(target: string, port: number): URL | undefined {
  const base = `http://127.0.0.1:${port}`;
  return URL.canParse(target, base) ? new URL(target, base) : undefined;
}
