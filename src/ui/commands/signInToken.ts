import { l10n } from 'vscode';
import { checkToken, type CheckedToken } from '../../core/gitlab/checkToken';
import type { GitLabClient } from '../../core/gitlab/client';
import type { TokenPage } from '../../core/gitlab/tokenPage';
import { toFailure, type FailureKind } from '../../core/model/errors';
import { isConfidential, type Instance } from '../../core/model/instance';
import { unusableKind } from '../../core/model/token';
import { failureSentence, newTokenSentence } from '../text/failures';
import { unusableTokenSentence } from '../text/tokenText';
import { askStep, askText, back, type TextQuestion } from './prompts';
import type { CommandContext } from './command';

/** Asks for a token of the instance until GitLab accepts one; undefined if the user cancels. */
export async function askToken(context: CommandContext, url: string): Promise<CheckedToken | undefined> {
  const box = tokenBox(context, url);
  return (await askText(box.question)) === undefined ? undefined : box.checked();
}

/** Like `askToken`, with a Back button that leads to the address. */
export async function askTokenStep(
  context: CommandContext,
  url: string,
): Promise<CheckedToken | typeof back | undefined> {
  const box = tokenBox(context, url);
  const answer = await askStep({ ...box.question, title: l10n.t('Sign in to GitLab (2/2)') });
  return typeof answer === 'string' ? box.checked() : answer;
}

/** Tries a token with its instance. Throws GitLabError. */
export async function tryToken(context: CommandContext, url: string, secret: string): Promise<CheckedToken> {
  const instance = await instanceAt(context, url);
  const clientWith = (token: string): GitLabClient => context.clients.make(instance, () => Promise.resolve(token));
  return checkToken(secret, new URL(url).host, clientWith);
}

/** Which kind of token the instance accepts, and the page that creates one. Throws GitLabError. */
export async function tokenPageOf(context: CommandContext, url: string): Promise<TokenPage> {
  const client = context.clients.make(await instanceAt(context, url), () => Promise.resolve(undefined));
  return client.tokenPage(new AbortController().signal);
}

async function instanceAt({ session }: CommandContext, url: string): Promise<Instance> {
  const configured = (await session.instances()).find((instance) => instance.url === url);
  return configured ?? { url, hosts: [], apiVersion: 'auto' };
}

interface TokenBox {
  readonly question: TextQuestion;
  /** The last token that GitLab accepted. */
  readonly checked: () => CheckedToken | undefined;
}

/** Input box for a token. Its text depends on the GitLab version, which is detected while the box is open. */
function tokenBox(context: CommandContext, url: string): TokenBox {
  let checked: CheckedToken | undefined;
  const look = async (): Promise<TextQuestionPart> => {
    try {
      const { kind } = await tokenPageOf(context, url);
      return partOf(kind, url);
    } catch (error) {
      const failure = toFailure(error);
      context.log.debug(`token page: ${failure.kind}`);
      const unknown = partOf(undefined, url);
      // Instructions for a token only make sense for a GitLab; one that is out of order may still be one.
      return isNoApi.has(failure.kind) ? { ...unknown, prompt: withWarning(failureSentence(failure), url) } : unknown;
    }
  };
  return {
    question: {
      title: l10n.t('Sign in to GitLab'),
      ...partOf(undefined, url),
      password: true,
      check: (token) => problemOf(token, async () => (checked = await tryToken(context, url, token))),
      later: look(),
    },
    checked: () => checked,
  };
}

const isNoApi = new Set<FailureKind>(['notGitLab', 'noGitLab', 'forbidden']);

type TextQuestionPart = Pick<TextQuestion, 'prompt' | 'link'>;

function partOf(kind: TokenPage['kind'] | undefined, url: string): TextQuestionPart {
  const words = kind === 'private' ? l10n.t('Open Private Token Page') : l10n.t('Create Access Token');
  return {
    prompt: withWarning(promptFor(kind, url), url),
    link: { words, command: 'gitlabBuilds.createToken', args: [{ instance: url }] },
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

function withWarning(prompt: string, url: string): string {
  return isConfidential(url) ? prompt : `${prompt} ${l10n.t("It is sent unencrypted, because the URL isn't https.")}`;
}

/** Error message for an entered token; undefined if it is valid. */
async function problemOf(token: string, tryIt: () => Promise<unknown>): Promise<string | undefined> {
  if (token === '') return l10n.t('Paste a token, or press Escape.');
  // HTTP headers can't contain control characters or anything beyond Latin-1, and GitLab's tokens don't either.
  if (!/^[\x21-\x7e]+$/.test(token)) return l10n.t("That doesn't look like a token: it contains invalid characters.");
  const unusable = unusableKind(token);
  if (unusable !== undefined) return unusableTokenSentence(unusable);
  try {
    await tryIt();
    return undefined;
  } catch (error) {
    return newTokenSentence(toFailure(error));
  }
}
