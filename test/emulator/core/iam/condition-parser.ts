import { GoogleError } from "../google-error.ts";

type Attributes = Readonly<Record<"name" | "type" | "service", string>>;
type Test = (resource: Attributes) => boolean;

const TOKEN = /\s*(?:(&&|\|\||==|!=|[!().])|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_]\w*))/y;

/**
 * The part of CEL that resource conditions use (docs.cloud.google.com/iam/docs/conditions-overview):
 * `resource.name|type|service` with `==`, `!=`, `startsWith`, `endsWith`, joined by `&&`, `||`, `!` and parentheses.
 */
export const parseCondition = (expression: string): Test => new Parser(expression).parse();

class Parser {
  readonly #expression: string;
  readonly #tokens: string[];
  #next = 0;

  constructor(expression: string) {
    this.#expression = expression;
    this.#tokens = this.#tokenize();
  }

  parse(): Test {
    const test = this.#anyOf();
    return this.#next === this.#tokens.length ? test : this.#refuse();
  }

  #anyOf(): Test {
    const tests = [this.#allOf()];
    while (this.#takeIf("||")) tests.push(this.#allOf());
    return (resource) => tests.some((test) => test(resource));
  }

  #allOf(): Test {
    const tests = [this.#single()];
    while (this.#takeIf("&&")) tests.push(this.#single());
    return (resource) => tests.every((test) => test(resource));
  }

  #single(): Test {
    if (this.#takeIf("!")) {
      const test = this.#single();
      return (resource) => !test(resource);
    }
    if (!this.#takeIf("(")) return this.#comparison();
    const test = this.#anyOf();
    this.#take(")");
    return test;
  }

  #comparison(): Test {
    if (this.#takeIf("true")) return () => true;
    if (this.#takeIf("false")) return () => false;
    const attribute = this.#attribute();
    const operator = this.#takeAny();
    if (operator === ".") return this.#stringTest(attribute);
    const text = this.#text();
    if (operator === "==") return (resource) => resource[attribute] === text;
    return operator === "!=" ? (resource) => resource[attribute] !== text : this.#refuse();
  }

  #stringTest(attribute: keyof Attributes): Test {
    const verb = this.#takeAny();
    this.#take("(");
    const text = this.#text();
    this.#take(")");
    if (verb === "startsWith") return (resource) => resource[attribute].startsWith(text);
    if (verb === "endsWith") return (resource) => resource[attribute].endsWith(text);
    return this.#refuse();
  }

  #attribute(): keyof Attributes {
    this.#take("resource");
    this.#take(".");
    const name = this.#takeAny();
    return name === "name" || name === "type" || name === "service" ? name : this.#refuse();
  }

  #text(): string {
    const token = this.#takeAny();
    if (!/^["']/.test(token)) return this.#refuse();
    return token.slice(1, -1).replace(/\\(["'\\])/g, "$1");
  }

  #takeAny(): string {
    return this.#tokens[this.#next++] ?? this.#refuse();
  }

  #take(token: string): void {
    if (this.#takeAny() !== token) this.#refuse();
  }

  #takeIf(token: string): boolean {
    const isNext = this.#tokens[this.#next] === token;
    if (isNext) this.#next++;
    return isNext;
  }

  #tokenize(): string[] {
    const tokens: string[] = [];
    const pattern = new RegExp(TOKEN);
    const expression = this.#expression.trimEnd();
    while (pattern.lastIndex < expression.length) {
      const match = pattern.exec(expression) ?? this.#refuse();
      tokens.push(match[1] ?? match[2] ?? match[3] ?? "");
    }
    return tokens;
  }

  #refuse(): never {
    // A condition that is only partly understood could grant too much, so it never becomes a policy.
    throw new GoogleError(
      "INVALID_ARGUMENT",
      `The emulator does not understand the IAM condition: ${this.#expression}`,
    );
  }
}
