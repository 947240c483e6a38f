import { Emitter, type Disposable, type Event } from '../util/emitter';
import type { SecretStorage } from '../util/storage';
import { LocalError } from '../model/errors';
import { toBaseUrl } from '../model/instance';
import type { Credential } from '../credentials/credential';
import type { CredentialSource } from '../credentials/credentialSource';
import { SourcedTokens } from './sourcedTokens';

/** Key of the list of instances that have a token; in the same storage, so that all windows see it change. */
const indexKey = 'instances';

/** Starts the value of an instance whose token is another program's; behind it stands which. No token has a space there. */
const sourceMark = 'source ';

/**
 * Tokens, one per instance, from VS Code's SecretStorage, from a source that is stored there in place of a token, or from
 * the environment. `url` is an instance's base URL.
 */
export class Tokens implements Disposable {
  private readonly changed = new Emitter<void>();
  /** Fires when a token was added or removed in any window. */
  readonly onDidChange: Event<void> = this.changed.event;
  private readonly listeners: readonly Disposable[];
  private readonly sourced: SourcedTokens;
  /** Instances whose token was added or removed by any window since this one opened. */
  private readonly seen = new Set<string>();
  /** Instances whose token this window is storing; it writes the list itself. */
  private readonly storing = new Set<string>();
  private readonly fromEnvironment: { readonly url: string; readonly token: string } | undefined;

  constructor(
    private readonly secrets: SecretStorage,
    environment: Readonly<Record<string, string | undefined>>,
    sources: TokenSources = noSources,
  ) {
    this.fromEnvironment = tokenOf(environment);
    this.sourced = new SourcedTokens((source, url) => sources.read(source, url, false));
    // Ignore other secrets, such as the variables of builds.
    const ofSecrets = secrets.onDidChange(({ key }) => {
      if (!isOfTokens(key)) return;
      if (key !== indexKey) this.seen.add(key.slice(keyOf('').length));
      this.changed.fire();
      void this.mendIndex();
    });
    const ofAccounts = sources.onDidChangeAccounts(() => {
      if (this.sourced.isEmpty) return;
      this.sourced.clear();
      this.changed.fire();
    });
    this.listeners = [ofSecrets, ofAccounts];
  }

  async get(url: string): Promise<string | undefined> {
    const stored = await this.read(keyOf(url));
    const source = sourceIn(stored);
    if (source !== undefined) return this.sourced.get(url, source);
    return stored ?? (this.isFromEnvironment(url) ? this.fromEnvironment?.token : undefined);
  }

  /** Base URLs of the instances that the user is signed in to. */
  async signedIn(): Promise<readonly string[]> {
    const stored = await this.stored();
    const { fromEnvironment } = this;
    return fromEnvironment === undefined || stored.includes(fromEnvironment.url)
      ? stored
      : [...stored, fromEnvironment.url];
  }

  /** Base URLs of the instances whose token is stored, and so can be removed. */
  async stored(): Promise<readonly string[]> {
    const list: unknown = JSON.parse((await this.read(indexKey)) ?? '[]');
    return Array.isArray(list) ? list.filter((url) => typeof url === 'string') : [];
  }

  isFromEnvironment(url: string): boolean {
    return this.fromEnvironment?.url === url;
  }

  async store(url: string, token: string): Promise<void> {
    this.storing.add(url);
    try {
      await this.secrets.store(keyOf(url), token);
      await this.writeIndex([...(await this.stored()).filter((one) => one !== url), url]);
    } finally {
      this.storing.delete(url);
    }
  }

  /** Stores where the token comes from, and holds the token in memory. */
  async storeSource(url: string, source: CredentialSource, token: string): Promise<void> {
    const text = JSON.stringify(source);
    this.sourced.hold(url, text, token);
    await this.store(url, `${sourceMark}${text}`);
  }

  /** The token to use after one was refused: what its source has by now, if it has a source. */
  async renewed(url: string, refused: string): Promise<string | undefined> {
    const source = sourceIn(await this.read(keyOf(url)));
    return source === undefined ? undefined : this.sourced.renew(url, source, refused);
  }

  async remove(url: string): Promise<void> {
    this.sourced.forget(url);
    await this.secrets.delete(keyOf(url));
    await this.writeIndex((await this.stored()).filter((one) => one !== url));
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.changed.dispose();
  }

  /** Throws LocalError, for example if the system's keyring is locked. */
  private async read(key: string): Promise<string | undefined> {
    try {
      return await this.secrets.get(key);
    } catch (error) {
      throw new LocalError('keyring', error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  /** Repairs the list: two windows that store a token at once each write it without the other's. */
  private async mendIndex(): Promise<void> {
    try {
      const listed = await this.stored();
      const missing: string[] = [];
      const unlisted = [...this.seen].filter((url) => !listed.includes(url) && !this.storing.has(url));
      for (const url of unlisted) if ((await this.read(keyOf(url))) !== undefined) missing.push(url);
      if (missing.length > 0) await this.writeIndex([...listed, ...missing]);
    } catch {
      // The keyring is locked: the next reader of the list gets the error.
    }
  }

  private async writeIndex(urls: readonly string[]): Promise<void> {
    await this.secrets.store(indexKey, JSON.stringify(urls));
  }
}

/** What else gives out tokens. */
interface TokenSources {
  /** Asks a source for its secret. `isClick`: the user has just chosen it, so VS Code may ask for permission. */
  read(source: CredentialSource, url: string, isClick: boolean): Promise<Credential>;
  onDidChangeAccounts(listener: () => void): Disposable;
}

const noSources: TokenSources = {
  read: () => Promise.resolve({ kind: 'none' }),
  onDidChangeAccounts: () => ({ dispose: () => undefined }),
};

function sourceIn(stored: string | undefined): string | undefined {
  return stored?.startsWith(sourceMark) === true ? stored.slice(sourceMark.length) : undefined;
}

function isOfTokens(key: string): boolean {
  return key === indexKey || key.startsWith(keyOf(''));
}

function keyOf(url: string): string {
  return `token ${url}`;
}

/** Token from the environment: GITLAB_TOKEN only applies to the instance that GITLAB_HOST names. */
function tokenOf(
  environment: Readonly<Record<string, string | undefined>>,
): { url: string; token: string } | undefined {
  const [token, host] = ['GITLAB_TOKEN', 'GITLAB_HOST'].map((name) => environment[name]?.trim() ?? '') as [
    string,
    string,
  ];
  const url = toBaseUrl(host === '' ? 'gitlab.com' : host);
  return token === '' || url === undefined ? undefined : { url, token };
}
