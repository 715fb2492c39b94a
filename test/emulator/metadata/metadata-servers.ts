import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AccessTokens, CLOUD_PLATFORM } from "../core/auth/access-tokens.ts";
import type { EmulatorClock, MetadataIdentity, MetadataServers } from "../core/platform.ts";
import { serveMetadata } from "./metadata-request.ts";
import { metadataTree } from "./metadata-tree.ts";

const TOKEN_LIFE_S = 3600;

type Needs = { readonly accessTokens: AccessTokens; readonly clock: EmulatorClock };

/**
 * One server on a loopback port of its own for each container: by its port it knows who asks. All containers share
 * this machine's loopback, so one that guesses another's port could ask there.
 */
export class LoopbackMetadata implements MetadataServers {
  readonly #needs: Needs;
  readonly #servers = new Set<Server>();

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  async open(identity: MetadataIdentity): Promise<{ host: string; close(): void }> {
    const tokens = new Set<string>();
    const tree = metadataTree(identity, (scopes) => this.#issue(tokens, { identity, scopes }));
    const server = createServer((request, response) => serveMetadata(tree, request, response));
    this.#servers.add(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the port is not open");
    server.unref();
    return {
      host: `127.0.0.1:${address.port}`,
      close: () => {
        for (const token of tokens) this.#needs.accessTokens.revoke(token);
        this.#close(server);
      },
    };
  }

  closeAll(): void {
    for (const server of this.#servers) this.#close(server);
  }

  #close(server: Server): void {
    this.#servers.delete(server);
    server.close();
    server.closeAllConnections();
  }

  #issue(
    tokens: Set<string>,
    { identity, scopes }: { identity: MetadataIdentity; scopes: readonly string[] },
  ): { access_token: string; expires_in: number; token_type: string } {
    const { accessTokens, clock } = this.#needs;
    const token = accessTokens.issue({
      email: identity.serviceAccount,
      scopes: scopes.length === 0 ? [CLOUD_PLATFORM] : scopes,
      expiresAtMs: clock.now() + TOKEN_LIFE_S * 1000,
    });
    tokens.add(token);
    return { access_token: token, expires_in: TOKEN_LIFE_S - 1, token_type: "Bearer" };
  }
}
