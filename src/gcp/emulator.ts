import { ConfigError, DataError, UnavailableError } from "../errors.ts";

/** Where an emulator serves gRPC, and the certificate authority that its TLS needs. */
export type EmulatorEndpoint = {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly ca: string;
};

const ANSWER_WITHIN_MS = 5_000;

/**
 * Asks the emulator at AL_GCP_EMULATOR how to reach it.
 * @throws DataError unless the URL is a loopback one: credentials would leave this machine
 * @throws UnavailableError when nothing, or something else, answers there
 */
export async function connectEmulator(text: string): Promise<EmulatorEndpoint> {
  const url = loopbackUrl(text);
  const answer = await fetch(new URL("/emulator/info", url), {
    // Only the checked address may answer, and only for an endpoint on this machine.
    redirect: "error",
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch((cause: unknown) => {
    throw absent(url.origin, "nothing answers there", cause);
  });
  const info: unknown = await answer.json().catch((cause: unknown) => {
    throw absent(url.origin, "what answers there is not the emulator", cause);
  });
  const { host, port, ca } = grpcEndpoint(info);
  if (!answer.ok || host === undefined || port === undefined || ca === undefined) {
    throw absent(url.origin, "what answers there is not the emulator");
  }
  return { url: url.origin, host, port, ca };
}

function loopbackUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" && isLoopback(url.hostname)) return url;
  throw new DataError({
    what: `AL_GCP_EMULATOR is ${JSON.stringify(text)}`,
    why: "an emulator is reached over http on this machine only, because it is handed credentials",
    remedy:
      "Set it to the URL that npm run emulator prints, such as http://127.0.0.1:9470, or unset it.",
  });
}

const isLoopback = (host: string): boolean => /^(localhost|127\.0\.0\.1|\[?::1\]?)$/.test(host);

function grpcEndpoint(info: unknown): Partial<Omit<EmulatorEndpoint, "url">> {
  if (typeof info !== "object" || info === null) return {};
  const grpc: unknown = "grpc" in info ? info.grpc : undefined;
  if (typeof grpc !== "object" || grpc === null) return {};
  return {
    ...("host" in grpc && typeof grpc.host === "string" && isLoopback(grpc.host)
      ? { host: grpc.host }
      : {}),
    ...("port" in grpc && typeof grpc.port === "number" ? { port: grpc.port } : {}),
    ...("ca" in info && typeof info.ca === "string" ? { ca: info.ca } : {}),
  };
}

const absent = (origin: string, why: string, cause?: unknown): UnavailableError =>
  new UnavailableError(
    {
      what: `The emulator at ${origin} cannot be used`,
      why,
      remedy:
        "Start it with npm run emulator and set AL_GCP_EMULATOR to the URL that it prints, or unset AL_GCP_EMULATOR.",
    },
    { cause },
  );

/**
 * With the emulator a metadata server must be on this machine too: its tokens would be the real ones.
 * @throws ConfigError for any other host
 */
export function requireLoopbackHost(host: string, source: string): void {
  const url = `http://${host}`;
  if (URL.canParse(url) && isLoopback(new URL(url).hostname)) return;
  throw new ConfigError({
    what: `${source} is ${JSON.stringify(host)} while AL_GCP_EMULATOR is set`,
    why: "the tokens of a real metadata server must not reach the emulator",
    remedy: `Unset ${source}, or set it to the address of a metadata server that the emulator opened.`,
  });
}

/**
 * In emulator mode only projects that say of themselves that they are a demonstration take part.
 * @throws ConfigError for any other project, so that a real key never meets an emulator
 */
export function requireDemoProject(project: string, source: string): void {
  if (project.startsWith("demo-")) return;
  throw new ConfigError({
    what: `${source} names the project "${project}" while AL_GCP_EMULATOR is set`,
    why: "the emulator is only for projects whose id begins with demo-, so that no real credential reaches it",
    remedy:
      "Unset AL_GCP_EMULATOR to use Google Cloud, or use the key file that the emulator made.",
  });
}
