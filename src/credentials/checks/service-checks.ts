import type { Check, Values } from "./check.ts";
import { failed, unknown } from "./finding.ts";
import type { HttpCall } from "./http-call.ts";
import { httpCheck } from "./http-check.ts";

const get = (
  url: string,
  field: string,
  { scheme = "Bearer", headers = {} }: { scheme?: string; headers?: Record<string, string> } = {},
): { call: (values: Values) => HttpCall } => ({
  call: (values) => ({ url, headers: { authorization: `${scheme} ${values(field)}`, ...headers } }),
});

const GITHUB = { headers: { accept: "application/vnd.github+json" } };

const linear = (authorization: (values: Values) => string): Check =>
  httpCheck("Linear: whose token it is (POST api.linear.app/graphql, a query of the viewer)", {
    call: (values) => ({
      method: "POST",
      url: "https://api.linear.app/graphql",
      headers: { authorization: authorization(values), "content-type": "application/json" },
      body: JSON.stringify({ query: "{ viewer { id } }" }),
    }),
    isAnswer: (json) => "data" in json || "errors" in json,
    finding: (json) => ("errors" in json ? failed("api.linear.app refused it") : undefined),
    // Linear says "too many" with 400 (https://linear.app/developers/rate-limiting).
    refusal: ({ json }) =>
      JSON.stringify(json ?? "").includes('"RATELIMITED"')
        ? unknown("api.linear.app wants fewer calls just now")
        : undefined,
  });

/** What Slack answers when the trouble is its own (https://api.slack.com/methods/auth.test#errors). */
const SLACK_TROUBLE = new Set([
  "ratelimited",
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
]);

/** The checks that ask a service whether it knows the credential; each is a read, and none costs money. */
export const SERVICE_CHECKS: Readonly<Record<string, Check>> = {
  github_token: httpCheck(
    "GitHub: whose token it is (GET api.github.com/user) and that it lists repositories (GET /user/repos)",
    get("https://api.github.com/user", "token", GITHUB),
    {
      ...get("https://api.github.com/user/repos?sort=updated&per_page=1", "token", GITHUB),
      isAnswer: Array.isArray,
    },
  ),
  sentry_token: httpCheck(
    "Sentry: that it sees an organization (GET sentry.io/api/0/organizations/)",
    {
      ...get("https://sentry.io/api/0/organizations/", "token"),
      isAnswer: Array.isArray,
      finding: (json) =>
        Array.isArray(json) && json.length === 0 ? failed("it sees no organization") : undefined,
    },
  ),
  linear_token: linear((values) => values("token")),
  linear_oauth: linear((values) => `Bearer ${values("access_token")}`),
  bugsnag_token: httpCheck(
    "Bugsnag: whose token it is (GET api.bugsnag.com/user)",
    get("https://api.bugsnag.com/user", "token", { scheme: "token" }),
  ),
  netlify_token: httpCheck(
    "Netlify: whose token it is (GET api.netlify.com/api/v1/user)",
    get("https://api.netlify.com/api/v1/user", "token"),
  ),
  slack_bot_token: httpCheck("Slack: whose token it is (POST slack.com/api/auth.test)", {
    call: (values) => ({
      method: "POST",
      url: "https://slack.com/api/auth.test",
      headers: {
        authorization: `Bearer ${values("token")}`,
        "content-type": "application/json; charset=utf-8",
      },
    }),
    isAnswer: (json) => "ok" in json && typeof json.ok === "boolean",
    finding(json) {
      if ("ok" in json && json.ok === true) return undefined;
      return "error" in json && SLACK_TROUBLE.has(String(json.error))
        ? unknown("slack.com has trouble just now")
        : failed("slack.com refused it");
    },
  }),
  x_twitter_api: httpCheck(
    "X: that the bearer token may search (GET api.x.com/2/tweets/search/recent); the other fields were not tried",
    get("https://api.x.com/2/tweets/search/recent?query=test&max_results=10", "bearer_token"),
  ),
  x_twitter_user_oauth2: httpCheck(
    "X: whose access token it is (GET api.x.com/2/users/me)",
    get("https://api.x.com/2/users/me", "access_token"),
  ),
  reddit_oauth: httpCheck(
    "Reddit: that it gives a token for them (POST www.reddit.com/api/v1/access_token)",
    {
      call: (values) => ({
        method: "POST",
        url: "https://www.reddit.com/api/v1/access_token",
        headers: {
          authorization: `Basic ${base64(`${values("client_id")}:${values("client_secret")}`)}`,
          "user-agent": values("user_agent"),
          "content-type": "application/x-www-form-urlencoded",
        },
        body: new URLSearchParams({
          grant_type: "password",
          username: values("username"),
          password: values("password"),
        }).toString(),
      }),
      isAnswer: (json) => "access_token" in json || "error" in json,
      finding: (json) => ("error" in json ? failed("www.reddit.com refused them") : undefined),
    },
  ),
  vultr_api_key: httpCheck(
    "Vultr: whose key it is (GET api.vultr.com/v2/account)",
    get("https://api.vultr.com/v2/account", "api_key"),
  ),
  hetzner_api_key: httpCheck(
    "Hetzner: that it lists server types (GET api.hetzner.cloud/v1/server_types)",
    get("https://api.hetzner.cloud/v1/server_types", "api_key"),
  ),
  cloudflare_api_token: httpCheck(
    "Cloudflare: that it is active (GET api.cloudflare.com/client/v4/user/tokens/verify)",
    {
      ...get("https://api.cloudflare.com/client/v4/user/tokens/verify", "token"),
      isAnswer: (json) => "result" in json,
      finding: (json) =>
        isActive(json) ? undefined : failed("api.cloudflare.com says that it is not active"),
    },
  ),
};

const base64 = (text: string): string => Buffer.from(text).toString("base64");

const isActive = (json: object): boolean =>
  "result" in json &&
  typeof json.result === "object" &&
  json.result !== null &&
  "status" in json.result &&
  json.result.status === "active";
