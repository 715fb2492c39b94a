import type { CredentialType } from "../credential-type.ts";

type ModelKey = Pick<CredentialType, "id" | "label" | "description" | "helpUrl">;

/** Keys of model providers: one token, which the SDK reads from its file and no variable carries. */
const modelKey = (key: ModelKey): CredentialType => ({
  ...key,
  section: "runtime",
  fields: [{ name: "token", label: "API key", kind: "secret" }],
});

/** Anthropic's key, which may be an OAuth token too. */
export const ANTHROPIC_KEY: CredentialType = {
  id: "anthropic_key",
  label: "Anthropic API Credential",
  description: "Anthropic API key, OAuth token, or pi auth",
  section: "runtime",
  helpUrl: "https://console.anthropic.com/settings/keys",
  fields: [{ name: "token", label: "API key or OAuth token", kind: "secret" }],
};

/** The keys of the other model providers; a model of provider `p` needs `p_key`. */
export const MODEL_KEY_TYPES: readonly CredentialType[] = [
  modelKey({
    id: "openai_key",
    label: "OpenAI API Credential",
    description: "OpenAI API key",
    helpUrl: "https://platform.openai.com/api-keys",
  }),
  modelKey({
    id: "groq_key",
    label: "Groq API Credential",
    description: "Groq API key",
    helpUrl: "https://console.groq.com/keys",
  }),
  modelKey({
    id: "google_key",
    label: "Google AI API Credential",
    description: "Google Gemini API key",
    helpUrl: "https://aistudio.google.com/apikey",
  }),
  modelKey({
    id: "xai_key",
    label: "xAI API Credential",
    description: "xAI API key",
    helpUrl: "https://console.x.ai",
  }),
  modelKey({
    id: "mistral_key",
    label: "Mistral AI API Credential",
    description: "Mistral API key",
    helpUrl: "https://console.mistral.ai/api-keys",
  }),
  modelKey({
    id: "openrouter_key",
    label: "OpenRouter API Credential",
    description: "OpenRouter API key",
    helpUrl: "https://openrouter.ai/settings/keys",
  }),
  modelKey({
    id: "custom_key",
    label: "Custom LLM Provider API Credential",
    description: "Custom provider API key",
  }),
];
