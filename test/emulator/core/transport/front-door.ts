import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

const TLS_HANDSHAKE = 0x16;

// A client that says nothing holds a socket only this long.
const FIRST_BYTE_MS = 30_000;

type Rooms = {
  /** Port of the TLS gRPC server on loopback. */
  readonly grpcPort: number;
  enterHttp(socket: Socket): void;
};

/**
 * The one port: TLS goes to the gRPC server through a loopback hop, everything else to the HTTP server.
 * The hop is needed because grpc-js cannot take over a socket from which a byte was read.
 */
export class FrontDoor {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #hops = new Map<number, Socket>();
  readonly #waiting: Socket[] = [];
  #rooms: Rooms | undefined;

  private constructor() {
    this.#server = createServer({ pauseOnConnect: true }, (socket) => this.#arrive(socket));
  }

  /** Listens on loopback only; rejects with EADDRINUSE when the port is taken. */
  static async listen(port: number): Promise<FrontDoor> {
    const door = new FrontDoor();
    door.#server.listen(port, "127.0.0.1");
    await once(door.#server, "listening");
    return door;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the port is not open");
    return address.port;
  }

  /** Lets in who came, and everybody from now on. */
  open(rooms: Rooms): void {
    this.#rooms = rooms;
    for (const socket of this.#waiting.splice(0)) this.#sort(socket, rooms);
  }

  /** Drops the connection of a gRPC peer (`127.0.0.1:PORT`, as the gRPC server sees it) with a TCP reset. */
  resetPeer(peer: string): void {
    this.#hops.get(Number(peer.slice(peer.lastIndexOf(":") + 1)))?.resetAndDestroy();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #arrive(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    // A broken connection is the client's affair; `close` follows and cleans up.
    socket.on("error", () => socket.destroy());
    socket.setNoDelay(true);
    if (this.#rooms === undefined) this.#waiting.push(socket);
    else this.#sort(socket, this.#rooms);
  }

  #sort(socket: Socket, rooms: Rooms): void {
    socket.setTimeout(FIRST_BYTE_MS, () => socket.destroy());
    socket.once("data", (chunk: Buffer) => {
      socket.setTimeout(0);
      socket.removeAllListeners("timeout");
      socket.pause();
      socket.unshift(chunk);
      if (chunk[0] === TLS_HANDSHAKE) this.#hop(socket, rooms.grpcPort);
      else rooms.enterHttp(socket);
    });
    socket.resume();
  }

  #hop(socket: Socket, grpcPort: number): void {
    const inner = connect({ port: grpcPort, host: "127.0.0.1", noDelay: true });
    this.#sockets.add(inner);
    inner.once("connect", () => {
      const { localPort } = inner;
      if (localPort !== undefined) this.#hops.set(localPort, socket);
      inner.once("close", () => {
        if (localPort !== undefined) this.#hops.delete(localPort);
      });
      socket.pipe(inner).pipe(socket);
    });
    inner.on("error", () => socket.destroy());
    inner.on("close", () => {
      this.#sockets.delete(inner);
      socket.destroy();
    });
    socket.on("close", () => inner.destroy());
  }
}
