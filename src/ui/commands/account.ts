import { env, l10n, ThemeIcon, Uri, window } from 'vscode';
import { toFailure } from '../../core/errors';
import { toBaseUrl, type Instance } from '../../core/instance';
import { targetOf } from '../../core/snapshot';
import { Refusal } from '../report';
import { failureSentence } from '../sentences';
import { askText } from './ask';
import type { Command, CommandContext } from './command';

/** A token is checked against the server that it is for, and kept only if that accepts it. */
export const signIn: Command = async (context, args) => {
  const url = instanceIn(args) ?? (await chooseInstance(context));
  if (url === undefined) return;
  let user = '';
  const token = await askToken(context, url, async (candidate) => {
    if (candidate === '') return l10n.t('Paste a token, or press Escape.');
    // A header takes no control characters and no letters beyond Latin-1; nothing that GitLab gives out has any.
    if (!/^[\x21-\x7e]+$/.test(candidate))
      return l10n.t('This is no token: it has spaces or letters that no token has.');
    try {
      user = await userOf(context, url, candidate);
      return undefined;
    } catch (error) {
      const failure = toFailure(error);
      return failure.kind === 'unauthorized'
        ? l10n.t('{0} does not accept this token. Is it whole, and not expired?', new URL(url).host)
        : failureSentence(failure);
    }
  });
  if (token === undefined) return;
  await context.tokens.store(url, token);
  context.report.done(l10n.t('Signed in to {0} as {1}', url, user));
};

export const signOut: Command = async ({ tokens, report }, args) => {
  const stored = await tokens.stored();
  const named = instanceIn(args);
  if (stored.length === 0 || (named !== undefined && !stored.includes(named))) {
    const fromEnvironment = (await tokens.signedIn()).some(
      (url) => tokens.isFromEnvironment(url) && url === (named ?? url),
    );
    throw new Refusal(
      fromEnvironment
        ? l10n.t('The token comes from GITLAB_TOKEN in the environment. Unset it there to sign out.')
        : l10n.t('You are not signed in to {0}.', named ?? l10n.t('any GitLab')),
    );
  }
  const only = named ?? (stored.length === 1 ? stored[0] : undefined);
  const url = only ?? (await window.showQuickPick(stored, { placeHolder: l10n.t('Sign out of') }));
  if (url === undefined) return;
  await tokens.remove(url);
  report.done(l10n.t('Signed out of {0}', url));
};

/** The argument of a key binding or another extension: `{ "instance": "https://git.example.com" }`. */
function instanceIn([first]: readonly unknown[]): string | undefined {
  if (typeof first !== 'object' || first === null || !('instance' in first)) return undefined;
  const url = typeof first.instance === 'string' ? toBaseUrl(first.instance) : undefined;
  if (url === undefined)
    throw new Refusal(l10n.t('The argument must be {0}.', '{ "instance": "https://git.example.com" }'));
  return url;
}

async function userOf({ clients, session }: CommandContext, url: string, token: string): Promise<string> {
  const configured = (await session.instances()).find((instance) => instance.url === url);
  const instance: Instance = configured ?? { url, hosts: [], apiVersion: 'auto' };
  const client = clients.make(instance, () => Promise.resolve(token));
  return client.user(new AbortController().signal);
}

async function openTokenPage({ clients }: CommandContext, url: string): Promise<void> {
  const client = clients.make({ url, hosts: [], apiVersion: 'auto' }, () => Promise.resolve(undefined));
  await env.openExternal(Uri.parse(await client.tokenPage(new AbortController().signal), true));
}

/** The instance of the repository that is shown, without a question where that is known; else the user says. */
async function chooseInstance({ session }: CommandContext): Promise<string | undefined> {
  const { snapshot } = session;
  if (snapshot?.kind === 'signedOut') return snapshot.known ? snapshot.url : askUrl(snapshot.url);
  const known = (await session.instances()).map(({ url }) => url);
  const shown = targetOf(snapshot)?.instance.url;
  const items = [
    ...known.map((url) => ({ label: url, description: url === shown ? l10n.t('of this repository') : '', url })),
    { label: l10n.t('$(add) Another GitLab…'), description: '', url: undefined },
  ].sort((a, b) => Number(b.url === shown) - Number(a.url === shown));
  if (known.length === 0) return askUrl('');
  const chosen = await window.showQuickPick(items, { placeHolder: l10n.t('Sign in to') });
  return chosen === undefined ? undefined : (chosen.url ?? askUrl(''));
}

async function askUrl(value: string): Promise<string | undefined> {
  const answer = await askText({
    title: l10n.t('Sign in to GitLab (1/2)'),
    prompt: l10n.t('Address of the GitLab, with its relative root if it has one'),
    placeholder: 'https://git.example.com',
    value,
    check: (text) =>
      Promise.resolve(
        toBaseUrl(text) === undefined ? l10n.t('This is no address such as https://git.example.com') : undefined,
      ),
  });
  return answer === undefined ? undefined : toBaseUrl(answer);
}

function askToken(
  context: CommandContext,
  url: string,
  check: (token: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const prompt = l10n.t(
    'A personal access token for {0} with the scope "api", or in GitLab 8.x your private token.',
    url,
  );
  const isOpen = url.startsWith('http:') && !/^http:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])([:/]|$)/.test(url);
  return askText({
    title: l10n.t('Sign in to GitLab'),
    prompt: isOpen ? `${prompt} ${l10n.t('It travels unencrypted: the address is not https.')}` : prompt,
    password: true,
    check,
    button: { iconPath: new ThemeIcon('link-external'), tooltip: l10n.t('Open the page with your token') },
    pressed: () => void context.report.guard('token page', () => openTokenPage(context, url)),
  });
}
