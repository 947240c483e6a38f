import { env, l10n, ThemeIcon, Uri, window, type QuickInputButton } from 'vscode';
import { GitLabError, toFailure } from '../../core/model/errors';
import type { GitLabClient } from '../../core/gitlab/client';
import type { TokenPage } from '../../core/gitlab/tokenPage';
import { toBaseUrl, type Instance } from '../../core/model/instance';
import { targetOf } from '../../core/model/snapshot';
import { UserError } from '../report';
import { newTokenSentence } from '../text/failures';
import { askStep, askText, back, type TextQuestion } from './prompts';
import type { Command, CommandContext } from './command';
import { rowsOf } from './targets';

/** A token is checked against the server that it is for, and kept only if that accepts it. */
export const signIn: Command = async (context, args) => {
  const url = instanceIn(args);
  const entered = url === undefined ? await askWhere(context, rowsOf(args)[0]?.root) : await askToken(context, url);
  if (entered === undefined) return;
  await context.tokens.store(entered.url, entered.token);
  context.report.done(welcome(entered));
};

export const signOut: Command = async ({ tokens, report }, args) => {
  const stored = await tokens.stored();
  const named = instanceIn(args);
  if (stored.length === 0 || (named !== undefined && !stored.includes(named))) {
    const fromEnvironment = (await tokens.signedIn()).some(
      (url) => tokens.isFromEnvironment(url) && url === (named ?? url),
    );
    throw new UserError(
      fromEnvironment
        ? l10n.t('The token comes from the environment variable GITLAB_TOKEN. Unset it to sign out.')
        : l10n.t("You aren't signed in to {0}.", named ?? l10n.t('any GitLab')),
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
    throw new UserError(l10n.t('The argument must be {0}.', '{ "instance": "https://git.example.com" }'));
  return url;
}

/** A token that its GitLab has accepted. */
interface Entered extends Owner {
  readonly url: string;
  readonly token: string;
}

interface Owner {
  readonly user: string;
  readonly readOnly: boolean;
}

function welcome({ url, user, readOnly }: Entered): string {
  return readOnly
    ? l10n.t("Signed in to {0} as {1}. This token is read-only: it can't retry, cancel or play builds.", url, user)
    : l10n.t('Signed in to {0} as {1}', url, user);
}

/** The instance of the row's repository, or of the active one, without a question where it is known; else the user says. */
async function askWhere(context: CommandContext, root: string | undefined): Promise<Entered | undefined> {
  const { session } = context;
  const snapshot = session.snapshotOf(root ?? session.active);
  if (snapshot?.kind === 'signedOut')
    return snapshot.known ? askToken(context, snapshot.url) : askBoth(context, snapshot.url);
  const known = (await session.instances()).map(({ url }) => url);
  if (known.length === 0) return askBoth(context, '');
  const shown = targetOf(snapshot)?.instance.url;
  const items = [
    ...known.map((url) => ({ label: url, description: url === shown ? l10n.t('of this repository') : '', url })),
    { label: l10n.t('$(add) Another GitLab…'), description: '', url: undefined },
  ].sort((a, b) => Number(b.url === shown) - Number(a.url === shown));
  const chosen = await window.showQuickPick(items, { placeHolder: l10n.t('Sign in to') });
  if (chosen === undefined) return undefined;
  return chosen.url === undefined ? askBoth(context, '') : askToken(context, chosen.url);
}

/** The address, then the token; from there the user may go back to the address. */
async function askBoth(context: CommandContext, suggested: string): Promise<Entered | undefined> {
  for (let value = suggested; ;) {
    const url = await askUrl(value);
    if (url === undefined) return undefined;
    const box = tokenBox(context, url);
    const token = await askStep({ ...box.question, title: l10n.t('Sign in to GitLab (2/2)') });
    if (token !== back) return box.entered(token);
    value = url;
  }
}

async function askUrl(value: string): Promise<string | undefined> {
  const answer = await askText({
    title: l10n.t('Sign in to GitLab (1/2)'),
    prompt: l10n.t('GitLab URL, including any path (https://example.com/gitlab)'),
    placeholder: 'https://git.example.com',
    value,
    check: (text) =>
      Promise.resolve(
        toBaseUrl(text) === undefined ? l10n.t('Enter a URL such as https://git.example.com') : undefined,
      ),
  });
  return answer === undefined ? undefined : toBaseUrl(answer);
}

async function askToken(context: CommandContext, url: string): Promise<Entered | undefined> {
  const box = tokenBox(context, url);
  return box.entered(await askText(box.question));
}

interface TokenBox {
  readonly question: TextQuestion;
  readonly entered: (token: string | undefined) => Entered | undefined;
}

/** What it asks for depends on the version, which is found out while the box is open. */
function tokenBox(context: CommandContext, url: string): TokenBox {
  let owner: Owner | undefined;
  const find = async () => {
    const client = await clientFor(context, url, undefined);
    return client.tokenPlace(new AbortController().signal);
  };
  const found = find().catch((error: unknown) => {
    context.log.debug(`token page: ${toFailure(error).kind}`);
    return undefined;
  });
  const open = async () => {
    const place = (await found) ?? (await find());
    await env.openExternal(Uri.parse(place.url, true));
  };
  return {
    question: {
      title: l10n.t('Sign in to GitLab'),
      prompt: withWarning(promptFor(undefined, url), url),
      password: true,
      check: (token) => problemOf(token, async () => (owner = await ownerOf(context, url, token))),
      button: pageButton(undefined),
      pressed: () => void context.report.guard('token page', open),
      later: found.then((place) =>
        place === undefined
          ? undefined
          : { prompt: withWarning(promptFor(place.kind, url), url), button: pageButton(place.kind) },
      ),
    },
    entered: (token) => (token === undefined || owner === undefined ? undefined : { ...owner, url, token }),
  };
}

function promptFor(kind: TokenPage['kind'] | undefined, url: string): string {
  switch (kind) {
    case 'private':
      return l10n.t('Your private token for {0}. Find it on your account page.', url);
    case 'either':
      return l10n.t(
        'A personal access token for {0} with the scope "api", or up to GitLab 10.1 your private token.',
        url,
      );
    case 'personal':
      return l10n.t(
        'A personal, project or group access token for {0} with the scope "api". With "read_api" (GitLab 12.10 and later), builds are read-only.',
        url,
      );
    case undefined:
      return l10n.t('A personal access token for {0} with the scope "api", or in GitLab 8.x your private token.', url);
    default:
      return kind satisfies never;
  }
}

function pageButton(kind: TokenPage['kind'] | undefined): QuickInputButton {
  const tooltip = kind === 'private' ? l10n.t('Open Private Token Page') : l10n.t('Create Access Token');
  return { iconPath: new ThemeIcon('link-external'), tooltip };
}

function withWarning(prompt: string, url: string): string {
  const isOpen = url.startsWith('http:') && !/^http:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])([:/]|$)/.test(url);
  return isOpen ? `${prompt} ${l10n.t("It is sent unencrypted, because the URL isn't https.")}` : prompt;
}

/** What is wrong with a token that the user has entered, if anything. */
async function problemOf(token: string, tryIt: () => Promise<unknown>): Promise<string | undefined> {
  if (token === '') return l10n.t('Paste a token, or press Escape.');
  // A header takes no control characters and no letters beyond Latin-1; nothing that GitLab gives out has any.
  if (!/^[\x21-\x7e]+$/.test(token)) return l10n.t("That doesn't look like a token: it contains invalid characters.");
  try {
    await tryIt();
    return undefined;
  } catch (error) {
    return newTokenSentence(toFailure(error));
  }
}

/** `granular`: what such a token may do is said per project and resource, and shows where it is used. */
const enoughToRead = new Set(['api', 'read_api', 'granular']);

/** Whose token it is and what it may do. Throws GitLabError, also for one that may not even read builds. */
async function ownerOf(context: CommandContext, url: string, token: string): Promise<Owner> {
  const { signal } = new AbortController();
  const client = await clientFor(context, url, token);
  const user = await client.user(signal);
  await client.learn(signal);
  const { scopes } = client;
  if (scopes.length > 0 && !scopes.some((scope) => enoughToRead.has(scope))) {
    throw new GitLabError({ kind: 'insufficientScope', host: new URL(url).host });
  }
  return { user, readOnly: client.readOnly };
}

async function clientFor(
  { clients, session }: CommandContext,
  url: string,
  token: string | undefined,
): Promise<GitLabClient> {
  const configured = (await session.instances()).find((instance) => instance.url === url);
  const instance: Instance = configured ?? { url, hosts: [], apiVersion: 'auto' };
  return clients.make(instance, () => Promise.resolve(token));
}
