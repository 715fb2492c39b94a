import { GoogleError } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";

/** Collects what is wrong with a request, and refuses it with google.rpc.BadRequest if anything is. */
export class Violations {
  readonly #request: string;
  readonly #found: { field: string; description: string; message: string }[] = [];

  /** `request` is the message that the field paths start from, e.g. `CreateJobRequest`. */
  constructor(request: string) {
    this.#request = request;
  }

  add(field: string, description: string): void {
    // The form that Cloud Run v2 uses for `service_id`; for other fields its wording is mostly not known.
    const message = `Violation in ${this.#request}.${field}: ${description}`;
    this.#found.push({ field, description, message });
  }

  /** For the texts that Cloud Run prefixes with a path of its own making instead. */
  addAs(field: string, path: string, description: string): void {
    this.#found.push({ field, description, message: `${path}: ${description}` });
  }

  /** Throws INVALID_ARGUMENT with every violation found. */
  raise(): void {
    if (this.#found.length === 0) return;
    const message = this.#found.map((violation) => violation.message).join("\n");
    const fieldViolations: Json[] = this.#found.map(({ field, description }) => ({
      field,
      description,
    }));
    throw new GoogleError("INVALID_ARGUMENT", message, [
      { "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations },
    ]);
  }
}
