/** What a condition may ask about a resource; its name carries the project's number. */
export type ResourceAttributes = {
  readonly name: string;
  readonly type: string;
  readonly service: string;
};

/** Undefined: it depends on what is not known here, such as the time of the request. */
type Verdict = boolean | undefined;

const TOKEN =
  /\s*(?:(&&|\|\||==|!=|[!().,<>])|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_]\w*)|(\S))/y;

/**
 * Whether an IAM condition holds for a resource, as far as it only asks for the resource's name, type and service with `==`, `!=`,
 * `startsWith`, `endsWith`, `&&`, `||`, `!` and parentheses (https://cloud.google.com/iam/docs/conditions-overview).
 * Undefined for everything else that CEL can say: then nobody here can tell.
 */
export function conditionHolds(expression: string, resource: ResourceAttributes): Verdict {
  try {
    return new Evaluation(tokensOf(expression), resource).whole();
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

class NotUnderstood extends Error {}

function tokensOf(expression: string): string[] {
  const pattern = new RegExp(TOKEN);
  const text = expression.trimEnd();
  const tokens: string[] = [];
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) throw new NotUnderstood();
    tokens.push(match[0].trim());
  }
  return tokens;
}

const not = (verdict: Verdict): Verdict => (verdict === undefined ? undefined : !verdict);

class Evaluation {
  readonly #tokens: readonly string[];
  readonly #resource: ResourceAttributes;
  #next = 0;

  constructor(tokens: readonly string[], resource: ResourceAttributes) {
    this.#tokens = tokens;
    this.#resource = resource;
  }

  whole(): Verdict {
    const verdict = this.#anyOf();
    if (this.#next < this.#tokens.length) throw new NotUnderstood();
    return verdict;
  }

  #anyOf(): Verdict {
    const verdicts = [this.#allOf()];
    while (this.#takeIf("||")) verdicts.push(this.#allOf());
    if (verdicts.includes(true)) return true;
    return verdicts.includes(undefined) ? undefined : false;
  }

  #allOf(): Verdict {
    const verdicts = [this.#single()];
    while (this.#takeIf("&&")) verdicts.push(this.#single());
    if (verdicts.includes(false)) return false;
    return verdicts.includes(undefined) ? undefined : true;
  }

  #single(): Verdict {
    if (this.#takeIf("!")) return not(this.#single());
    if (this.#takeIf("true")) return true;
    if (this.#takeIf("false")) return false;
    if (!this.#takeIf("(")) return this.#comparison();
    const verdict = this.#anyOf();
    this.#take(")");
    return verdict;
  }

  #comparison(): Verdict {
    this.#take("resource");
    this.#take(".");
    const attribute = this.#attribute();
    const operator = this.#any();
    if (operator === "==") return attribute === this.#text();
    if (operator === "!=") return attribute !== this.#text();
    if (operator !== ".") throw new NotUnderstood();
    const verb = this.#any();
    this.#take("(");
    const text = this.#text();
    this.#take(")");
    if (verb === "startsWith") return attribute.startsWith(text);
    if (verb === "endsWith") return attribute.endsWith(text);
    throw new NotUnderstood();
  }

  #attribute(): string {
    const name = this.#any();
    if (name === "name" || name === "type" || name === "service") return this.#resource[name];
    throw new NotUnderstood();
  }

  #text(): string {
    const token = this.#any();
    if (!/^["']/.test(token)) throw new NotUnderstood();
    return token.slice(1, -1).replace(/\\(["'\\])/g, "$1");
  }

  #any(): string {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw new NotUnderstood();
    this.#next += 1;
    return token;
  }

  #take(token: string): void {
    if (this.#any() !== token) throw new NotUnderstood();
  }

  #takeIf(token: string): boolean {
    const isNext = this.#tokens[this.#next] === token;
    if (isNext) this.#next += 1;
    return isNext;
  }
}
