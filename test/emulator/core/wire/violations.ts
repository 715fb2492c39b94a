import { GoogleError } from "../google-error.ts";

/**
 * Collects what is wrong with a request, to refuse it once with everything.
 * Google's texts repeat the offending value; ours never do, because it may be a secret.
 */
export class Violations {
  readonly #found: { field: string; description: string }[] = [];

  /** `at` is the path of the message that holds the unknown name. */
  unknownName(name: string, at: string): void {
    const place = at === "" ? "" : ` at '${at}'`;
    this.#add(
      at,
      `Invalid JSON payload received. Unknown name "${name}"${place}: Cannot find field.`,
    );
  }

  unknownQuery(name: string): void {
    this.#add(
      "",
      `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`,
    );
  }

  /** `expected` is a proto type, e.g. `TYPE_INT32`. */
  invalidValue(at: string, expected: string): void {
    this.#add(at, `Invalid value at '${at}' (${expected})`);
  }

  secondOfOneof(at: string, { oneof, field }: { oneof: string; field: string }): void {
    this.#add(
      at,
      `Invalid value at '${at}' (oneof), oneof field '${oneof}' is already set. Cannot set '${field}'`,
    );
  }

  /** Throws INVALID_ARGUMENT in Google's form if anything was found. */
  throwIfAny(): void {
    if (this.#found.length === 0) return;
    const message = this.#found.map(({ description }) => description).join("\n");
    throw new GoogleError("INVALID_ARGUMENT", message, [
      { "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: this.#found },
    ]);
  }

  #add(field: string, description: string): void {
    this.#found.push({ ...(field === "" ? {} : { field }), description } as never);
  }
}
