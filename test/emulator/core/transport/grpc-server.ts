import { grpc } from "google-gax";
import type { Dispatcher } from "../calls/dispatcher.ts";
import type { Json } from "../handler.ts";
import type { ApiMethod } from "../wire/api-definitions.ts";
import { replyToBytes, requestFromBytes } from "../wire/message-json.ts";
import type { Certificate } from "./certificate.ts";
import { arrivalOf, toServiceError } from "./grpc-call.ts";
import { grpcStreamHandler } from "./grpc-stream.ts";

type Needs = {
  readonly methods: readonly ApiMethod[];
  readonly dispatcher: Dispatcher;
  readonly certificate: Certificate;
  resetPeer(peer: string): void;
  log(line: string): void;
};

export type GrpcServer = { readonly port: number; close(): void };

/** Serves every method over TLS on a private loopback port, without generated code. */
export async function startGrpcServer(needs: Needs): Promise<GrpcServer> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": 16 * 1024 * 1024 });
  const served = needs.methods.filter((method) => method.hasGrpc);
  for (const service of new Set(served.map((method) => method.service))) {
    const methods = served.filter((method) => method.service === service);
    server.addService(
      Object.fromEntries(methods.map((method) => [method.name, definitionOf(method)])),
      Object.fromEntries(methods.map((method) => [method.name, handlerOf(method, needs)])),
    );
  }
  const { certificatePem, privateKeyPem } = needs.certificate;
  const credentials = grpc.ServerCredentials.createSsl(null, [
    { cert_chain: Buffer.from(certificatePem), private_key: Buffer.from(privateKeyPem) },
  ]);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

const asIs = (bytes: Buffer): Buffer => bytes;

// Bytes pass through: decoding belongs to the call, so that it can be refused like anything else.
const definitionOf = (method: ApiMethod): grpc.MethodDefinition<Buffer, Buffer> => ({
  path: `/${method.service}/${method.name}`,
  requestStream: method.isStream,
  responseStream: method.isStream,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
});

const handlerOf = (method: ApiMethod, needs: Needs): grpc.UntypedHandleCall =>
  method.isStream ? grpcStreamHandler(method, needs) : unaryHandler(method, needs);

function unaryHandler(
  method: ApiMethod,
  { dispatcher, resetPeer, log }: Needs,
): grpc.handleUnaryCall<Buffer, Buffer> {
  const serve = async (
    call: grpc.ServerUnaryCall<Buffer, Buffer>,
    callback: grpc.sendUnaryData<Buffer>,
  ): Promise<void> => {
    const answer = await dispatcher.serve(arrivalOf(method, call), () =>
      requestFromBytes(method.requestType, call.request),
    );
    switch (answer.kind) {
      case "reply":
        return callback(null, encoded(method, answer.reply));
      case "error":
        return callback(toServiceError(answer.error));
      case "reset":
        return resetPeer(call.getPeer());
    }
  };
  return (call, callback) => {
    serve(call, callback).catch((error: unknown) => {
      log(`${method.fullName}: the reply could not be encoded: ${(error as Error).name}`);
      callback({ code: grpc.status.INTERNAL, details: "Internal error encountered." });
    });
  };
}

const encoded = (method: ApiMethod, reply: Json): Buffer =>
  Buffer.from(replyToBytes(method.responseType, reply));
