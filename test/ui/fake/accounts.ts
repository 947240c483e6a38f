import type * as vscode from 'vscode';
import { EventEmitter } from './basics';

interface FakeAccount {
  readonly id: string;
  readonly label: string;
  token: string;
}

/** The accounts of a provider of authentication, as VS Code gives them out: with a session only after the user's consent. */
export class FakeAccounts {
  readonly onDidChange = new EventEmitter<{ readonly provider: { readonly id: string } }>();
  readonly all: FakeAccount[] = [];
  /** Ids of the accounts that the user lets the extension use. */
  readonly consents = new Set<string>();
  /** What the user says when VS Code asks for consent. */
  consent = true;
  /** How the sessions were asked for, in order. */
  readonly asked: ('silent' | 'create')[] = [];

  /** For the test's window, as an extension registers it. */
  constructor(readonly provider = 'gitlab') {}

  async accountsOf(provider: string): Promise<readonly vscode.AuthenticationSessionAccountInformation[]> {
    if (provider !== this.provider) throw new Error(`Timed out waiting for authentication provider '${provider}'`);
    return this.all.map(({ id, label }) => ({ id, label }));
  }

  async session(
    provider: string,
    scopes: readonly string[],
    { account, silent, createIfNone }: vscode.AuthenticationGetSessionOptions,
  ): Promise<vscode.AuthenticationSession | undefined> {
    if (provider !== this.provider || scopes.join() !== 'api') throw new Error('no such session');
    this.asked.push(createIfNone === undefined ? 'silent' : 'create');
    const found = this.all.find(({ id }) => id === account?.id);
    if (found === undefined) return undefined;
    if (!this.consents.has(found.id)) {
      if (silent === true) return undefined;
      if (!this.consent) throw new Error('User did not consent to login.');
      this.consents.add(found.id);
    }
    const { id, label, token } = found;
    return { id: `session of ${id}`, accessToken: token, account: { id, label }, scopes };
  }

  /** The provider tells that sessions have changed. */
  change(): void {
    this.onDidChange.fire({ provider: { id: this.provider } });
  }
}
