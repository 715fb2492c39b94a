import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CheckResult,
  checkCredential,
} from "../../../src/credentials/checks/check-credential.ts";
import { Secret } from "../../../src/credentials/secret.ts";
import { type Answer, json, type Received, type Services, startServices } from "./services.ts";

let services: Services;
beforeAll(async () => {
  services = await startServices();
});
afterAll(() => services.close());

type Case = {
  readonly values: Readonly<Record<string, string>>;
  readonly checked: string;
  readonly requests: readonly Partial<Received>[];
  readonly answers: readonly Answer[];
  /** Answers of 200 that refuse all the same, and the reason that is given. */
  readonly refusals?: readonly (readonly [why: string, answer: Answer])[];
};

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const linear = (values: Case["values"], authorization: string): Case => ({
  values,
  checked: "Linear: whose token it is (POST api.linear.app/graphql, a query of the viewer)",
  requests: [
    {
      line: "POST /api.linear.app/graphql",
      headers: { authorization, "content-type": "application/json" },
      body: '{"query":"{ viewer { id } }"}',
    },
  ],
  answers: [json({ data: { viewer: { id: "1" } } })],
  refusals: [["api.linear.app refused it", json({ errors: [{ message: "no" }] })]],
});

const CASES: Readonly<Record<string, Case>> = {
  github_token: {
    values: { token: "ghp_fakeFakeFake0001" },
    checked:
      "GitHub: whose token it is (GET api.github.com/user) and that it lists repositories (GET /user/repos)",
    requests: ["/user", "/user/repos?sort=updated&per_page=1"].map((path) => ({
      line: `GET /api.github.com${path}`,
      headers: { ...bearer("ghp_fakeFakeFake0001"), accept: "application/vnd.github+json" },
    })),
    answers: [json({ login: "octocat" }), json([])],
  },
  anthropic_key: {
    values: { token: "sk-ant-api03-fake-0002" },
    checked:
      'Anthropic: that an API key lists models (GET api.anthropic.com/v1/models); of an OAuth token only that it begins with "sk-ant-oat"',
    requests: [
      {
        line: "GET /api.anthropic.com/v1/models?limit=1",
        headers: { "x-api-key": "sk-ant-api03-fake-0002", "anthropic-version": "2023-06-01" },
      },
    ],
    answers: [json({ data: [] })],
  },
  sentry_token: {
    values: { token: "fake-sentry-0003" },
    checked: "Sentry: that it sees an organization (GET sentry.io/api/0/organizations/)",
    requests: [
      { line: "GET /sentry.io/api/0/organizations/", headers: bearer("fake-sentry-0003") },
    ],
    answers: [json([{ slug: "acme" }])],
    refusals: [["it sees no organization", json([])]],
  },
  linear_token: linear({ token: "lin_api_fake0004" }, "lin_api_fake0004"),
  linear_oauth: linear(
    { client_id: "fake-id", client_secret: "fake-secret-0005", access_token: "fake-access-0005" },
    "Bearer fake-access-0005",
  ),
  bugsnag_token: {
    values: { token: "fake-bugsnag-0006" },
    checked: "Bugsnag: whose token it is (GET api.bugsnag.com/user)",
    requests: [
      {
        line: "GET /api.bugsnag.com/user",
        headers: { authorization: "token fake-bugsnag-0006" },
      },
    ],
    answers: [json({ id: "1" })],
  },
  netlify_token: {
    values: { token: "fake-netlify-0007" },
    checked: "Netlify: whose token it is (GET api.netlify.com/api/v1/user)",
    requests: [{ line: "GET /api.netlify.com/api/v1/user", headers: bearer("fake-netlify-0007") }],
    answers: [json({ id: "1" })],
  },
  slack_bot_token: {
    values: { token: "xoxb-fake-0008" },
    checked: "Slack: whose token it is (POST slack.com/api/auth.test)",
    requests: [
      {
        line: "POST /slack.com/api/auth.test",
        headers: { ...bearer("xoxb-fake-0008"), "content-type": "application/json; charset=utf-8" },
        body: "",
      },
    ],
    answers: [json({ ok: true })],
    refusals: [["slack.com refused it", json({ ok: false, error: "invalid_auth" })]],
  },
  x_twitter_api: {
    values: { api_key: "fake-key", api_secret: "fake-0009", bearer_token: "fake-bearer-0009" },
    checked:
      "X: that the bearer token may search (GET api.x.com/2/tweets/search/recent); the other fields were not tried",
    requests: [
      {
        line: "GET /api.x.com/2/tweets/search/recent?query=test&max_results=10",
        headers: bearer("fake-bearer-0009"),
      },
    ],
    answers: [json({ data: [] })],
  },
  x_twitter_user_oauth2: {
    values: {
      client_id: "fake-id-0010",
      client_secret: "fake-secret-0010",
      access_token: "fake-access-0010",
      refresh_token: "fake-refresh-0010",
    },
    checked: "X: whose access token it is (GET api.x.com/2/users/me)",
    requests: [{ line: "GET /api.x.com/2/users/me", headers: bearer("fake-access-0010") }],
    answers: [json({ data: { id: "1" } })],
  },
  reddit_oauth: {
    values: {
      client_id: "fake-id",
      client_secret: "fake-secret-0011",
      username: "botty",
      password: "fake pass&word",
      user_agent: "script:botty:v1 (by /u/botty)",
    },
    checked: "Reddit: that it gives a token for them (POST www.reddit.com/api/v1/access_token)",
    requests: [
      {
        line: "POST /www.reddit.com/api/v1/access_token",
        headers: {
          authorization: `Basic ${Buffer.from("fake-id:fake-secret-0011").toString("base64")}`,
          "content-type": "application/x-www-form-urlencoded",
          "user-agent": "script:botty:v1 (by /u/botty)",
        },
        body: "grant_type=password&username=botty&password=fake+pass%26word",
      },
    ],
    answers: [json({ access_token: "fake" })],
    refusals: [["www.reddit.com refused them", json({ error: "invalid_grant" })]],
  },
  vultr_api_key: {
    values: { api_key: "fake-vultr-0012" },
    checked: "Vultr: whose key it is (GET api.vultr.com/v2/account)",
    requests: [{ line: "GET /api.vultr.com/v2/account", headers: bearer("fake-vultr-0012") }],
    answers: [json({ account: {} })],
  },
  hetzner_api_key: {
    values: { api_key: "fake-hetzner-0013" },
    checked: "Hetzner: that it lists server types (GET api.hetzner.cloud/v1/server_types)",
    requests: [
      { line: "GET /api.hetzner.cloud/v1/server_types", headers: bearer("fake-hetzner-0013") },
    ],
    answers: [json({ server_types: [] })],
  },
  cloudflare_api_token: {
    values: { token: "fake-cloudflare-0014" },
    checked: "Cloudflare: that it is active (GET api.cloudflare.com/client/v4/user/tokens/verify)",
    requests: [
      {
        line: "GET /api.cloudflare.com/client/v4/user/tokens/verify",
        headers: bearer("fake-cloudflare-0014"),
      },
    ],
    answers: [json({ result: { status: "active" } })],
    refusals: [
      ["api.cloudflare.com says that it is not active", json({ result: { status: "disabled" } })],
    ],
  },
};

const secrets = (values: Case["values"]): ReadonlyMap<string, Secret> =>
  new Map(Object.entries(values).map(([field, value]) => [field, new Secret(value)]));

const check = (type: string, values: Case["values"], timeoutMs = 20_000): Promise<CheckResult> =>
  checkCredential(type, secrets(values), { fetch, baseUrl: services.baseUrl, timeoutMs });

/** The host that a case asks, from its first request. */
const hostOf = ({ requests }: Case): string => requests[0]?.line?.split("/")[1] ?? "";

describe.each(Object.entries(CASES))("%s", (type, given) => {
  const { values, checked } = given;
  const host = hostOf(given);

  test("is shown to its service as the service wants it, and accepted", async () => {
    services.answer(...given.answers);
    expect(await check(type, values)).toEqual({ outcome: "ok", checked });
    expect(services.received).toEqual(
      given.requests.map((request) => ({ body: "", headers: {}, ...request })),
    );
  });

  test.each<[sentence: string, answer: Answer, result: Omit<CheckResult, "checked">]>([
    [
      "refused",
      { status: 401, body: '{"message":"no"}' },
      { outcome: "failed", why: `${host} refused it (401 Unauthorized)` },
    ],
    [
      "forbidden",
      { status: 403, body: "" },
      { outcome: "failed", why: `${host} refused it (403 Forbidden)` },
    ],
    [
      "malformed, says the service",
      { status: 400, body: "bad" },
      { outcome: "failed", why: `${host} refused it (400 Bad Request)` },
    ],
    [
      "one call too many",
      { status: 429, body: "" },
      { outcome: "unknown", why: `${host} wants fewer calls just now (429)` },
    ],
    [
      "one call too many, in GitHub's words",
      { status: 403, body: "", headers: { "x-ratelimit-remaining": "0" } },
      { outcome: "unknown", why: `${host} wants fewer calls just now (403)` },
    ],
    [
      "the service's trouble",
      { status: 503, body: "" },
      { outcome: "unknown", why: `${host} has trouble just now (503)` },
    ],
    [
      "a call that the service no longer has",
      { status: 404, body: "{}" },
      { outcome: "unknown", why: `${host} answered 404, which says nothing about the credential` },
    ],
    [
      "a network that wants a login first, by redirect",
      { status: 302, body: "", headers: { location: "/login" } },
      { outcome: "unknown", why: `${host} answered 302, which says nothing about the credential` },
    ],
    [
      "a network that wants a login first, by a page",
      { status: 200, body: "<html>Welcome</html>" },
      { outcome: "unknown", why: `${host} answered with something else than it should` },
    ],
    [
      "an answer that is cut off",
      { status: 200, body: '{"data":' },
      { outcome: "unknown", why: `${host} answered with something else than it should` },
    ],
    [
      "an answer that is no object",
      { status: 200, body: "null" },
      { outcome: "unknown", why: `${host} answered with something else than it should` },
    ],
  ])("%s", async (_sentence, answer, result) => {
    services.answer(answer);
    expect(await check(type, values)).toEqual({ ...result, checked });
    expect(services.received).toHaveLength(1);
  });

  test.each(given.refusals ?? [])("%s", async (why, answer) => {
    services.answer(answer);
    expect(await check(type, values)).toEqual({ outcome: "failed", checked, why });
  });

  test("no answer in time", async () => {
    services.answer("never");
    const why = `${host} did not answer in time`;
    expect(await check(type, values, 100)).toEqual({ outcome: "unknown", checked, why });
  });

  test.each(Object.keys(values))("without %s nothing is asked", async (field) => {
    services.answer(json({}));
    expect(await check(type, { ...values, [field]: " \n" })).toEqual({
      outcome: "failed",
      checked,
      why: `the field ${field} is missing or empty`,
    });
    expect(services.received).toEqual([]);
  });
});

describe("every service", () => {
  test("that cannot be reached leaves the question open", async () => {
    const gone = await startServices();
    await gone.close();
    const { baseUrl } = gone;
    const results = await Promise.all(
      Object.entries(CASES).map(([type, { values }]) =>
        checkCredential(type, secrets(values), { fetch, baseUrl, timeoutMs: 20_000 }),
      ),
    );
    expect(results).toEqual(
      Object.values(CASES).map((given) => ({
        outcome: "unknown",
        checked: given.checked,
        why: `${hostOf(given)} cannot be reached: the connection is refused`,
      })),
    );
  });

  test("gets no header that cannot be sent, and no reason quotes it", async () => {
    services.answer(json({}));
    const token = "ghp_fake\nX-Evil: 1";
    const result = await check("github_token", { token });
    expect(result.outcome).toBe("failed");
    expect(result.why).toBe("it has characters that no such credential has");
    expect(services.received).toEqual([]);
  });

  test("that quotes what it got is not quoted", async () => {
    for (const [type, { values }] of Object.entries(CASES)) {
      for (const status of [200, 400, 401, 429, 500]) {
        const quoted = { error: Object.values(values), errors: Object.values(values), result: {} };
        services.answer({ status, body: JSON.stringify(quoted) });
        const said = JSON.stringify(await check(type, values));
        expect(Object.values(values).filter((value) => said.includes(value))).toEqual([]);
      }
    }
  });
});

describe("what only one service does", () => {
  test("GitHub may know the token and still not list repositories", async () => {
    services.answer(json({ login: "octocat" }), { status: 403, body: "{}" });
    expect(await check("github_token", { token: "ghp_fake" })).toMatchObject({
      outcome: "failed",
      why: "api.github.com refused it (403 Forbidden)",
    });
  });

  test("an OAuth token of Anthropic is not sent", async () => {
    services.answer(json({}));
    expect(await check("anthropic_key", { token: "sk-ant-oat01-fake" })).toMatchObject({
      outcome: "ok",
    });
    expect(services.received).toEqual([]);
  });

  test("Linear says with 400 that it wants fewer calls", async () => {
    const body = JSON.stringify({ errors: [{ extensions: { code: "RATELIMITED" } }] });
    services.answer({ status: 400, body });
    expect(await check("linear_token", { token: "lin_api_fake" })).toMatchObject({
      outcome: "unknown",
      why: "api.linear.app wants fewer calls just now",
    });
  });

  test.each(["ratelimited", "internal_error", "service_unavailable"])(
    "Slack says with 200 that it has trouble: %s",
    async (error) => {
      services.answer(json({ ok: false, error }));
      expect(await check("slack_bot_token", { token: "xoxb-fake" })).toMatchObject({
        outcome: "unknown",
        why: "slack.com has trouble just now",
      });
    },
  );

  test("Cloudflare's token is found under its older name", async () => {
    services.answer(json({ result: { status: "active" } }));
    expect(await check("cloudflare_api_token", { api_token: "fake" })).toMatchObject({
      outcome: "ok",
    });
  });

  test("a service's own address is asked unless another is named", async () => {
    const urls: unknown[] = [];
    const result = await checkCredential("vultr_api_key", secrets({ api_key: "fake" }), {
      fetch: async (url) => {
        urls.push(url);
        return Response.json({});
      },
      timeoutMs: 20_000,
    });
    expect(urls).toEqual(["https://api.vultr.com/v2/account"]);
    expect(result.outcome).toBe("ok");
  });
});
