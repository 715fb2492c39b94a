import { describe, expect, test, vi } from "vitest";
import { AccessTokens, TokenClient, withToken } from "../../src/gcp/sign-in-tokens.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Tokens t1, t2, … that live an hour each, on a clock that stands still until it is moved. */
function tokensOfAnHour() {
  const clock = { time: 1_000, now: () => clock.time };
  const failures: Error[] = [];
  const fetch = vi.fn(async () => {
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    return { value: `t${fetch.mock.calls.length}`, expiresAtMs: clock.time + HOUR };
  });
  return { clock, failures, fetch, tokens: new AccessTokens(fetch, clock) };
}

describe("an access token", () => {
  test("is fetched once for calls at the same time, and kept", async () => {
    const { tokens, fetch } = tokensOfAnHour();
    const together = await Promise.all([tokens.get(), tokens.get(), tokens.get()]);
    expect([...together, await tokens.get()]).toEqual(["t1", "t1", "t1", "t1"]);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["is kept while it has more than five minutes left", HOUR - 5 * MINUTE - 1, "t1"],
    ["is renewed when it has five minutes left", HOUR - 5 * MINUTE, "t2"],
    ["is renewed when it is over", HOUR, "t2"],
  ])("%s", async (_sentence, laterMs, expected) => {
    const { tokens, clock } = tokensOfAnHour();
    await tokens.get();
    clock.time += laterMs;
    expect(await tokens.get()).toBe(expected);
  });

  test("serves on while it holds and cannot be renewed, which is tried again after half a minute", async () => {
    const { tokens, clock, failures, fetch } = tokensOfAnHour();
    await tokens.get();
    clock.time += HOUR - 4 * MINUTE;
    failures.push(new Error("away"));
    expect([await tokens.get(), await tokens.get(), fetch.mock.calls.length]).toEqual([
      "t1",
      "t1",
      2,
    ]);
    clock.time += 30_000;
    expect(await tokens.get()).toBe("t3");
  });

  test("that is over and cannot be renewed fails, and the next call tries again", async () => {
    const { tokens, clock, failures } = tokensOfAnHour();
    await tokens.get();
    clock.time += HOUR;
    failures.push(new Error("away"));
    await expect(tokens.get()).rejects.toThrow("away");
    expect(await tokens.get()).toBe("t3");
  });

  test("that is forgotten is fetched anew; a newer one stays", async () => {
    const { tokens } = tokensOfAnHour();
    const first = await tokens.get();
    tokens.forget(first);
    expect(await tokens.get()).toBe("t2");
    tokens.forget(first);
    expect(await tokens.get()).toBe("t2");
  });
});

describe("an attempt with a token", () => {
  const refused = new Error("refused");
  const isRefused = (error: unknown): boolean => error === refused;

  test.each<
    [sentence: string, answers: readonly (string | Error)[], outcome: object, tries: number]
  >([
    ["is made once", ["done"], { returned: "done" }, 1],
    [
      "is made again with a new token when the old one is refused",
      [refused, "done"],
      { returned: "done" },
      2,
    ],
    ["is not made a third time", [refused, refused, "done"], { threw: refused }, 2],
    [
      "is not made again after any other failure",
      [new Error("x"), "done"],
      { threw: new Error("x") },
      1,
    ],
  ])("%s", async (_sentence, answers, expected, tries) => {
    const { tokens, fetch } = tokensOfAnHour();
    const left = [...answers];
    const attempt = vi.fn(async () => {
      const answer = left.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    });
    const outcome = await withToken(tokens, isRefused, attempt).then(
      (returned) => ({ returned }),
      (threw: unknown) => ({ threw }),
    );
    expect(outcome).toEqual(expected);
    expect([attempt.mock.calls.length, fetch.mock.calls.length]).toEqual([tries, tries]);
  });

  test("is not made at all when there is no token to be had", async () => {
    const { tokens, failures } = tokensOfAnHour();
    failures.push(refused);
    const attempt = vi.fn(async () => "done");
    await expect(withToken(tokens, isRefused, attempt)).rejects.toBe(refused);
    expect(attempt).not.toHaveBeenCalled();
  });

  test("needs none where this machine signs for itself", async () => {
    const attempt = vi.fn(async () => {
      throw refused;
    });
    await expect(withToken(undefined, isRefused, attempt)).rejects.toBe(refused);
    expect(attempt).toHaveBeenCalledTimes(1);
  });
});

describe("what Google's clients are given", () => {
  test.each([
    ["the token", undefined, { authorization: "Bearer t1" }],
    [
      "the token, and the project that is billed",
      "demo-project",
      { authorization: "Bearer t1", "x-goog-user-project": "demo-project" },
    ],
  ])("is %s", async (_sentence, quotaProject, expected) => {
    const client = new TokenClient(tokensOfAnHour().tokens, quotaProject);
    expect(Object.fromEntries(await client.getRequestHeaders())).toEqual(expected);
    expect(await client.getAccessToken()).toEqual({ token: "t1" });
  });

  test("sends requests of its own with them", async () => {
    const client = new TokenClient(tokensOfAnHour().tokens);
    const request = vi.spyOn(client.transporter, "request").mockResolvedValue({} as never);
    await client.request({ url: "https://run.googleapis.com/", headers: { accept: "text/plain" } });
    const [options] = request.mock.calls[0] ?? [];
    expect(Object.fromEntries(new Headers(options?.headers))).toEqual({
      accept: "text/plain",
      authorization: "Bearer t1",
    });
  });
});
