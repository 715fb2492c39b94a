import { gaxios } from "google-auth-library";

/** One small request to a sign-in service. */
type HttpRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON by POST; without it the request is a GET. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  /** Whether a proxy of the environment may see it: never what stays on this machine or its own network. */
  readonly mayUseProxy: boolean;
};

export type SignInAnswer = {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly text: string;
};

/** The answer, whatever its status; undefined when there is none. */
export type SendRequest = (request: HttpRequest) => Promise<SignInAnswer | undefined>;

/** Sends by the HTTP client of Google's library, which knows proxies; redirects are not followed, since tokens travel. */
export const sendRequest: SendRequest = async (request) => {
  const { url, headers, body, timeoutMs, mayUseProxy } = request;
  try {
    const answer = await gaxios.request<string>({
      url,
      method: body === undefined ? "GET" : "POST",
      headers,
      ...(body === undefined ? {} : { data: body }),
      timeout: timeoutMs,
      retry: false,
      redirect: "error",
      responseType: "text",
      validateStatus: () => true,
      ...(mayUseProxy ? {} : { noProxy: [new URL(url)] }),
    });
    return {
      status: answer.status,
      header: (name) => answer.headers.get(name) ?? undefined,
      text: String(answer.data),
    };
  } catch {
    // The client's error holds the request with its token, so that nothing of it may travel; there was no answer.
    return undefined;
  }
};

/** The text as a JSON object; empty when it is none. */
export function jsonObject(text: string): { readonly [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    // The parser's message quotes the text, which may be a token.
    return {};
  }
}
