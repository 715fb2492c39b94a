import type { Check } from "./check.ts";
import { httpCheck } from "./http-check.ts";

const OAUTH_PREFIX = "sk-ant-oat";

const API_KEY = httpCheck("", {
  call: (values) => ({
    url: "https://api.anthropic.com/v1/models?limit=1",
    headers: { "x-api-key": values("token"), "anthropic-version": "2023-06-01" },
  }),
});

/** An API key is shown to Anthropic by a call that costs nothing; an OAuth token is for a client that al is not. */
export const ANTHROPIC_CHECK: Check = {
  checked: `Anthropic: that an API key lists models (GET api.anthropic.com/v1/models); of an OAuth token only that it begins with "${OAUTH_PREFIX}"`,
  find: (values, tools) =>
    values("token").startsWith(OAUTH_PREFIX) ? undefined : API_KEY.find?.(values, tools),
};
