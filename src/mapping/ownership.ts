/** Labels are claims of ownership; nothing without them is ever changed. */
export const MANAGED_BY = { key: "managed-by", value: "action-llama" } as const;
export const AGENT_LABEL = "al-agent";

/** Annotations hold what labels may not: any characters, more text. */
export const CREDENTIAL_ANNOTATION = "al-credential";
/** On a directory secret: version number → field, as JSON. */
export const FILES_ANNOTATION = "al-files";
/** On a secret: the regions whose jobs may refer to it, divided by commas. A version that one of them pins is never destroyed. */
export const REGIONS_ANNOTATION = "al-regions";
/** On a job and its executions: the agent's exact name; the label holds a form that is legal for labels. */
export const AGENT_ANNOTATION = "al-agent-name";
/** On a job and its executions: the whole hash of the spec. */
export const SPEC_ANNOTATION = "al-spec-sha256";

type Labelled = { readonly labels?: { readonly [key: string]: string } | null };

/** Whether we made it. Names prove nothing: anyone can choose them. */
export const isOurs = (resource: Labelled): boolean =>
  resource.labels?.[MANAGED_BY.key] === MANAGED_BY.value;
