/** What one look at values found; undefined when all is well. The reason never holds a value. */
export type Finding = { readonly outcome: "failed" | "unknown"; readonly why: string } | undefined;

export const failed = (why: string): Finding => ({ outcome: "failed", why });

export const unknown = (why: string): Finding => ({ outcome: "unknown", why });
