import { authentication, extensions, type Disposable } from 'vscode';
import { isAccountOf, type Account } from '../../core/credentials/accountOrigin';
import type { CredentialSource } from '../../core/credentials/credentialSource';
import { isSendable, noCredential, type Credential } from '../../core/credentials/credential';
import { findProgram } from '../../core/credentials/findProgram';
import { gitCredential } from '../../core/credentials/gitCredential';
import { glabCredential } from '../../core/credentials/glabCredential';
import { bearer } from '../../core/model/token';
import { fieldsOf } from '../../core/util/fields';

interface SourcesOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** git's path, or its name. */
  readonly gitProgram: () => string;
}

/** Id of the authentication provider of GitLab's extension. */
const provider = 'gitlab';
const scopes = ['api'];
/** Time limit in ms: VS Code waits long for an extension that never registers its authentication provider. */
const accountsMs = 5000;

/** Finds what is already signed in, and asks for its secret once the user has agreed. */
export class CredentialSources {
  constructor(private readonly options: SourcesOptions) {}

  /** Calls the listener when accounts of GitLab's extension are added, removed or changed. */
  onDidChangeAccounts(listener: () => void): Disposable {
    return authentication.onDidChangeSessions((event) => {
      if (event.provider.id === provider) listener();
    });
  }

  /**
   * Finds what may be signed in to an instance, without asking for a secret. `isCloned`: a repository was cloned from there
   * over https, so git may know a password or a token.
   */
  async offers(url: string, isCloned: boolean): Promise<readonly CredentialSource[]> {
    const [accounts, glab] = await Promise.all([accountsOf(url), findProgram('glab', this.options.environment)]);
    return [
      ...accounts.map(({ id, label }): CredentialSource => ({ kind: 'account', id, label })),
      ...(glab === undefined ? [] : [{ kind: 'glab' } as const]),
      ...(isCloned ? [{ kind: 'git' } as const] : []),
    ];
  }

  /** Asks a source for its secret. `isClick`: the user has just chosen it, so VS Code may ask for permission. */
  async read(source: CredentialSource, url: string, isClick: boolean): Promise<Credential> {
    const { environment, gitProgram } = this.options;
    switch (source.kind) {
      case 'account':
        return readAccount(source, url, isClick);
      case 'glab': {
        const program = await findProgram('glab', environment);
        return program === undefined ? noCredential : glabCredential(url, { program, environment });
      }
      case 'git':
        return gitCredential(url, { program: gitProgram(), environment });
      default:
        return source satisfies never;
    }
  }
}

async function accountsOf(url: string): Promise<readonly Account[]> {
  // Without such an extension VS Code would wait for one.
  if (!extensions.all.some(({ packageJSON }) => announces(packageJSON))) return [];
  const none = new Promise<readonly Account[]>((resolve) => setTimeout(() => resolve([]), accountsMs).unref());
  try {
    const accounts = await Promise.race([authentication.getAccounts(provider), none]);
    return accounts.filter((account) => isAccountOf(account, url));
  } catch {
    return [];
  }
}

/** Whether a manifest contributes the accounts of GitLab's extension. */
function announces(manifest: unknown): boolean {
  const { contributes } = fieldsOf(manifest);
  const { authentication: providers } = fieldsOf(contributes);
  return Array.isArray(providers) && providers.some((one: unknown) => fieldsOf(one)['id'] === provider);
}

async function readAccount({ id, label }: Account, url: string, isClick: boolean): Promise<Credential> {
  if (!isAccountOf({ id, label }, url)) return { kind: 'elsewhere' };
  const account = { id, label };
  try {
    const session = await authentication.getSession(
      provider,
      scopes,
      isClick ? { account, createIfNone: true } : { account, silent: true },
    );
    if (session?.account.id !== id || !isAccountOf(session.account, url)) return noCredential;
    return isSendable(session.accessToken) ? { kind: 'token', token: bearer(session.accessToken) } : noCredential;
  } catch {
    // The user has refused, or the extension is gone.
    return noCredential;
  }
}
