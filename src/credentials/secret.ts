import { createHmac, timingSafeEqual } from "node:crypto";

const HIDDEN = "[secret]";

/**
 * A value that cannot be printed, serialised or compared by accident: every ordinary way of turning it
 * into text gives `[secret]`. `reveal` is for the few places that hand it over (an architecture test lists them).
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. */
  reveal(): string {
    return this.#value;
  }

  /** Size in UTF-8 bytes. */
  get byteLength(): number {
    return Buffer.byteLength(this.#value);
  }

  get isEmpty(): boolean {
    return this.#value === "";
  }

  /** Whether it holds a NUL character, which no environment variable can. */
  hasNul(): boolean {
    return this.#value.includes("\0");
  }

  /** HMAC-SHA256 under a random salt, in hex: says whether a value changed without telling what it is. */
  fingerprint(salt: string): string {
    return createHmac("sha256", salt).update(this.#value).digest("hex");
  }

  /** Whether the UTF-8 bytes are the same, in time that does not depend on where they differ. */
  hasBytes(bytes: Uint8Array): boolean {
    const own = Buffer.from(this.#value);
    return own.length === bytes.length && timingSafeEqual(own, bytes);
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.toPrimitive](): string {
    return HIDDEN;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return HIDDEN;
  }
}
