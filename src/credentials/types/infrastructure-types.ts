import type { CredentialType } from "../credential-type.ts";

/** What al's own commands use; never given to an agent. */
export const INFRASTRUCTURE_TYPES: readonly CredentialType[] = [
  {
    id: "gateway_api_key",
    label: "Gateway API Key",
    description: "API key for dashboard and CLI access to the gateway",
    section: "infrastructure",
    fields: [{ name: "key", label: "Key", kind: "secret" }],
  },
  {
    id: "vultr_api_key",
    label: "Vultr API Key",
    description: "Vultr API key for VPS provisioning",
    section: "infrastructure",
    helpUrl: "https://my.vultr.com/settings/#settingsapi",
    fields: [{ name: "api_key", label: "API key", kind: "secret" }],
  },
  {
    id: "hetzner_api_key",
    label: "Hetzner API Key",
    description: "Hetzner API key for VPS provisioning",
    section: "infrastructure",
    helpUrl: "https://console.hetzner.cloud/projects",
    fields: [{ name: "api_key", label: "API key", kind: "secret" }],
  },
  {
    id: "cloudflare_api_token",
    label: "Cloudflare API Token",
    description: "Cloudflare API token for DNS and TLS setup during provisioning",
    section: "infrastructure",
    helpUrl: "https://dash.cloudflare.com/profile/api-tokens",
    fields: [{ name: "token", label: "Token", kind: "secret", alternatives: ["api_token"] }],
  },
  {
    id: "vps_ssh",
    label: "VPS SSH Key",
    description: "SSH private key for VPS access (generated or selected during provisioning)",
    section: "infrastructure",
    fields: [{ name: "id_rsa", label: "Private key", kind: "key", alternatives: ["private_key"] }],
  },
  {
    id: "gcp_service_account",
    label: "GCP Service Account Key",
    description:
      "GCP service account JSON key for Cloud Run Jobs runtime (requires roles/run.admin, roles/secretmanager.admin, roles/artifactregistry.admin)",
    section: "infrastructure",
    helpUrl: "https://cloud.google.com/iam/docs/keys-create-delete",
    fields: [{ name: "key_json", label: "Key JSON", kind: "secret" }],
  },
];
