import { env, l10n, Uri, window } from 'vscode';
import type { CheckedToken } from '../../core/gitlab/checkToken';
import { toBaseUrl } from '../../core/model/instance';
import { targetOf } from '../../core/model/snapshot';
import { UserError } from '../report';
import type { CredentialSource } from '../../core/credentials/credentialSource';
import type { Command, CommandContext } from './command';
import { back } from './prompts';
import { askAddress } from './signInAddress';
import { askMethod, useSource } from './signInSources';
import { askToken, askTokenStep, tokenPageOf } from './signInToken';
import { rowsOf } from './targets';

/** Signs in with a token, which is verified with its server before it is stored. */
export const signIn: Command = async (context, args) => {
  const url = instanceIn(args);
  const entered = url === undefined ? await askWhere(context, rowsOf(args)[0]?.root) : await askKnown(context, url);
  if (entered === undefined) return;
  // Before the token: that makes the view look for the instance.
  if (entered.host !== undefined) context.instanceHosts.keep(entered.host, entered.url);
  const { url: instance, token, source } = entered;
  await (source === undefined
    ? context.tokens.store(instance, token)
    : context.tokens.storeSource(instance, source, token));
  context.report.done(welcome(entered));
};

export const signOut: Command = async ({ tokens, archives, instanceHosts, report }, args) => {
  const stored = await tokens.stored();
  const named = instanceIn(args);
  if (stored.length === 0 || (named !== undefined && !stored.includes(named))) {
    const fromEnvironment = (await tokens.signedIn()).some(
      (url) => tokens.isFromEnvironment(url) && url === (named ?? url),
    );
    throw new UserError(
      fromEnvironment
        ? l10n.t('The token comes from the environment variable GITLAB_TOKEN. Unset it to sign out.')
        : named === undefined
          ? l10n.t("You aren't signed in to any GitLab.")
          : l10n.t("You aren't signed in to {0}.", named),
    );
  }
  const only = named ?? (stored.length === 1 ? stored[0] : undefined);
  const url = only ?? (await window.showQuickPick(stored, { placeHolder: l10n.t('Sign out of') }));
  if (url === undefined) return;
  instanceHosts.forget(url);
  await tokens.remove(url);
  await archives.dropSignedOut();
  report.done(l10n.t('Signed out of {0}', url));
};

/** Opens the page on which the user creates a token. */
export const createToken: Command = async (context, args) => {
  const url = instanceIn(args) ?? (await askInstance(context));
  if (url === undefined) return;
  const place = await tokenPageOf(context, url);
  await env.openExternal(Uri.parse(place.url, true));
};

interface Entered extends CheckedToken {
  readonly url: string;
  /** Host of the remote that was asked about, if the user signed in to another one. */
  readonly host?: string;
  /** Where the token comes from, if it wasn't entered. */
  readonly source?: CredentialSource;
}

function welcome({ url, user, readOnly }: Entered): string {
  return readOnly
    ? l10n.t("Signed in to {0} as {1}. This token is read-only: it can't retry, cancel or play builds.", url, user)
    : l10n.t('Signed in to {0} as {1}', url, user);
}

async function askWhere(context: CommandContext, root: string | undefined): Promise<Entered | undefined> {
  const target = await signInTarget(context, root);
  if (target === undefined) return undefined;
  return target.kind === 'known' ? askKnown(context, target.url) : askBoth(context, target.suggested);
}

async function askKnown(context: CommandContext, url: string): Promise<Entered | undefined> {
  const method = await askMethod(context, url);
  if (method === undefined) return undefined;
  const checked = method === 'enter' ? await askToken(context, url) : await useSource(context, url, method);
  return checked === undefined ? undefined : { ...checked, url };
}

/** Asks for the URL, then for the token, from which the user can go back. */
async function askBoth(context: CommandContext, suggested: string): Promise<Entered | undefined> {
  for (let value = suggested; ;) {
    const url = await askAddress(context, value, suggested);
    if (url === undefined) return undefined;
    const method = await askMethod(context, url);
    if (method === undefined) return undefined;
    const checked = method === 'enter' ? await askTokenStep(context, url) : await useSource(context, url, method);
    if (checked !== back) return checked === undefined ? undefined : { ...checked, url, ...otherHost(suggested, url) };
    value = url;
  }
}

function otherHost(suggested: string, url: string): Pick<Entered, 'host'> {
  const host = suggested === '' ? undefined : new URL(suggested).host;
  return host === undefined || host === new URL(url).host ? {} : { host };
}

/** Where to sign in. */
type SignInTarget =
  /** A known instance. */
  | { readonly kind: 'known'; readonly url: string }
  /** A host that the user must confirm; `suggested`: the likely base URL, or empty. */
  | { readonly kind: 'address'; readonly suggested: string };

/** Argument of a key binding or another extension: `{ "instance": "https://git.example.com" }`. */
function instanceIn([first]: readonly unknown[]): string | undefined {
  if (typeof first !== 'object' || first === null || !('instance' in first)) return undefined;
  const url = typeof first.instance === 'string' ? toBaseUrl(first.instance) : undefined;
  if (url === undefined)
    throw new UserError(l10n.t('The argument must be {0}.', '{ "instance": "https://git.example.com" }'));
  return url;
}

/** Determines the instance: that of the row's or the active repository if known, else the user's choice. */
async function signInTarget(context: CommandContext, root: string | undefined): Promise<SignInTarget | undefined> {
  const { session } = context;
  const snapshot = session.snapshotOf(root ?? session.active);
  if (snapshot?.kind === 'signedOut')
    return snapshot.known ? { kind: 'known', url: snapshot.url } : { kind: 'address', suggested: snapshot.url };
  const known = (await session.instances()).map(({ url }) => url);
  if (known.length === 0) return { kind: 'address', suggested: '' };
  const shown = targetOf(snapshot)?.instance.url;
  const items = [
    ...known.map((url) => ({ label: url, description: url === shown ? l10n.t('of this repository') : '', url })),
    { label: l10n.t('$(add) Another GitLab…'), description: '', url: undefined },
  ].sort((a, b) => Number(b.url === shown) - Number(a.url === shown));
  const chosen = await window.showQuickPick(items, { placeHolder: l10n.t('Sign in to') });
  if (chosen === undefined) return undefined;
  return chosen.url === undefined ? { kind: 'address', suggested: '' } : { kind: 'known', url: chosen.url };
}

/** Asks for an instance; returns its base URL, or undefined if the user cancels. */
async function askInstance(context: CommandContext): Promise<string | undefined> {
  const target = await signInTarget(context, undefined);
  return target?.kind === 'address' ? askAddress(context, target.suggested) : target?.url;
}
