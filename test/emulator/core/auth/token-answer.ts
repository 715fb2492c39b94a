/** What a token endpoint answers. */
export type TokenAnswer = {
  readonly status: number;
  readonly body: Readonly<Record<string, string | number>>;
};

/** A refusal in the form of RFC 6749, section 5.2. */
export const refuse = (error: string, error_description: string, status = 400): TokenAnswer => ({
  status,
  body: { error, error_description },
});
