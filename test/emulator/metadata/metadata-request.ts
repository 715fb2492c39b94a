import type { IncomingMessage, ServerResponse } from "node:http";
import type { MetadataDirectory, MetadataNode } from "./metadata-tree.ts";

const ROOT = "computeMetadata/v1";

type Reply = { readonly status: number; readonly type: string; readonly text: string };

/** Answers one request for metadata (docs.cloud.google.com/compute/docs/metadata/querying-metadata). */
export function serveMetadata(
  tree: MetadataDirectory,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  // Nothing here reads a body.
  request.resume();
  const { status, type, text } = replyTo(tree, request);
  response.writeHead(status, {
    "content-type": type,
    "metadata-flavor": "Google",
    server: "Metadata Server for VM",
    "x-content-type-options": "nosniff",
  });
  response.end(request.method === "HEAD" ? undefined : text);
}

function replyTo(tree: MetadataDirectory, { headers, method, url }: IncomingMessage): Reply {
  if (method !== "GET" && method !== "HEAD") return refusal(405, "Method Not Allowed");
  // A browser or a proxy that was tricked into asking cannot, or would not, send the one and omit the others.
  if (headers["x-forwarded-for"] !== undefined || headers.origin !== undefined)
    return refusal(403, "Forbidden");
  if (!URL.canParse(url ?? "", "http://metadata")) return refusal(400, "Bad Request");
  const { pathname, searchParams } = new URL(url ?? "", "http://metadata");
  const path = pathname.split("/").filter(Boolean).join("/");
  // Whoever asks only whether this is a metadata server needs no header.
  if (path === "") return text("computeMetadata/\n");
  if (headers["metadata-flavor"] !== "Google")
    return refusal(403, "Missing Metadata-Flavor:Google header.");
  if (path !== ROOT && !path.startsWith(`${ROOT}/`)) return refusal(404, "Not Found");
  const node = find(tree, path.slice(ROOT.length).split("/").filter(Boolean));
  return node === undefined ? refusal(404, "Not Found") : show(node, searchParams);
}

function find(
  directory: MetadataDirectory,
  [name, ...rest]: readonly string[],
): MetadataNode | undefined {
  if (name === undefined) return directory;
  const node = Object.hasOwn(directory, name) ? directory[name] : undefined;
  if (rest.length === 0 || node === undefined) return node;
  return typeof node === "object" ? find(node, rest) : undefined;
}

function show(node: MetadataNode, query: URLSearchParams): Reply {
  if (typeof node === "function") return json(node(query));
  if (typeof node === "string") return query.get("alt") === "json" ? json(node) : text(node);
  if (query.get("recursive") === "true") return json(values(node));
  const names = Object.entries(node).map(([name, each]) =>
    typeof each === "object" ? `${name}/\n` : `${name}\n`,
  );
  return text(names.join(""));
}

/** A whole directory at once: names in camel case, tokens left out. */
function values(directory: MetadataDirectory): object {
  const entries = Object.entries(directory).flatMap(([name, node]) => {
    if (typeof node === "function") return [];
    return [[camelCase(name), typeof node === "string" ? node : values(node)]];
  });
  return Object.fromEntries(entries);
}

const camelCase = (name: string): string =>
  name.includes("@")
    ? name
    : name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

const text = (body: string): Reply => ({ status: 200, type: "application/text", text: body });
const json = (body: unknown): Reply => ({
  status: 200,
  type: "application/json",
  text: JSON.stringify(body),
});
const refusal = (status: number, message: string): Reply => ({
  status,
  type: "text/html; charset=UTF-8",
  text: `<!DOCTYPE html><title>Error ${status}</title><p>${message}\n`,
});
