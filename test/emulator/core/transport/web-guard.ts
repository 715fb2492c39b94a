import type { IncomingMessage } from "node:http";

/**
 * Why a request is refused at the door, if it is. A web page must not reach the emulator: neither from its own
 * origin, nor with a name of its own that it lets point to this machine (DNS rebinding).
 */
export function foreignness(request: IncomingMessage, port: number): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host, origin } = request.headers;
  if (!hosts.includes(host ?? "") && !isRegistry(request))
    return "The Host header names another server.";
  if (origin !== undefined && !hosts.some((each) => origin === `http://${each}`))
    return "The Origin header names another site.";
  return undefined;
}

// Google's own names of registries, which no web page can let point to this machine.
const isRegistry = ({ headers, url }: IncomingMessage): boolean =>
  /^[a-z0-9-]+-docker\.pkg\.dev(:\d+)?$/.test(headers.host ?? "") &&
  url?.startsWith("/v2/") === true;

/** The media type without its parameters, in lower case. */
export const mediaType = (request: IncomingMessage): string =>
  (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
