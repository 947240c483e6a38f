import type { Credential } from '../credentials/credential';
import { toSource, type CredentialSource } from '../credentials/credentialSource';

/** Asks a source for its secret, without a question to the user. */
type ReadSource = (source: CredentialSource, url: string) => Promise<Credential>;

/** How long a source that had no token isn't asked again, in ms. */
const pauseMs = 30_000;

interface Held {
  /** The source as it is stored. */
  readonly source: string;
  readonly token: Promise<string | undefined>;
  /** In ms since 1970. */
  readonly at: number;
}

/** Tokens of credential sources, by the instance's base URL. They are kept in memory alone. */
export class SourcedTokens {
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly read: ReadSource,
    private readonly now: () => number = Date.now,
  ) {}

  get isEmpty(): boolean {
    return this.held.size === 0;
  }

  /** `source`: as it is stored. */
  async get(url: string, source: string): Promise<string | undefined> {
    const held = this.held.get(url);
    if (held?.source !== source) return this.ask(url, source);
    const token = await held.token;
    // The clock may have been set back; don't wait longer because of it.
    const isOver = Math.abs(this.now() - held.at) >= pauseMs;
    return token === undefined && isOver ? this.ask(url, source) : token;
  }

  /** The token after one was refused; the source is asked once for all requests that were refused the same. */
  async renew(url: string, source: string, refused: string): Promise<string | undefined> {
    const held = this.held.get(url);
    const token = await held?.token;
    const isRenewed = held !== this.held.get(url) || (token !== undefined && token !== refused);
    return isRenewed ? this.get(url, source) : this.ask(url, source);
  }

  /** Holds a token that the source has just given. */
  hold(url: string, source: string, token: string): void {
    this.held.set(url, { source, token: Promise.resolve(token), at: this.now() });
  }

  forget(url: string): void {
    this.held.delete(url);
  }

  clear(): void {
    this.held.clear();
  }

  private ask(url: string, source: string): Promise<string | undefined> {
    const parsed = toSource(source);
    const token = parsed === undefined ? Promise.resolve(undefined) : this.tokenOf(parsed, url);
    this.held.set(url, { source, token, at: this.now() });
    return token;
  }

  private async tokenOf(source: CredentialSource, url: string): Promise<string | undefined> {
    const credential = await this.read(source, url);
    return credential.kind === 'token' ? credential.token : undefined;
  }
}
