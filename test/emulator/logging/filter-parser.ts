import { unparseable } from "./filter-error.ts";
import { type Token, tokensOf } from "./filter-tokens.ts";

export type Operator = "=" | "!=" | ">" | ">=" | "<" | "<=" | ":" | "=~" | "!~";

/** What a field is compared with; `name=(a OR b)` compares it with several. */
export type Operand =
  | { readonly kind: "value"; readonly text: string; readonly quoted: boolean }
  | { readonly kind: "all" | "any"; readonly of: readonly Operand[] }
  | { readonly kind: "not"; readonly of: Operand };

export type Expression =
  | { readonly kind: "and" | "or"; readonly of: readonly Expression[] }
  | { readonly kind: "not"; readonly of: Expression }
  | { readonly kind: "search"; readonly text: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly string[][] }
  | {
      readonly kind: "comparison";
      readonly path: readonly string[];
      readonly operator: Operator;
      readonly operand: Operand;
    };

// A filter has at most 20,000 characters; without a bound, as many parentheses would exhaust the stack.
const DEEPEST_NESTING = 500;

/** Parses the Logging query language; an empty filter is undefined. */
export function parseExpression(filter: string): Expression | undefined {
  const parser = new FilterParser(filter);
  return parser.parse();
}

class FilterParser {
  readonly #filter: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(filter: string) {
    this.#filter = filter;
    this.#tokens = tokensOf(filter);
  }

  parse(): Expression | undefined {
    if (this.#peek().kind === "end") return undefined;
    const expression = this.#and();
    if (this.#peek().kind !== "end") throw this.#unexpected();
    return expression;
  }

  // "The NOT operator has the highest precedence, followed by OR and AND in that order."
  // https://cloud.google.com/logging/docs/view/logging-query-language#boolean-operators
  #and(): Expression {
    return joined(
      "and",
      this.#operands(() => this.#or()),
    );
  }

  #or(): Expression {
    return joined(
      "or",
      this.#alternatives(() => this.#not()),
    );
  }

  #not(): Expression {
    if (!this.#takeNot()) return this.#term();
    return this.#nested(() => ({ kind: "not", of: this.#not() }));
  }

  #term(): Expression {
    const token = this.#peek();
    if (token.kind === "(") return this.#parenthesised(() => this.#and());
    if (token.kind !== "text" && token.kind !== "string") throw this.#unexpected();
    if (token.kind === "text" && isKeyword(token.text)) throw this.#unexpected();
    const path = this.#path();
    const after = this.#peek();
    if (after.kind === "(" && !after.spaced && path.length === 1) return this.#call(token);
    if (after.kind !== "op") return { kind: "search", text: path.join(".") };
    this.#at += 1;
    return {
      kind: "comparison",
      path,
      operator: after.text as Operator,
      operand: this.#operand(),
    };
  }

  #operand(): Operand {
    if (this.#peek().kind === "(") return this.#parenthesised(() => this.#operandAnd());
    return this.#value();
  }

  #operandAnd(): Operand {
    return joinedOperand(
      "all",
      this.#operands(() => this.#operandOr()),
    );
  }

  #operandOr(): Operand {
    return joinedOperand(
      "any",
      this.#alternatives(() => this.#operandNot()),
    );
  }

  #operandNot(): Operand {
    if (!this.#takeNot()) return this.#operand();
    return this.#nested(() => ({ kind: "not", of: this.#operandNot() }));
  }

  #value(): Operand {
    const token = this.#peek();
    if (token.kind === "string" && !this.#continuesPath(1)) {
      this.#at += 1;
      return { kind: "value", text: token.text, quoted: true };
    }
    if (token.kind !== "text" || isKeyword(token.text)) throw this.#unexpected();
    return { kind: "value", text: this.#path().join("."), quoted: false };
  }

  #call(name: Token): Expression {
    const args: string[][] = [];
    return this.#parenthesised(() => {
      while (this.#peek().kind !== ")") {
        if (args.length > 0) this.#take(",");
        args.push(this.#path());
      }
      return { kind: "call", name: name.text, args };
    });
  }

  #path(): string[] {
    const segments = [this.#segment()];
    while (this.#continuesPath(0)) {
      this.#at += 1;
      segments.push(this.#segment());
    }
    return segments;
  }

  // A dash inside a word is read as part of it, one at the start as NOT; both are text after a dot.
  #segment(): string {
    const token = this.#peek();
    if (token.kind !== "text" && token.kind !== "string") throw this.#unexpected();
    this.#at += 1;
    return token.text;
  }

  #continuesPath(ahead: number): boolean {
    const dot = this.#tokens[this.#at + ahead];
    const after = this.#tokens[this.#at + ahead + 1];
    return dot?.kind === "." && !dot.spaced && after?.spaced === false;
  }

  #operands<T>(parseOne: () => T): T[] {
    const all = [parseOne()];
    for (;;) {
      if (this.#takeKeyword("AND") || this.#startsTerm()) all.push(parseOne());
      else return all;
    }
  }

  #alternatives<T>(parseOne: () => T): T[] {
    const all = [parseOne()];
    while (this.#takeKeyword("OR")) all.push(parseOne());
    return all;
  }

  #startsTerm(): boolean {
    const { kind, text } = this.#peek();
    if (kind === "text") return text === "NOT" || !isKeyword(text);
    return kind === "string" || kind === "(" || kind === "-";
  }

  #takeNot(): boolean {
    if (this.#peek().kind !== "-") return this.#takeKeyword("NOT");
    this.#at += 1;
    return true;
  }

  #takeKeyword(word: string): boolean {
    const { kind, text } = this.#peek();
    if (kind !== "text" || text !== word) return false;
    this.#at += 1;
    return true;
  }

  #parenthesised<T>(parseInner: () => T): T {
    this.#take("(");
    const inner = this.#nested(parseInner);
    this.#take(")");
    return inner;
  }

  #nested<T>(parseInner: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEEPEST_NESTING) throw this.#unexpected();
    const inner = parseInner();
    this.#depth -= 1;
    return inner;
  }

  #take(kind: Token["kind"]): void {
    if (this.#peek().kind !== kind) throw this.#unexpected();
    this.#at += 1;
  }

  #peek(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #unexpected(): Error {
    return unparseable(this.#filter, this.#peek());
  }
}

const isKeyword = (text: string): boolean => text === "AND" || text === "OR" || text === "NOT";

function joined(kind: "and" | "or", of: readonly Expression[]): Expression {
  return of.length === 1 ? (of[0] as Expression) : { kind, of };
}

function joinedOperand(kind: "all" | "any", of: readonly Operand[]): Operand {
  return of.length === 1 ? (of[0] as Operand) : { kind, of };
}
