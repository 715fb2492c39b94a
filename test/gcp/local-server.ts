import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A server of this machine that is gone after the test; answers its URL, and the hosts that it was asked to connect to as a proxy. */
export async function localServer(listener: RequestListener) {
  const connects: string[] = [];
  const server = createServer(listener);
  server.on("connect", ({ url = "" }, socket) => {
    connects.push(url);
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connects };
}
