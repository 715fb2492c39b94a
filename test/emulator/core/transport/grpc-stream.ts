import type { grpc } from "google-gax";
import { asGoogleError } from "../calls/answer.ts";
import type { Dispatcher } from "../calls/dispatcher.ts";
import type { ApiMethod } from "../wire/api-definitions.ts";
import { replyToBytes, requestFromBytes } from "../wire/message-json.ts";
import { arrivalOf, toServiceError } from "./grpc-call.ts";

type Needs = {
  readonly dispatcher: Dispatcher;
  resetPeer(peer: string): void;
  log(line: string): void;
};

/** A bidirectional stream over gRPC. */
export const grpcStreamHandler =
  (
    method: ApiMethod,
    { dispatcher, resetPeer, log }: Needs,
  ): grpc.handleBidiStreamingCall<Buffer, Buffer> =>
  (call) => {
    const arrival = arrivalOf(method, call);
    const end = (error?: Error): void => {
      if (error === undefined) call.end();
      else call.emit("error", toServiceError(asGoogleError(error, log)));
    };
    // A client that breaks off shows up as `cancelled`; without a listener its error would end the process.
    call.on("error", () => undefined);
    dispatcher.open(arrival, {
      onRequest: (listener) =>
        call.on("data", (bytes: Buffer) => {
          try {
            listener(requestFromBytes(method.requestType, bytes));
          } catch (error) {
            end(asGoogleError(error, log));
          }
        }),
      onClose: (listener) => {
        const close = onceOnly(listener);
        call.on("end", close);
        arrival.gone.addEventListener("abort", close, { once: true });
      },
      send: (reply) => call.write(Buffer.from(replyToBytes(method.responseType, reply))),
      isBehind: () => call.writableNeedDrain,
      end,
      reset: () => resetPeer(call.getPeer()),
    });
  };

function onceOnly(listener: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    listener();
  };
}
