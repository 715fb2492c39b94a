/** A person whose sign-in gcloud has stored (`"type": "authorized_user"`). */
export type User = {
  readonly email: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
};

/** The people whom the emulator was told of. */
export class Users {
  readonly #users: User[] = [];

  add(user: User): void {
    this.#users.push(user);
  }

  /** Whether any of them signed in through this OAuth client, with this secret. */
  knowsClient(clientId: string, clientSecret: string): boolean {
    return this.#users.some(
      (user) => user.clientId === clientId && user.clientSecret === clientSecret,
    );
  }

  find(clientId: string, refreshToken: string): User | undefined {
    return this.#users.find(
      (user) => user.clientId === clientId && user.refreshToken === refreshToken,
    );
  }
}
