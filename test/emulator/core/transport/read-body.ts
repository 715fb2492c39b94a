import type { IncomingMessage } from "node:http";

// Larger than any request that the APIs accept, small enough to hold.
const LARGEST_BODY_BYTES = 16 * 1024 * 1024;

// A client that stops in the middle of a body holds its connection only this long.
const SILENCE_MS = 60_000;

/** The whole body as text; undefined when it is too large. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  request.setTimeout(SILENCE_MS, () => request.destroy());
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > LARGEST_BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  request.setTimeout(0);
  return Buffer.concat(chunks).toString("utf8");
}
