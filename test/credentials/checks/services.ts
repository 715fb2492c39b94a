import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readAll } from "node:stream/consumers";

/** What a service got: the request line with the service's host before the path, the headers of interest, the body. */
export type Received = {
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Answer =
  | {
      readonly status: number;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | "never";

/** All services behind one local server, each at `/<its host>`. */
export type Services = {
  readonly received: Received[];
  /** Answers to requests, in order; the last one stays. */
  answer(...answers: readonly Answer[]): void;
  readonly baseUrl: (original: string) => string;
  close(): Promise<void>;
};

const TOLD = ["authorization", "x-api-key", "anthropic-version", "accept", "content-type"];

export const json = (value: unknown): Answer => ({ status: 200, body: JSON.stringify(value) });

export async function startServices(): Promise<Services> {
  const received: Received[] = [];
  let queue: readonly Answer[] = [];
  const server = createServer(async (request, response) => {
    received.push({
      line: `${request.method} ${request.url}`,
      headers: headersOf(request),
      body: await readAll(request),
    });
    const [answer = json({}), ...rest] = queue;
    if (rest.length > 0) queue = rest;
    if (answer !== "never") response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    received,
    answer(...answers) {
      received.length = 0;
      queue = answers;
    },
    baseUrl: (original) => `http://127.0.0.1:${port}/${new URL(original).host}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The usual `accept` and `user-agent` say nothing. */
const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    [...TOLD, "user-agent"].flatMap((name) => {
      const value = headers[name];
      const isUsual = value === "*/*" || value === "action-llama";
      return typeof value === "string" && !isUsual ? [[name, value]] : [];
    }),
  );
