import { l10n, ProgressLocation, window, type QuickPickItem } from 'vscode';
import type { CheckedToken } from '../../core/gitlab/checkToken';
import type { Credential } from '../../core/credentials/credential';
import { toFailure } from '../../core/model/errors';
import { UserError } from '../report';
import type { CredentialSource } from '../../core/credentials/credentialSource';
import { newTokenSentence, oneLine, withoutIcons } from '../text/failures';
import { unusableTokenSentence } from '../text/tokenText';
import type { CommandContext } from './command';
import { tryToken } from './signInToken';

/** How the user wants to sign in. */
type SignInMethod = CredentialSource | 'enter';

/** A token that its GitLab has accepted, and where it comes from. */
interface SourcedToken extends CheckedToken {
  readonly source: CredentialSource;
}

interface MethodItem extends QuickPickItem {
  readonly method: SignInMethod;
}

/**
 * Asks how to sign in, if something on this machine is signed in already; else a token is entered. No secret is read before
 * the user has chosen. Undefined when the user backs out.
 */
export async function askMethod(
  { credentials, session }: CommandContext,
  url: string,
): Promise<SignInMethod | undefined> {
  const offers = await credentials.offers(url, await session.isCloned(url));
  if (offers.length === 0) return 'enter';
  const items = [
    ...offers.map((method): MethodItem => ({ ...itemOf(method, url), method })),
    { label: l10n.t('$(key) Enter a token…'), method: 'enter' as const },
  ];
  const placeHolder = l10n.t('How do you want to sign in to {0}?', url);
  return (await window.showQuickPick(items, { placeHolder, ignoreFocusOut: true }))?.method;
}

/** Asks the chosen source for its secret and tries that. Throws UserError with what to do instead. */
export async function useSource(context: CommandContext, url: string, source: CredentialSource): Promise<SourcedToken> {
  const title = l10n.t('Signing in to {0}', url);
  return window.withProgress({ location: ProgressLocation.Notification, title }, async () => {
    const credential = await context.credentials.read(source, url, true);
    if (credential.kind !== 'token') throw new UserError(sentenceOf(credential, source, url), 'signIn');
    try {
      return { ...(await tryToken(context, url, credential.token)), source };
    } catch (error) {
      throw new UserError(newTokenSentence(toFailure(error)), 'signIn');
    }
  });
}

function itemOf(source: CredentialSource, url: string): { readonly label: string; readonly detail: string } {
  const { host } = new URL(url);
  switch (source.kind) {
    case 'account':
      return {
        label: l10n.t('$(account) Use the account {0}', withoutIcons(oneLine(source.label))),
        detail: l10n.t("From GitLab's extension. VS Code asks for your consent."),
      };
    case 'glab':
      return {
        label: l10n.t("$(terminal) Use glab's sign-in"),
        detail: l10n.t('Runs "glab auth credential-helper" for {0}. The token is not stored.', host),
      };
    case 'git':
      return {
        label: l10n.t("$(git-branch) Use git's credentials"),
        detail: l10n.t('Runs "git credential fill" for {0}. The token is not stored; a password is not used.', host),
      };
    default:
      return source satisfies never;
  }
}

function sentenceOf(credential: Exclude<Credential, { kind: 'token' }>, source: CredentialSource, url: string): string {
  const { host } = new URL(url);
  switch (credential.kind) {
    case 'password':
      return l10n.t("git has a password for {0}, which GitLab's API doesn't accept. Enter a token instead.", host);
    case 'unusable':
      return unusableTokenSentence(credential.token);
    case 'elsewhere':
      return l10n.t("The token is for a server other than {0}, so it isn't used. Enter a token instead.", host);
    case 'none':
      return noneSentence(source, host);
    default:
      return credential satisfies never;
  }
}

function noneSentence({ kind }: CredentialSource, host: string): string {
  switch (kind) {
    case 'account':
      return l10n.t("GitLab's extension didn't grant access to its account. Try again, or enter a token instead.");
    case 'glab':
      return l10n.t(
        'glab isn\'t signed in to {0}, or it is older than 1.85. Run "glab auth login", or enter a token instead.',
        host,
      );
    case 'git':
      return l10n.t('git has no saved credentials for {0}. Enter a token instead.', host);
    default:
      return kind satisfies never;
  }
}
