/** One request of a check. */
export type HttpCall = {
  readonly method?: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
};

export type HttpOptions = {
  readonly fetch: typeof fetch;
  /** Gives the origin to call in the place of a service's own, such as `https://api.github.com`. */
  readonly baseUrl?: ((original: string) => string) | undefined;
  readonly signal: AbortSignal;
};

/**
 * Sends a request. Redirects are not followed, so that a credential goes nowhere else. Says why there is no answer in words of
 * its own: what libraries say can quote a header.
 */
export async function sendHttp(
  { method = "GET", url, headers, body }: HttpCall,
  { fetch, baseUrl = (original) => original, signal }: HttpOptions,
): Promise<HttpAnswer | { readonly silence: string }> {
  const { origin, pathname, search, host } = new URL(url);
  const base = baseUrl(origin).replace(/\/$/, "");
  try {
    const response = await fetch(`${base}${pathname}${search}`, {
      method,
      headers: { "user-agent": "action-llama", ...headers },
      ...(body === undefined ? {} : { body }),
      redirect: "manual",
      signal,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, json: parseJson(text) };
  } catch (error) {
    if (signal.aborted) return { silence: `${host} did not answer in time` };
    return { silence: `${host} cannot be reached${reason(error)}` };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: "its name is not known here",
  EAI_AGAIN: "its name cannot be looked up now",
  ECONNREFUSED: "the connection is refused",
  ECONNRESET: "the connection was cut",
  ETIMEDOUT: "the connection takes too long",
  UND_ERR_CONNECT_TIMEOUT: "the connection takes too long",
  UND_ERR_SOCKET: "the connection was cut",
  ENETUNREACH: "there is no network",
  EHOSTUNREACH: "there is no way to it",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is not trusted",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not trusted",
  CERT_HAS_EXPIRED: "its certificate has expired",
};

function reason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return Object.hasOwn(REASONS, code) ? `: ${REASONS[code]}` : "";
}
