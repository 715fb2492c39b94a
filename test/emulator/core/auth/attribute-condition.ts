import { GoogleError } from "../google-error.ts";

/** What an attribute condition may ask about: `assertion.repository`, `attribute.env`, `google.subject`. */
export type SubjectAttributes = Readonly<Record<string, string | undefined>>;

const COMPARISON =
  /^\s*((?:assertion|attribute|google)\.\w+)\s*(==|!=)\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*$/;

/**
 * The part of CEL that most attribute conditions use: comparisons joined by `&&`
 * (docs.cloud.google.com/iam/docs/workload-identity-federation, attribute conditions). Throws INVALID_ARGUMENT for the
 * rest: a condition that is half understood could let in too many.
 */
export function attributeCondition(expression: string): (attributes: SubjectAttributes) => boolean {
  const comparisons = expression.split("&&").map((text) => comparison(text, expression));
  return (attributes) => comparisons.every((holds) => holds(attributes));
}

function comparison(text: string, whole: string): (attributes: SubjectAttributes) => boolean {
  const [, name = "", operator, double, single] = COMPARISON.exec(text) ?? [];
  if (operator === undefined)
    throw new GoogleError(
      "INVALID_ARGUMENT",
      `The emulator does not understand the attribute condition: ${whole}`,
    );
  const wanted = double ?? single;
  return (attributes) => (attributes[name] === wanted) === (operator === "==");
}
