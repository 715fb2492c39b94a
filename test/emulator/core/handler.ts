/**
 * Handlers see requests and give replies in proto3 JSON form (camelCase names, enum names, int64 and
 * Duration and Timestamp as strings, bytes as base64), whichever transport the call came by.
 */
// biome-ignore lint/suspicious/noExplicitAny: one JSON tree for every message of every service
export type Json = Record<string, any>;

/** What a handler may ask about the call it serves. */
export type CallContext = {
  /** E-mail of the caller's service account, or `owner`. */
  readonly principal: string;
  readonly transport: "grpc" | "rest";
  /**
   * Throws PERMISSION_DENIED unless the caller holds the permission on the resource, and notes it in the journal.
   * `resource` is the full name with the project NUMBER, as IAM conditions see it.
   */
  authorize(permission: string, resource: string): void;
};

export type UnaryHandler = (request: Json, call: CallContext) => Json | Promise<Json>;

/** A bidirectional stream: requests arrive through `onRequest`, replies leave through `send`. */
export type StreamCall = {
  readonly context: CallContext;
  onRequest(listener: (request: Json) => void): void;
  /** Called once, when the client has ended its side, cancelled, or gone. */
  onClose(listener: () => void): void;
  send(reply: Json): void;
  /** Whether the client has not taken yet what was sent; absent where nobody can tell. */
  isBehind?(): boolean;
  /** Ends the stream: with OK, or with a GoogleError. */
  end(error?: Error): void;
};

export type StreamHandler = (call: StreamCall) => void;

/** Full method name, e.g. `google.cloud.run.v2.Jobs.RunJob`, to its handler. */
export type Service = {
  readonly unary: Readonly<Record<string, UnaryHandler>>;
  readonly streams?: Readonly<Record<string, StreamHandler>>;
};
